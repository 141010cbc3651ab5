//! Messages for a local file, or standard input, that cannot be sent.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use ftp_uploader::SourceProblem;
use rustix::io::Errno;

use crate::context::Context;
use crate::messages::message::Message;
use crate::messages::{shown, without_code};

/// The advice for a pipe that was given as a file.
const PIPE: &str = "Nothing was sent; give a pipe such as <(...) as standard input: --from-stdin NAME < <(...)";

/// The problem of `file`, which may be the name for standard input.
pub fn failed(context: &Context, file: &Path, problem: &SourceProblem) -> Message {
    if context.stream_name.as_deref() == Some(file.as_os_str()) {
        return standard_input(problem);
    }
    let name = shown(file);
    match problem {
        SourceProblem::Unreadable(error) => unreadable(file, &name, error),
        SourceProblem::Directory => {
            Message::new(format!("{name} is a directory"), "Nothing was sent; name the files in it")
        }
        SourceProblem::NotAFile if is_descriptor(file) => Message::new(format!("{name} is not a regular file"), PIPE),
        SourceProblem::NotAFile => Message::new(format!("{name} is not a regular file"), stream_it(&name)),
        SourceProblem::UnknownSize => Message::new(
            format!("{name} has more or fewer bytes than the system reports, so that its size is not known"),
            stream_it(&name),
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

fn stream_it(name: &str) -> String {
    format!("Nothing was sent; send it with --from-stdin NAME < {name}")
}

fn unreadable(file: &Path, name: &str, error: &io::Error) -> Message {
    let missing = error.kind() == io::ErrorKind::NotFound;
    if error.raw_os_error() == Some(Errno::MFILE.raw_os_error()) {
        let event = format!("cannot open {name}: too many files are open");
        return Message::new(event, "Nothing was sent; send fewer files at a time");
    }
    if missing && file.as_os_str() == OsStr::new("-") {
        let advice = "Nothing was sent; to send standard input, use --from-stdin NAME";
        return Message::new("there is no file with the name -", advice);
    }
    let event = format!("cannot open {name}: {}", without_code(error));
    let is_pipe = missing && is_descriptor(file);
    Message::new(event, if is_pipe { PIPE } else { "Nothing was sent; check the path and its permissions" })
}

/// Returns true if this is the path of an open descriptor, which shells substitute for `<(...)`.
fn is_descriptor(file: &Path) -> bool {
    ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|folder| file.starts_with(folder))
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
        | SourceProblem::UnknownSize
        | SourceProblem::Shrank
        | SourceProblem::Changed
        | SourceProblem::Failed => Message::new(
            "standard input could not be read to its end",
            "Its source may have failed; check it, and send it again",
        ),
    }
}
