//! The lines for a request that cannot be carried out here, whatever the server does. Nothing was sent.

use ftp_uploader::{Escaped, RequestError};

use crate::messages::message::Message;
use crate::messages::shown;

/// The mistake in the request, and its correction.
pub fn line(error: &RequestError) -> String {
    match error {
        RequestError::Argument { text, why } => {
            format!("{text} {why}. No FTP command can carry that; nothing was sent.")
        }
        RequestError::NotAName { name } => {
            format!("{} is not a plain name. Nothing was sent; name a directory as REMOTEDIR instead.", shown(name))
        }
        RequestError::SameName { one, other } => format!(
            "{} and {} have the same name. The second would overwrite the first; send them to different directories.",
            shown(one),
            shown(other)
        ),
        RequestError::ActiveThroughProxy => {
            "a server cannot connect to this machine through a proxy. Nothing was sent; leave --active or --proxy out."
                .to_owned()
        }
    }
}

/// The line for `--require-fence` on a kernel that lacks these parts, each with the reason.
pub fn no_fence(missing: &[(&str, &str)]) -> String {
    let missing: Vec<_> = missing.iter().map(|(name, why)| format!("{name} ({})", Escaped(why.as_bytes()))).collect();
    let missing = missing.join(", ");
    Message::new(
        format!("a part of the fence is missing: {missing}"),
        "Nothing was sent; use a newer kernel, or leave --require-fence out",
    )
    .line()
}
