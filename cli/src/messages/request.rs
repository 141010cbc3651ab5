//! The line for a request that can never be carried out, whatever the server does.

use ftp_uploader::RequestError;

use crate::messages::shown;

/// The mistake and its correction. Nothing was sent.
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
