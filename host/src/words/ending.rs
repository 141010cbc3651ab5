//! Messages for runs that end early: interruption, the time limit, and bugs.

use ftp_text::escape::Escaped;

use crate::report::step::Step;
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;
use crate::words::step::doing;

/// A signal ended the run during `step`.
pub fn interrupted(context: &Context, step: Option<Step>) -> Message {
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
    Message::new(format!("interrupted while {}", doing(context, step)), advice)
}

/// The time of `--max-time` ended during `step`.
pub fn out_of_time(context: &Context, step: Option<Step>) -> Message {
    let option = context.name(Setting::MaxTime);
    let (when, advice) = match step {
        None => ("connecting".to_owned(), format!("Nothing was sent; raise {option}, or try again later")),
        Some(step @ (Step::Confirmation | Step::Renaming | Step::Attributes)) => {
            (doing(context, step), "The file may be whole; check it on the server before you send it again".to_owned())
        }
        Some(step) => (doing(context, step), format!("The file was not stored; raise {option}, or try again later")),
    };
    Message::new(format!("ran out of the time that {option} allows while {when}"), advice)
}

/// A bug, with a text for its report.
pub fn internal(text: &str) -> Message {
    Message::new(
        format!("internal error: {}", Escaped(text.trim_end_matches('.').as_bytes())),
        "This is a bug; please report it",
    )
}
