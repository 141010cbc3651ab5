//! Words for what went wrong: what happened, the likely cause, what to try. One line each, with the server's own
//! words quoted and everything from outside escaped.
//!
//! The other half of the answer, the exit code, is `exit_code.rs`.

use std::fmt::Write;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Cause, Connection, Escaped, Failure, Incomplete, SourceProblem, Step, UploadError, Violation};

use crate::args::Args;
use crate::trouble::Trouble;

/// What to say, line by line.
pub fn lines(args: &Args, trouble: &Trouble) -> Vec<String> {
    match trouble {
        Trouble::Usage(text) => vec![text.clone()],
        Trouble::Upload(incomplete) => {
            let mut lines: Vec<_> = incomplete.failures.iter().map(|failure| line(args, failure)).collect();
            lines.extend(summary(args, incomplete));
            lines
        }
    }
}

fn line(args: &Args, failure: &Failure) -> String {
    let mut line = match (&failure.file, &failure.error) {
        // These name the file themselves.
        (_, UploadError::Source { .. }) | (None, _) => String::new(),
        (Some(file), _) => format!("{}: ", shown(file)),
    };
    line.push_str(&explain(args, &failure.error));
    if failure.error.partial_file_may_remain() {
        line.push_str("; a partial file may remain on the server");
    }
    line
}

/// Several files deserve a count of what became of them.
fn summary(args: &Args, incomplete: &Incomplete) -> Option<String> {
    let count = args.file_count();
    let begun = incomplete.failures.iter().any(|failure| failure.file.is_some());
    (count > 1 && begun).then(|| {
        let mut text = format!("{} of {count} files stored", incomplete.stored.len());
        if !incomplete.untried.is_empty() {
            let names: Vec<_> = incomplete.untried.iter().map(|file| shown(file)).collect();
            let _ = write!(text, "; not tried: {}", names.join(", "));
        }
        text
    })
}

fn explain(args: &Args, error: &UploadError) -> String {
    let host = Escaped(args.host().as_bytes()).to_string();
    match error {
        UploadError::Argument { what, why } => format!("{what} {why}; no FTP command can carry that, nothing was sent"),
        UploadError::SameName { one, other } => format!(
            "{} and {} would be stored under one name; upload them to different directories, nothing was sent",
            shown(one),
            shown(other)
        ),
        UploadError::Source { file, problem } => local_file(file, problem),
        UploadError::NoTls { .. } => format!(
            "{host} is to be reached over TLS, which this version cannot do yet; --tls off would send the password \
             and the files in clear, readable for everyone on the way. Nothing was sent"
        ),
        UploadError::Unresolved { error, .. } => {
            format!("cannot find {host}: {}; check the name and this machine's network", without_code(error))
        }
        UploadError::Unreachable { address, error } => unreachable(address, error),
        UploadError::Refused { step, code, text } => {
            format!("{} ({code} \"{text}\"); {}", refused(args, *step), advice(*step, *code))
        }
        UploadError::Misbehaved { step, what } => {
            format!("{host} does not speak FTP properly: while {}, {}", doing(*step), misbehaved(*what))
        }
        UploadError::Broken { step, connection, cause } => broken(*step, *connection, *cause),
        UploadError::Unconfirmed { cause } => format!(
            "every byte was sent, but the server never said whether it has them ({}); the file may be whole: look \
             before you send it again",
            control(*cause)
        ),
        UploadError::Mismatch { sent, stored } => format!(
            "{sent} bytes were sent, but the server has {stored}; something on the way or another writer changed the \
             file: remove it and send it again"
        ),
        UploadError::Interrupted { step: Some(step) } => format!("interrupted while {}", doing(*step)),
        UploadError::Interrupted { step: None } => "interrupted before anything was sent".to_owned(),
        UploadError::Fault(what) => {
            format!("internal error: {}; this is a bug, please report it", Escaped(what.as_bytes()))
        }
    }
}

fn local_file(file: &Path, problem: &SourceProblem) -> String {
    let name = Escaped(file.as_os_str().as_bytes());
    match problem {
        SourceProblem::Unreadable(error) => {
            format!("cannot open {name}: {}; check the path and its permissions, nothing was sent", without_code(error))
        }
        SourceProblem::Directory => format!("{name} is a directory; name the files in it, nothing was sent"),
        SourceProblem::NotAFile => format!("{name} is not a regular file; copy its content to one, nothing was sent"),
        SourceProblem::Shrank => {
            format!("{name} became shorter while it was sent; send it again when no one is writing to it")
        }
        SourceProblem::Failed => format!("{name} could not be read to its end; check the disk that it is on"),
    }
}

fn unreachable(address: &std::net::SocketAddr, error: &io::Error) -> String {
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there; check host and port".to_owned(),
        io::ErrorKind::TimedOut => {
            "no answer in time; check host and port, a firewall may drop it, or raise --connect-timeout".to_owned()
        }
        _ => format!("{}; check host, port and network", without_code(error)),
    };
    format!("cannot connect to {address}: {cause}")
}

fn refused(args: &Args, step: Step) -> String {
    let user = Escaped(args.user.as_bytes());
    let directory = Escaped(args.directory.as_bytes());
    match step {
        Step::Greeting => "the server takes no connections now".to_owned(),
        Step::Login => format!("the server refused to log {user} in"),
        Step::Directory => format!("the server refused the directory {directory}"),
        Step::BinaryType => "the server refused to store bytes as they are".to_owned(),
        Step::DataConnection => "the server offers no data connection".to_owned(),
        Step::Store => "the server refused to store the file".to_owned(),
        Step::Transfer | Step::Confirmation => "the server gave up storing the file".to_owned(),
        Step::Quit => "the server refused to say goodbye".to_owned(),
    }
}

fn advice(step: Step, code: u16) -> &'static str {
    match (step, code) {
        (_, 421) => "it is busy, closing down, or you were idle for too long: try again later",
        (Step::Login, 332) => "it wants an account: give one with --account",
        (_, 452 | 552) => "its disk or your quota is full: make room there",
        (Step::Greeting, _) => "try again later",
        (Step::Login, _) => "check the user name and the password",
        (Step::Directory, _) => "check that it exists and that you may enter it",
        (Step::BinaryType | Step::DataConnection, _) => "ask whoever runs the server",
        (Step::Store, _) => "check that you may write in that directory and that it allows this name",
        (Step::Transfer | Step::Confirmation | Step::Quit, _) => "check the room on its disk, then send the file again",
    }
}

fn misbehaved(what: Violation) -> &'static str {
    match what {
        Violation::NotAReply => "it sent something that is no FTP reply; check that the port is that of an FTP server",
        Violation::ReplyTooLong => "it sent a reply of more than 64 KiB",
        Violation::TooManyReplies => "it sent one preliminary reply after another",
        Violation::UnexpectedReply => "it sent a reply that makes no sense there",
        Violation::EarlySuccess => "it reported the file complete before the last byte was sent; send it again",
        Violation::NoPort => "it named no port for the data connection",
    }
}

fn broken(step: Step, connection: Connection, cause: Cause) -> String {
    match (connection, step) {
        (Connection::Control, _) => {
            format!("lost the server while {}: {}; try again", doing(step), control(cause))
        }
        (Connection::Data, Step::DataConnection) => format!(
            "the server's data port cannot be reached ({}); a firewall may block it: ask for its passive ports to be \
             opened",
            data(cause)
        ),
        (Connection::Data, _) => format!(
            "the data connection broke while {}: {}; check the network and the room on the server's disk, then send \
             the file again",
            doing(step),
            data(cause)
        ),
    }
}

fn control(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "it reset the connection",
        Cause::TimedOut => "no whole reply came in time, see --timeout",
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no way to it",
        Cause::Denied => "it sent more than is allowed",
    }
}

fn data(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "closed by the server",
        Cause::Reset => "reset by the server",
        Cause::TimedOut => "nothing moved in time, see --timeout",
        Cause::Refused => "connection refused",
        Cause::Unreachable => "no way there",
        Cause::Denied => "a port below 1024, which is never used for data",
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Greeting => "waiting for its greeting",
        Step::Login => "logging in",
        Step::Directory => "entering the directory",
        Step::BinaryType => "choosing binary transfer",
        Step::DataConnection => "opening a data connection",
        Step::Store => "asking to store the file",
        Step::Transfer => "sending the file",
        Step::Confirmation => "waiting for confirmation",
        Step::Quit => "saying goodbye",
    }
}

fn shown(file: &Path) -> String {
    Escaped(file.as_os_str().as_bytes()).to_string()
}

/// An error of the system without its number, which tells a user nothing.
fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
