//! The texts of notes: conditions that are no failures.

use std::path::Path;

use ftp_uploader::{Escaped, Note};

use crate::context::Context;
use crate::messages::base_name;
use crate::messages::short;

/// The text of `note` about `file`, without a full stop. `None` for a note that this version does not know.
pub fn text(context: &Context, file: &Path, note: &Note) -> Option<String> {
    let name = base_name(file);
    Some(match note {
        Note::TimeNotSet(error) => format!("the time of {name} was not set: {}", short(context, error)),
        Note::TimeOutOfRange => {
            format!("the time of {name} was not set: it is before 1970 or after 9999, and is not sent")
        }
        Note::ModeNotSet(error) => format!("the permissions of {name} were not set: {}", short(context, error)),
        Note::OldRemains { name: old } => {
            format!("the old file with the name {name} may still be on the server as {}", Escaped(old))
        }
        Note::HashTooSlow => {
            format!("the server takes too long to compute a hash of {name}; only its size is verified")
        }
        Note::Utf8Refused => {
            "the server refused to use UTF-8 for names; names with other than ASCII characters may look different there"
                .to_owned()
        }
        _ => return None,
    })
}
