//! Messages for refusals and violations of the protocol, by the step of the conversation, and the names of the steps.

use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::server_text::ServerText;
use crate::report::step::{Protocol, Step, Violation};
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;
use crate::words::tls;

/// The advice for a server of another protocol.
const PORT: &str = "No file was sent; check host and port";

/// The server refused `step`.
pub fn refused(context: &Context, error: &UploadError, step: Step, (code, text): (u16, &ServerText)) -> Message {
    let advice = if context.may_be_clear && tls::is_wanted(text) {
        tls::wanted(context)
    } else {
        special_advice(context, error, step, code).unwrap_or_else(|| advice(context, step, code))
    };
    Message::new(format!("{} ({code} \"{text}\")", refusal(context, step)), advice)
}

/// A directory of the upload does not exist and cannot be made.
pub fn directory_not_made(path: &[u8], (code, text): (u16, &ServerText)) -> Message {
    let event = format!("the server did not make the directory {} ({code} \"{text}\")", Escaped(path));
    Message::new(
        event,
        "The files in it were not sent. A file may have its name, or you may not write there; check both",
    )
}

fn refusal(context: &Context, step: Step) -> String {
    let named = |before: &str, name: &[u8]| match name {
        [] => String::new(),
        name => format!("{before} {}", Escaped(name)),
    };
    match step {
        Step::Greeting => "the server does not accept connections now".to_owned(),
        Step::Protection => "the server refused to protect the connection".to_owned(),
        Step::Login => format!("the server refused the login{}", named(" of", &context.user)),
        Step::Features => "the server refused to list its features".to_owned(),
        Step::Site => format!("the server refused the text of {}", context.name(Setting::Site)),
        Step::Directory => format!("the server refused the directory{}", named("", &context.directory)),
        Step::Inspection => "the server refused a question about a file".to_owned(),
        Step::Renaming => "the server refused to rename the file".to_owned(),
        Step::Attributes => "the server refused to set the file's attributes".to_owned(),
        Step::BinaryType => "the server refused binary transfer".to_owned(),
        Step::DataConnection => "the server refused a data connection".to_owned(),
        Step::Store if context.atomic => "the server refused to store the file under a temporary name".to_owned(),
        Step::Store => "the server refused to store the file".to_owned(),
        Step::Transfer | Step::Confirmation => "the server did not finish storing the file".to_owned(),
        Step::Quit => "the server refused to end the session".to_owned(),
    }
}

/// The advice for a refusal that the server's text or an option explains. `None` if neither does.
fn special_advice(context: &Context, error: &UploadError, step: Step, code: u16) -> Option<String> {
    let (active, atomic) = (context.name(Setting::Active), context.name(Setting::Atomic));
    Some(match (step, code) {
        (Step::Greeting | Step::Login, _) if error.is_full() => {
            "It has too many clients now; try again later".to_owned()
        }
        (_, 500) if error.is_out_of_order() => {
            "Its configuration is wrong, or it is overloaded; ask the server's administrator".to_owned()
        }
        (_, 421) => "It is busy or shutting down; try again later".to_owned(),
        (Step::Login, 430 | 530) if context.password_is_empty() => {
            format!("The password was empty; check {}", context.name(Setting::Password))
        }
        (Step::Directory, _) if context.last_is_local_file => format!(
            "It is the name of a local file, so that {} may be missing; add it as the last argument",
            context.name(Setting::Directory)
        ),
        (Step::Store, 500..=551 | 553..) if context.atomic => format!(
            "You may not write there, or not under a name that begins with a dot; check both, or leave {atomic} out"
        ),
        (Step::DataConnection, 500 | 502) if context.active => {
            format!("It cannot open data connections to this machine; leave {active} out")
        }
        (Step::DataConnection, 500 | 502) if !context.behind_proxy => {
            format!("It does not support passive mode; use {active}, with which it connects to this machine")
        }
        _ => return None,
    })
}

/// The advice for any other refusal.
fn advice(context: &Context, step: Step, code: u16) -> String {
    let advice = match (step, code) {
        (Step::Login, 332) => {
            return format!("It requires an account; give one with {}", context.name(Setting::Account));
        }
        (_, 452 | 552) => "Its disk or your quota is full; free some space there",
        (Step::Greeting, _) => "It may be busy; try again later",
        (Step::Protection, _) => "It does not protect data connections, or not now; ask the server's administrator",
        (Step::Login, _) => "User name or password may be wrong; check both",
        (Step::Site, _) => {
            let site = context.name(Setting::Site);
            return format!("It may not support that; check {site} against the server's manual");
        }
        (Step::Directory, _) => return about_directory(context),
        (Step::Features | Step::Inspection | Step::Attributes, _) => {
            "It may not allow that to this user; ask the server's administrator"
        }
        (Step::Renaming, _) => "You may not change files there, or a file with that name exists; check both",
        (Step::BinaryType | Step::DataConnection, _) => {
            "Its configuration may not allow uploads; ask the server's administrator"
        }
        (Step::Store, _) => {
            return format!(
                "You may not write to {}, or not under this name, or not replace a file that has it; check these",
                context.name(Setting::Directory)
            );
        }
        // RFC 959 §4.2: 550 is about access, and 452 and 552 are about space.
        (Step::Transfer | Step::Confirmation, 550) => {
            "You may not write there, or its disk may be full; check both, and send the file again"
        }
        (Step::Transfer | Step::Confirmation | Step::Quit, _) => {
            "Its disk may be full, or the network failed; check both, and send the file again"
        }
    };
    advice.to_owned()
}

/// The advice for a directory that cannot be entered.
fn about_directory(context: &Context) -> String {
    let (directory, create) = (context.name(Setting::Directory), context.name(Setting::CreateDirectories));
    if context.create_directories {
        return format!("It cannot be made, or this user may not enter it; check {directory}, and the user's rights");
    }
    let relative = !context.directory.starts_with(b"/") && !context.directory.is_empty();
    let from = if relative { " (it is looked for in the directory after the login)" } else { "" };
    format!(
        "It may not exist{from}, or this user may not enter it; check {directory}, or use {create}, which makes it if it is \
         missing"
    )
}

/// The server violated the protocol during `step`.
pub fn misbehaved(context: &Context, step: Step, violation: Violation) -> Message {
    let advice = match violation {
        Violation::AnotherProtocol(protocol) => return another_protocol(context, protocol),
        Violation::NotAReply => "It sent data that is not an FTP reply; check that the port belongs to an FTP server",
        Violation::ReplyTooLong => "It sent a reply of more than 64 KiB; tell the server's administrator",
        Violation::TooManyReplies => "It sent too many preliminary replies; tell the server's administrator",
        Violation::UnexpectedReply => "It sent a reply that FTP does not allow there; tell the server's administrator",
        Violation::EarlySuccess => "It reported the file complete before the last byte was sent; send it again",
        Violation::EarlyText => {
            "It, or an attacker on the network, sent more than the reply before TLS began; do not trust this connection"
        }
        Violation::NoPort => "Its reply names no port for the data connection; tell the server's administrator",
    };
    Message::new(format!("{} broke the FTP protocol while {}", context.server(), doing(context, step)), advice)
}

/// The server speaks another protocol.
fn another_protocol(context: &Context, protocol: Protocol) -> Message {
    let (name, advice) = match protocol {
        Protocol::Ssh => (
            "an SSH server (SFTP and SCP), not an FTP server",
            "SFTP is another protocol than FTP; use sftp or scp, or give the port of an FTP server",
        ),
        Protocol::Http => ("a web server (HTTP), not an FTP server", PORT),
        Protocol::Smtp => ("a mail server (SMTP), not an FTP server", PORT),
        Protocol::Pop3 => ("a mail server (POP3), not an FTP server", PORT),
        Protocol::Imap => ("a mail server (IMAP), not an FTP server", PORT),
        Protocol::Tls => {
            let event = format!("{} expects TLS from the first byte", context.server());
            return Message::new(event, format!("Use {}, or check the port", context.name(Setting::TlsImplicit)));
        }
    };
    Message::new(format!("{} is {name}", context.server()), advice)
}

/// The step, to follow the word "while".
pub fn doing(context: &Context, step: Step) -> String {
    let text = match step {
        Step::Greeting => "waiting for its greeting",
        Step::Protection => "setting up TLS",
        Step::Login => "logging in",
        Step::Features => "asking for its features",
        Step::Site => return format!("sending the text of {}", context.name(Setting::Site)),
        Step::Directory => "entering the directory",
        Step::Inspection => "asking about files on it",
        Step::Renaming => "renaming the file",
        Step::Attributes => "setting time and permissions",
        Step::BinaryType => "choosing binary transfer",
        Step::DataConnection => "opening a data connection",
        Step::Store => "asking to store the file",
        Step::Transfer => "sending the file",
        Step::Confirmation => "waiting for confirmation",
        Step::Quit => "ending the session",
    };
    text.to_owned()
}
