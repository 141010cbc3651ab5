//! Words for the steps of a conversation: what was being done, what a refusal means there, what a server did wrong.
//!
//! Made into whole lines in `message.rs`.

use ftp_uploader::{Escaped, Step, UploadError, Violation};

use crate::context::Context;

pub fn refused(context: &Context, step: Step) -> String {
    let user = Escaped(&context.user);
    let directory = Escaped(&context.directory);
    match step {
        Step::Greeting => "the server takes no connections now".to_owned(),
        Step::Protection => "the server refused to protect the connection".to_owned(),
        Step::Login => format!("the server refused the login of {user}"),
        Step::Features => "the server refused to say what it can do".to_owned(),
        Step::Site => "the server refused the text of --site".to_owned(),
        Step::Directory => format!("the server refused the directory {directory}"),
        Step::Inspection => "the server refused to tell of a file".to_owned(),
        Step::Renaming => "the server refused to rename the file".to_owned(),
        Step::Attributes => "the server refused to set the file's attributes".to_owned(),
        Step::BinaryType => "the server refused to store bytes as they are".to_owned(),
        Step::DataConnection => "the server refused a data connection".to_owned(),
        Step::Store if context.atomic => "the server refused to store the file under a temporary name".to_owned(),
        Step::Store => "the server refused to store the file".to_owned(),
        Step::Transfer | Step::Confirmation => "the server gave up storing the file".to_owned(),
        Step::Quit => "the server refused to say goodbye".to_owned(),
    }
}

pub fn advice(context: &Context, error: &UploadError, step: Step, code: u16) -> &'static str {
    match (step, code) {
        (Step::Greeting | Step::Login, _) if error.is_full() => "All its places are taken; try again later",
        (_, 500) if error.is_out_of_order() => "Its configuration is wrong, or it is overloaded; ask its administrator",
        (_, 421) => "It is busy or shutting down; try again later",
        (Step::Login, 430 | 530) if context.password_is_empty() => {
            "The password was empty; check where it comes from (FTP_PASSWORD, --password-file, the prompt)"
        }
        (Step::Directory, _) if context.last_is_local_file => {
            "It is the name of a local file, so that REMOTEDIR may be forgotten; add it as the last argument"
        }
        (Step::Store, 500..=551 | 553..) if context.atomic => {
            "You may not write there, or not under a name that begins with a dot; check both, or leave --atomic out"
        }
        (Step::Login, 332) => "It wants an account; give one with --account",
        (_, 452 | 552) => "Its disk or your quota is full; make room there",
        (Step::Greeting, _) => "It may be busy; try again later",
        (Step::Protection, _) => "It does not protect data connections, or not now; ask whoever runs it",
        (Step::Login, _) => "User name or password may be wrong; check both",
        (Step::Site, _) => "It may not know it; check --site against its manual",
        (Step::Directory, _) => "It may not exist, or not for this user; check it",
        (Step::Features | Step::Inspection | Step::Attributes, _) => {
            "It may not allow that to this user; ask whoever runs it"
        }
        (Step::Renaming, _) => "You may not change files there, or a file of that name exists; check both",
        (Step::DataConnection, 500 | 502) if context.active => {
            "It cannot connect to this machine for the data; leave --active out"
        }
        (Step::DataConnection, 500 | 502) if !context.behind_proxy => {
            "It does not know passive mode; use --active, with which it connects to this machine"
        }
        (Step::BinaryType | Step::DataConnection, _) => "Its configuration forbids uploads; ask whoever runs it",
        (Step::Store, _) => "You may not write there, or not under this name; check both",
        (Step::Transfer | Step::Confirmation | Step::Quit, _) => {
            "Its disk may be full, or the network broke; check, and send the file again"
        }
    }
}

pub fn misbehaved(what: Violation) -> &'static str {
    match what {
        Violation::NotAReply => "It sent something that is no FTP reply; check that the port belongs to an FTP server",
        Violation::ReplyTooLong => "It sent a reply of more than 64 KiB; tell whoever runs it",
        Violation::TooManyReplies => "It sent one preliminary reply after another; tell whoever runs it",
        Violation::UnexpectedReply => "It sent a reply that makes no sense there; tell whoever runs it",
        Violation::EarlySuccess => "It reported the file complete before the last byte was sent; send it again",
        Violation::EarlyText => {
            "It sent more than its reply before TLS began, or someone on the way did; do not trust this connection"
        }
        Violation::NoPort => "It named no port for the data connection; tell whoever runs it",
    }
}

pub fn doing(step: Step) -> &'static str {
    match step {
        Step::Greeting => "waiting for its greeting",
        Step::Protection => "setting up TLS",
        Step::Login => "logging in",
        Step::Features => "asking what it can do",
        Step::Site => "sending the text of --site",
        Step::Directory => "entering the directory",
        Step::Inspection => "asking what it has",
        Step::Renaming => "renaming the file",
        Step::Attributes => "setting time and permissions",
        Step::BinaryType => "choosing binary transfer",
        Step::DataConnection => "opening a data connection",
        Step::Store => "asking to store the file",
        Step::Transfer => "sending the file",
        Step::Confirmation => "waiting for confirmation",
        Step::Quit => "saying goodbye",
    }
}
