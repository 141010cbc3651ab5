//! The lines for a request that cannot be carried out here, whatever the server does. Nothing was sent.

use std::io;
use std::path::Path;

use ftp_uploader::words::{Message, shown, without_code};
use ftp_uploader::{Escaped, RequestError};

/// The mistake in the request, and its correction.
pub fn line(error: &RequestError) -> String {
    match error {
        RequestError::Argument { text, why } => {
            format!("{text} {why}. No FTP command can carry that; nothing was sent.")
        }
        RequestError::NotUnicode { text } => {
            format!("{text} is not valid Unicode. No FTP command can carry that here; nothing was sent.")
        }
        RequestError::NotAName { name } => {
            format!("{} is not a plain name. Nothing was sent; name a directory as REMOTEDIR instead.", shown(name))
        }
        RequestError::SameName { one, other } => format!(
            "{} and {} have the same name. The second would overwrite the first; send them to different directories.",
            shown(one),
            shown(other)
        ),
        RequestError::Rule { rule, why } => format!(
            "the rule {} is malformed: {}. Nothing was sent; write it as a line of a .gitignore file.",
            Escaped(rule.as_bytes()),
            Escaped(why.trim_end_matches('.').as_bytes())
        ),
        RequestError::NotBeneath { path } => format!(
            "the manifest {} does not lie in REMOTEDIR. Nothing was sent; write a path relative to REMOTEDIR, without ..",
            Escaped(path)
        ),
        // The program makes no such request.
        RequestError::NotAnUpload => format!("{error}. Nothing was sent; please report this bug."),
        RequestError::NoManifest => "this needs a manifest on the server. Nothing was sent; add --manifest.".to_owned(),
        RequestError::ActiveThroughProxy => {
            "a server cannot connect to this machine through a proxy. Nothing was sent; leave --active or --proxy out."
                .to_owned()
        }
    }
}

/// The line for a file of `--exclude-from` that cannot be read.
pub fn no_rules(path: &Path, error: &io::Error) -> String {
    Message::new(
        format!("cannot read the rules in {}: {}", shown(path), without_code(error)),
        "Nothing was sent; check the path, and that the file is text in UTF-8",
    )
    .line()
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
