//! Messages for `--atomic`: temporary names that are refused, and files that cannot be renamed.

use ftp_text::escape::Escaped;

use crate::report::server_text::ServerText;
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;

/// The server does not implement renaming.
pub fn not_supported(context: &Context) -> Message {
    let (host, option) = (context.server(), context.name(Setting::Atomic));
    Message::new(
        format!("{host} cannot rename files, which {option} requires"),
        format!("Nothing was stored; leave {option} out, or ask the server's administrator"),
    )
}

/// The server refused to rename the temporary file. `forbidden` means that it may not be renamed at all, `old_is_aside`
/// that the file with the final name was moved aside and could not be moved back.
pub fn refused(
    context: &Context,
    (forbidden, old_is_aside): (bool, bool),
    (code, text): (u16, &ServerText),
) -> Message {
    let (host, atomic, replace) = (context.server(), context.name(Setting::Atomic), context.name(Setting::Replace));
    let advice = match (forbidden, old_is_aside, context.replace) {
        (_, true, _) => {
            "The old file with that name was moved aside and could not be moved back; rename it there".to_owned()
        }
        (true, false, _) => {
            format!("You may not rename files there; leave {atomic} out, or ask the server's administrator")
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
    Message::new(
        format!("{host} refuses the temporary name {name} ({code} \"{text}\"), which {option} uses"),
        format!("Nothing was stored; leave {option} out, or ask the server's administrator to allow such names"),
    )
}
