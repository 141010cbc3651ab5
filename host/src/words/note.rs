//! The texts of notes: conditions that are no failures.

use std::path::Path;

use ftp_text::escape::Escaped;

use crate::report::event::{Note, StartOver};
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::base_name;
use crate::words::short;

/// The text of `note` about `file`, without a full stop.
pub fn text(context: &Context, file: &Path, note: &Note) -> String {
    let name = base_name(file);
    match note {
        Note::TimeNotSet(error) => format!("the time of {name} was not set: {}", short(context, error)),
        Note::TimeOutOfRange => {
            format!("the time of {name} was not set: it is before 1970 or after 9999, and is not sent")
        }
        Note::NameUntold => format!(
            "neither the time nor the permissions of {name} were set: the server did not tell the name that it has chosen"
        ),
        Note::ModeNotSet(error) => format!("the permissions of {name} were not set: {}", short(context, error)),
        Note::OldRemains { name: old } => {
            format!("the old file with the name {name} may still be on the server as {}", Escaped(old))
        }
        Note::FewerConnections(error) => {
            format!("fewer connections are used than {} allows: {}", context.name(Setting::Jobs), short(context, error))
        }
        Note::HashTooSlow => {
            format!("the server takes too long to compute a hash of {name}; only its size is verified")
        }
        Note::StartsOver(why) => format!("{name} is sent from its first byte: {}", start_over(context, *why)),
        Note::Utf8Refused => {
            "the server refused to use UTF-8 for names; names with other than ASCII characters may look different there"
                .to_owned()
        }
    }
}

/// The reason why an upload does not go on where an earlier one has ended.
fn start_over(context: &Context, why: StartOver) -> String {
    match why {
        StartOver::SizeUnknown => "the server does not tell how much of it is there".to_owned(),
        StartOver::TooLarge { there } => format!("the file on the server is larger, it has {there} bytes"),
        StartOver::Different { there } => {
            format!("the {there} bytes on the server are not the beginning of this file")
        }
        StartOver::NotProved { there } if context.atomic => {
            format!("the server computes no hashes, so that nothing proves that the {there} bytes on it are this file")
        }
        StartOver::NotProved { there } => format!(
            "the server computes no hashes, so that nothing proves that the {there} bytes on it are the beginning of this \
             file; {} together with {} needs no hashes",
            context.name(Setting::Resume),
            context.name(Setting::Atomic)
        ),
        StartOver::Refused => "the server does not go on in the middle of a file".to_owned(),
    }
}
