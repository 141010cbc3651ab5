//! Messages for a local file, or standard input, that cannot be sent.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::platform::file::TOO_MANY_OPEN_FILES;
use crate::report::error::SourceProblem;
use crate::request::context::Context;
use crate::request::setting::{Setting, Wording};
use crate::words::message::Message;
use crate::words::{shown, without_code};

/// The problem of `file`, which may be the name for standard input.
pub fn failed(context: &Context, file: &Path, problem: &SourceProblem) -> Message {
    if context.is_stream(file) {
        return standard_input(problem);
    }
    let name = shown(file);
    match problem {
        SourceProblem::Unreadable(error) => unreadable(context, file, &name, error),
        SourceProblem::Directory => {
            let advice = format!("It was not sent; use {} to upload it with its contents", context.name(Setting::Tree));
            Message::new(format!("{name} is a directory"), advice)
        }
        SourceProblem::NotAFile => {
            Message::new(format!("{name} is a pipe or a device, not a regular file"), stream_it(context, file, &name))
        }
        SourceProblem::UnknownSize => Message::new(
            format!("{name} has more or fewer bytes than the system reports, so that its size is not known"),
            stream_it(context, file, &name),
        ),
        SourceProblem::Replaced => Message::new(
            format!("another file has taken the name {name} since the run began"),
            "It was not sent; send it again",
        ),
        SourceProblem::SameName { other } => Message::new(
            format!("{name} and {} would be stored under the same name", shown(other)),
            "Nothing was sent; send them to different directories",
        ),
        SourceProblem::Shrank => Message::new(
            format!("{name} became shorter while it was sent"),
            "Another program writes to it; send it again later",
        ),
        SourceProblem::Changed => changed(context, &name),
        SourceProblem::Failed => Message::new(
            format!("{name} could not be read to its end"),
            "Its disk may be failing; check it, and send the file again",
        ),
    }
}

/// The advice to send the file as a stream.
fn stream_it(context: &Context, file: &Path, name: &str) -> String {
    let stream = context.name(Setting::Stream);
    match context.wording {
        Wording::Library => format!("It was not sent; open it, and send it with {stream}"),
        Wording::Program if is_standard_input(file) => {
            format!("It was not sent; to send standard input, use {stream} NAME")
        }
        // The shell has chosen the name, and closes the pipe when the program ends.
        Wording::Program if is_descriptor(file) => {
            format!("It was not sent; give a pipe such as <(...) as standard input: {stream} NAME < <(...)")
        }
        Wording::Program => format!("It was not sent; send it with {stream} NAME < {name}"),
    }
}

fn unreadable(context: &Context, file: &Path, name: &str, error: &io::Error) -> Message {
    let missing = error.kind() == io::ErrorKind::NotFound;
    if error.raw_os_error() == Some(TOO_MANY_OPEN_FILES) {
        let event = format!("cannot open {name}: too many files are open");
        return Message::new(event, "It was not sent; send fewer files at a time");
    }
    if missing && file.as_os_str() == OsStr::new("-") {
        return Message::new("there is no file with the name -", stream_it(context, file, name));
    }
    let event = format!("cannot open {name}: {}", without_code(error));
    if missing && (is_descriptor(file) || is_standard_input(file)) {
        return Message::new(event, stream_it(context, file, name));
    }
    Message::new(event, "It was not sent; check the path and its permissions")
}

/// Returns true if the name is one that many programs take for standard input.
fn is_standard_input(file: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| file.as_os_str() == OsStr::new(name))
}

/// Returns true if this is the path of an open descriptor, which shells substitute for `<(...)`.
fn is_descriptor(file: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd"].iter().any(|folder| file.starts_with(folder))
}

fn changed(context: &Context, name: &str) -> Message {
    let outcome = if context.atomic {
        "The temporary file may mix old and new bytes, and did not get the file's name"
    } else {
        "The file on the server may mix old and new bytes"
    };
    let advice = format!("{outcome}; send it again when no program writes to it");
    Message::new(format!("{name} changed while it was sent"), advice)
}

fn standard_input(problem: &SourceProblem) -> Message {
    match problem {
        SourceProblem::Unreadable(error) => Message::new(
            format!("cannot read standard input: {}", without_code(error)),
            "Nothing was sent; check its redirection",
        ),
        SourceProblem::Directory => {
            Message::new("standard input is a directory", "Nothing was sent; redirect it to a file or a pipe")
        }
        SourceProblem::NotAFile
        | SourceProblem::Replaced
        | SourceProblem::SameName { .. }
        | SourceProblem::UnknownSize
        | SourceProblem::Shrank
        | SourceProblem::Changed
        | SourceProblem::Failed => Message::new(
            "standard input could not be read to its end",
            "Its source may have failed; check it, and send it again",
        ),
    }
}
