//! Messages for refusals and violations of the protocol, by the step of the conversation, and the names of the steps.

use ftp_uploader::{Escaped, ServerText, Step, UploadError, Violation};

use crate::context::Context;
use crate::messages::message::Message;
use crate::messages::tls;

/// The server refused `step`.
pub fn refused(context: &Context, error: &UploadError, step: Step, (code, text): (u16, &ServerText)) -> Message {
    let advice = if context.may_be_clear && tls::is_wanted(text) {
        tls::WANTED
    } else {
        special_advice(context, error, step, code).unwrap_or_else(|| advice(step, code))
    };
    Message::new(format!("{} ({code} \"{text}\")", refusal(context, step)), advice)
}

fn refusal(context: &Context, step: Step) -> String {
    let user = Escaped(&context.user);
    let directory = Escaped(&context.directory);
    match step {
        Step::Greeting => "the server does not accept connections now".to_owned(),
        Step::Protection => "the server refused to protect the connection".to_owned(),
        Step::Login => format!("the server refused the login of {user}"),
        Step::Features => "the server refused to list its features".to_owned(),
        Step::Site => "the server refused the text of --site".to_owned(),
        Step::Directory => format!("the server refused the directory {directory}"),
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
fn special_advice(context: &Context, error: &UploadError, step: Step, code: u16) -> Option<&'static str> {
    Some(match (step, code) {
        (Step::Greeting | Step::Login, _) if error.is_full() => "It has too many clients now; try again later",
        (_, 500) if error.is_out_of_order() => {
            "Its configuration is wrong, or it is overloaded; ask the server's administrator"
        }
        (_, 421) => "It is busy or shutting down; try again later",
        (Step::Login, 430 | 530) if context.password_is_empty() => {
            "The password was empty; check its source (FTP_PASSWORD, --password-file, the prompt)"
        }
        (Step::Directory, _) if context.last_is_local_file => {
            "It is the name of a local file, so that REMOTEDIR may be missing; add it as the last argument"
        }
        (Step::Store, 500..=551 | 553..) if context.atomic => {
            "You may not write there, or not under a name that begins with a dot; check both, or leave --atomic out"
        }
        (Step::DataConnection, 500 | 502) if context.active => {
            "It cannot open data connections to this machine; leave --active out"
        }
        (Step::DataConnection, 500 | 502) if !context.behind_proxy => {
            "It does not support passive mode; use --active, with which it connects to this machine"
        }
        _ => return None,
    })
}

/// The advice for any other refusal.
fn advice(step: Step, code: u16) -> &'static str {
    match (step, code) {
        (Step::Login, 332) => "It requires an account; give one with --account",
        (_, 452 | 552) => "Its disk or your quota is full; free some space there",
        (Step::Greeting, _) => "It may be busy; try again later",
        (Step::Protection, _) => "It does not protect data connections, or not now; ask the server's administrator",
        (Step::Login, _) => "User name or password may be wrong; check both",
        (Step::Site, _) => "It may not support that; check --site against the server's manual",
        (Step::Directory, _) => "It may not exist, or not for this user; check REMOTEDIR",
        (Step::Features | Step::Inspection | Step::Attributes, _) => {
            "It may not allow that to this user; ask the server's administrator"
        }
        (Step::Renaming, _) => "You may not change files there, or a file with that name exists; check both",
        (Step::BinaryType | Step::DataConnection, _) => {
            "Its configuration may not allow uploads; ask the server's administrator"
        }
        (Step::Store, _) => "You may not write there, or not under this name; check both",
        (Step::Transfer | Step::Confirmation | Step::Quit, _) => {
            "Its disk may be full, or the network failed; check both, and send the file again"
        }
    }
}

/// The server violated the protocol during `step`.
pub fn misbehaved(host: &str, step: Step, violation: Violation) -> Message {
    let advice = match violation {
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
    Message::new(format!("{host} broke the FTP protocol while {}", doing(step)), advice)
}

/// The step, to follow the word "while".
pub fn doing(step: Step) -> &'static str {
    match step {
        Step::Greeting => "waiting for its greeting",
        Step::Protection => "setting up TLS",
        Step::Login => "logging in",
        Step::Features => "asking for its features",
        Step::Site => "sending the text of --site",
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
    }
}
