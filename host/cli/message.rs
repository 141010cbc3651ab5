//! Words for what went wrong: what happened, the likely cause, what to try. One line each, with the server's own
//! words quoted and everything from outside escaped.
//!
//! The other half of the answer, the exit code, is `exit_code.rs`.

use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Cause, Connection, Escaped, Failure, Incomplete, SourceProblem, Step, UploadError, Violation};

use crate::args::Args;
use crate::tls_message;
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
        line.push_str(" A partial file may remain on the server.");
    }
    line
}

/// Several files deserve a count of what became of them.
fn summary(args: &Args, incomplete: &Incomplete) -> Option<String> {
    let count = args.files().len();
    let begun = incomplete.failures.iter().any(|failure| failure.file.is_some());
    (count > 1 && begun).then(|| {
        let mut text = format!("{} of {count} files stored.", incomplete.stored.len());
        if !incomplete.untried.is_empty() {
            let names: Vec<_> = incomplete.untried.iter().map(|file| shown(file)).collect();
            let _ = write!(text, " Not tried: {}.", names.join(", "));
        }
        text
    })
}

fn explain(args: &Args, error: &UploadError) -> String {
    let host = Escaped(args.host().as_bytes()).to_string();
    match error {
        UploadError::Argument { what, why } => {
            format!("{what} {why}. No FTP command can carry that; nothing was sent.")
        }
        UploadError::SameName { one, other } => format!(
            "{} and {} have one name. The second would overwrite the first; send them to different directories.",
            shown(one),
            shown(other)
        ),
        UploadError::Source { file, problem } => local_file(file, problem),
        UploadError::Tls { connection, problem } => tls_message::failed(args, &host, *connection, problem),
        UploadError::NoTls { code, text } => tls_message::not_offered(&host, *code, text),
        UploadError::NotResumed { code, text } => tls_message::not_resumed(*code, text),
        UploadError::Unresolved { error, .. } => {
            format!("cannot find {host}: {}. Check the name and this machine's network.", without_code(error))
        }
        UploadError::Unreachable { address, error } => unreachable(&host, address, error),
        UploadError::Refused { step, code, text } => {
            let advice = if args.tls.may_be_clear(&args.host()) && tls_message::is_wanted(text) {
                tls_message::WANTED
            } else {
                advice(*step, *code)
            };
            format!("{} ({code} \"{text}\"). {advice}.", refused(args, *step))
        }
        UploadError::Misbehaved { step, what } => {
            format!("{host} broke the FTP protocol while {}. {}.", doing(*step), misbehaved(*what))
        }
        UploadError::Broken { step, connection, cause } => broken(&host, *step, *connection, *cause),
        UploadError::Unconfirmed { cause } => format!(
            "every byte was sent, but {host} never said whether it has them: {}. The file may be whole; look before \
             you send it again.",
            control(*cause)
        ),
        UploadError::Mismatch { sent, stored } => format!(
            "{sent} bytes were sent, but {host} says that it has {stored}. Something on the way or another writer \
             changed the file; look, and send it again."
        ),
        UploadError::Interrupted { step: Some(step @ Step::Confirmation) } => {
            format!("interrupted while {}. The file may be whole; look before you send it again.", doing(*step))
        }
        UploadError::Interrupted { step: Some(step) } => {
            format!("interrupted while {}. The file was not stored; send it again.", doing(*step))
        }
        UploadError::Interrupted { step: None } => "interrupted. Nothing was sent; try again.".to_owned(),
        UploadError::Fault(what) => {
            format!("internal error: {}. This is a bug; please report it.", Escaped(what.as_bytes()))
        }
    }
}

fn local_file(file: &Path, problem: &SourceProblem) -> String {
    let name = Escaped(file.as_os_str().as_bytes());
    match problem {
        SourceProblem::Unreadable(error) => {
            format!(
                "cannot open {name}: {}. Nothing was sent; check the path and who may read it.",
                without_code(error)
            )
        }
        SourceProblem::Directory => format!("{name} is a directory. Nothing was sent; name the files in it."),
        SourceProblem::NotAFile => {
            format!("{name} is not a regular file. Nothing was sent; put its content into one.")
        }
        SourceProblem::Shrank => {
            format!("{name} became shorter while it was sent. Another program writes to it; send it again later.")
        }
        SourceProblem::Failed => {
            format!("{name} could not be read to its end. Its disk may be failing; check it, and send the file again.")
        }
    }
}

fn unreachable(host: &str, address: &SocketAddr, error: &io::Error) -> String {
    // A name may have several addresses; one that was typed needs no repetition.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check host and port".to_owned(),
        io::ErrorKind::TimedOut => {
            "No answer came in time; check host and port, ask about firewalls, or raise --connect-timeout".to_owned()
        }
        _ => format!("The system says: {}; check host, port and network", without_code(error)),
    };
    format!("cannot connect to {host}{at}. {cause}.")
}

fn refused(args: &Args, step: Step) -> String {
    let user = Escaped(args.user.as_bytes());
    let directory = Escaped(args.directory());
    match step {
        Step::Greeting => "the server takes no connections now".to_owned(),
        Step::Protection => "the server refused to protect the connection".to_owned(),
        Step::Login => format!("the server refused the login of {user}"),
        Step::Directory => format!("the server refused the directory {directory}"),
        Step::BinaryType => "the server refused to store bytes as they are".to_owned(),
        Step::DataConnection => "the server refused a data connection".to_owned(),
        Step::Store => "the server refused to store the file".to_owned(),
        Step::Transfer | Step::Confirmation => "the server gave up storing the file".to_owned(),
        Step::Quit => "the server refused to say goodbye".to_owned(),
    }
}

fn advice(step: Step, code: u16) -> &'static str {
    match (step, code) {
        (_, 421) => "It is busy or shutting down; try again later",
        (Step::Login, 332) => "It wants an account; give one with --account",
        (_, 452 | 552) => "Its disk or your quota is full; make room there",
        (Step::Greeting, _) => "It may be busy; try again later",
        (Step::Protection, _) => "It does not protect data connections, or not now; ask whoever runs it",
        (Step::Login, _) => "User name or password may be wrong; check both",
        (Step::Directory, _) => "It may not exist, or not for this user; check it",
        (Step::BinaryType | Step::DataConnection, _) => "Its configuration forbids uploads; ask whoever runs it",
        (Step::Store, _) => "You may not write there, or not under this name; check both",
        (Step::Transfer | Step::Confirmation | Step::Quit, _) => {
            "Its disk may be full, or the network broke; check, and send the file again"
        }
    }
}

fn misbehaved(what: Violation) -> &'static str {
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

fn broken(host: &str, step: Step, connection: Connection, cause: Cause) -> String {
    match (connection, step) {
        (Connection::Control, _) => {
            format!("lost {host} while {}: {}. Server or network failed; try again.", doing(step), control(cause))
        }
        (Connection::Data, Step::DataConnection) => format!(
            "the data port that {host} named cannot be reached: {}. A firewall may block it; ask for the passive \
             ports to be opened.",
            data(cause)
        ),
        (Connection::Data, _) => format!(
            "the data connection failed while {}: {}. The network or the server's disk may be the cause; check both, \
             and send the file again.",
            doing(step),
            data(cause)
        ),
    }
}

fn control(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "the connection was reset",
        Cause::TimedOut => "it timed out (no whole reply within --timeout)",
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no way to it",
        Cause::Denied => "it sent more than is allowed",
        Cause::Insecure => "what came is not what TLS protects",
    }
}

fn data(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "the server closed it",
        Cause::Reset => "it was reset",
        Cause::TimedOut => "it timed out (nothing moved within --timeout)",
        Cause::Refused => "the connection was refused",
        Cause::Unreachable => "there is no way there",
        Cause::Insecure => "what came is not what TLS protects",
        Cause::Denied => "ports below 1024 are never used for data",
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Greeting => "waiting for its greeting",
        Step::Protection => "setting up TLS",
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
