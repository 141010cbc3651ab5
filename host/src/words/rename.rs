//! Messages for `--atomic`: temporary names that are refused, and files that cannot be renamed.

use ftp_text::escape::Escaped;

use crate::report::server_text::ServerText;
use crate::request::context::Context;
use crate::request::setting::{Setting, Wording};
use crate::words::message::Message;

/// The server does not implement renaming.
pub fn not_supported(context: &Context) -> Message {
    let (host, option, without) = (context.server(), context.name(Setting::Atomic), without_temporary(context));
    Message::new(
        format!("{host} cannot rename files, which {option} requires"),
        format!("Nothing was stored; {without}, or ask the server's administrator"),
    )
}

/// The server refused to rename the temporary file. `forbidden` means that it may not be renamed at all, `old_is_aside`
/// that the file with the final name was moved aside and could not be moved back.
pub fn refused(
    context: &Context,
    (forbidden, old_is_aside): (bool, bool),
    (code, text): (u16, &ServerText),
) -> Message {
    let (host, replace, without) = (context.server(), context.name(Setting::Replace), without_temporary(context));
    let advice = match (forbidden, old_is_aside, context.replace || context.sync) {
        (_, true, _) => {
            "The old file with that name was moved aside and could not be moved back; rename it there".to_owned()
        }
        (true, false, _) => {
            format!("You may not rename files there; {without}, or ask the server's administrator")
        }
        (false, false, true) => {
            "You may not rename files there, or not to that name; rename it there, or ask the server's administrator"
                .to_owned()
        }
        (false, false, false) => {
            format!("A file with that name may exist; use {replace} to replace it, or rename it there")
        }
    };
    let event =
        format!("the file was sent under a temporary name, and {host} refuses to rename it ({code} \"{text}\")");
    Message::new(event, advice)
}

/// The server refused to store a file under the temporary name.
pub fn temporary_refused(context: &Context, name: &[u8], (code, text): (u16, &ServerText)) -> Message {
    let (host, option, name) = (context.server(), context.name(Setting::Atomic), Escaped(name));
    let without = without_temporary(context);
    Message::new(
        format!("{host} refuses the temporary name {name} ({code} \"{text}\"), which {option} uses"),
        format!("Nothing was stored; {without}, or ask the server's administrator to allow such names"),
    )
}

/// The advice to store files under their own names.
fn without_temporary(context: &Context) -> String {
    match (context.sync, context.wording) {
        (false, _) => format!("leave {} out", context.name(Setting::Atomic)),
        (true, Wording::Program) => format!("use {} off", context.name(Setting::Atomic)),
        (true, Wording::Library) => "set SyncOptions::switch to Switch::InPlace".to_owned(),
    }
}
