//! Messages for runs that end early: interruption, the time limit, and bugs.

use ftp_uploader::{Escaped, Step};

use crate::messages::message::Message;
use crate::messages::step::doing;

/// A signal ended the run during `step`.
pub fn interrupted(step: Option<Step>) -> Message {
    let Some(step) = step else { return Message::new("interrupted", "Nothing was sent; try again") };
    let advice = match step {
        Step::Attributes => "The file is stored; check its time and permissions",
        Step::Confirmation | Step::Renaming => "The file may be whole; check it on the server before you send it again",
        Step::Greeting
        | Step::Protection
        | Step::Login
        | Step::Features
        | Step::Site
        | Step::Directory
        | Step::BinaryType
        | Step::Inspection
        | Step::DataConnection
        | Step::Store
        | Step::Transfer
        | Step::Quit => "The file was not stored; send it again",
    };
    Message::new(format!("interrupted while {}", doing(step)), advice)
}

/// The time of `--max-time` ended during `step`.
pub fn out_of_time(step: Option<Step>) -> Message {
    let (when, advice) = match step {
        None => ("connecting", "Nothing was sent; raise --max-time, or try again later"),
        Some(step @ (Step::Confirmation | Step::Renaming | Step::Attributes)) => {
            (doing(step), "The file may be whole; check it on the server before you send it again")
        }
        Some(step) => (doing(step), "The file was not stored; raise --max-time, or try again later"),
    };
    Message::new(format!("ran out of the time that --max-time allows while {when}"), advice)
}

/// A bug, with a text for its report.
pub fn internal(text: &str) -> Message {
    Message::new(
        format!("internal error: {}", Escaped(text.trim_end_matches('.').as_bytes())),
        "This is a bug; please report it",
    )
}
