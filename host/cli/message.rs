//! Words for what went wrong: what happened, the likely cause, what to try. One line each, with the server's own
//! words quoted and everything from outside escaped.
//!
//! The other half of the answer, the exit code, is `exit_code.rs`.

use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Algorithm, Cause, Connection, Escaped, Failure, Incomplete, SourceProblem, Step, UploadError};

use crate::args::Args;
use crate::file_message;
use crate::proxy_message;
use crate::step_message::{advice, doing, misbehaved, refused};
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
    // It says itself what may lie on the server.
    let mixed = matches!(&failure.error, UploadError::Source { problem: SourceProblem::Changed, .. });
    if failure.removed {
        line.push_str(" What was stored of it was removed again.");
    } else if failure.partial_file_may_remain() && !mixed {
        line.push_str(" A partial file may remain on the server.");
    }
    line
}

/// Several files deserve a count of what became of them.
fn summary(args: &Args, incomplete: &Incomplete) -> Option<String> {
    let count = args.count();
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
        UploadError::NotAName { name } => {
            format!("{} is not a plain name. Nothing was sent; name a directory as REMOTEDIR instead.", shown(name))
        }
        UploadError::SameName { one, other } => format!(
            "{} and {} have one name. The second would overwrite the first; send them to different directories.",
            shown(one),
            shown(other)
        ),
        UploadError::ActiveThroughProxy => {
            "no server can connect to us through a proxy. Nothing was sent; leave --active or --proxy out.".to_owned()
        }
        UploadError::Source { file, problem } => file_message::failed(args, file, problem),
        UploadError::Proxy { proxy, connection, problem } => proxy_message::failed(&host, proxy, *connection, problem),
        UploadError::Tls { connection, problem } => tls_message::failed(args, &host, *connection, problem),
        UploadError::NoTls { code, text } => tls_message::not_offered(&host, *code, text),
        UploadError::NotResumed { code, text } => tls_message::not_resumed(*code, text),
        UploadError::Unresolved { error, .. } => {
            format!("cannot find {host}: {}. Check the name and this machine's network.", without_code(error))
        }
        UploadError::Unreachable { address, error } => unreachable(&host, address, error),
        UploadError::Refused { step, code, text } => {
            let advice = if args.may_be_clear() && tls_message::is_wanted(text) {
                tls_message::WANTED
            } else {
                advice(args, *step, *code)
            };
            format!("{} ({code} \"{text}\"). {advice}.", refused(args, *step))
        }
        UploadError::Misbehaved { step, what } => {
            format!("{host} broke the FTP protocol while {}. {}.", doing(*step), misbehaved(*what))
        }
        UploadError::Broken { step, connection: Connection::Data, cause } if args.network.active => {
            not_called_back(&host, *step, *cause)
        }
        UploadError::Broken { step, connection, cause } => broken(&host, *step, *connection, *cause),
        UploadError::Unconfirmed { asked: true, .. } => format!(
            "every byte was sent, but {host} does not say whether it has them, not even when asked again. The file may \
             be whole; look before you send it again."
        ),
        UploadError::Unconfirmed { cause, asked: false } => format!(
            "every byte was sent, but {host} never said whether it has them: {}. The file may be whole; look before \
             you send it again.",
            control(*cause)
        ),
        UploadError::Mismatch { sent, stored } => format!(
            "{sent} bytes were sent, but {host} says that it has {stored}. Something on the way or another writer \
             changed the file; look, and send it again."
        ),
        UploadError::Corrupt { algorithm } => format!(
            "{host} has stored something else than was sent: its {} differs. Something on the way or another writer \
             changed the file; look, and send it again.",
            algorithm_name(*algorithm)
        ),
        UploadError::Unverified => format!(
            "the file is stored, but {host} cannot prove it as --verify demands. It does not offer that; use another \
             --verify, or check the file in another way."
        ),
        UploadError::CannotRename => format!(
            "{host} cannot rename files, as --atomic needs. Nothing was stored; leave --atomic out, or ask whoever runs \
             it."
        ),
        UploadError::NotReplaced { temporary, code, text } => format!(
            "the file is stored as {}, but {host} refuses to give it its name ({code} \"{text}\"). {}.",
            Escaped(temporary),
            not_replaced(args)
        ),
        UploadError::Interrupted { step: Some(step @ Step::Confirmation) } => {
            format!("interrupted while {}. The file may be whole; look before you send it again.", doing(*step))
        }
        UploadError::Interrupted { step: Some(step) } => {
            format!("interrupted while {}. The file was not stored; send it again.", doing(*step))
        }
        UploadError::Interrupted { step: None } => "interrupted. Nothing was sent; try again.".to_owned(),
        UploadError::OutOfTime { step } => out_of_time(*step),
        UploadError::Fault(what) => {
            format!("internal error: {}. This is a bug; please report it.", Escaped(what.as_bytes()))
        }
    }
}

fn out_of_time(step: Option<Step>) -> String {
    let (when, advice) = match step {
        None => ("connecting", "Nothing was sent; raise --max-time, or try again later"),
        Some(step @ (Step::Confirmation | Step::Renaming | Step::Attributes)) => {
            (doing(step), "The file may be whole; look before you send it again")
        }
        Some(step) => (doing(step), "The file was not stored; raise --max-time, or try again later"),
    };
    format!("ran out of the time that --max-time allows while {when}. {advice}.")
}

fn not_replaced(args: &Args) -> &'static str {
    if args.replaces() {
        "You may not rename files there, or not to that name; rename it there, or ask the server's administrator"
    } else {
        "A file of that name may exist; use --replace to have it removed, or rename it there"
    }
}

/// The algorithm, as people know it.
pub fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC-32",
    }
}

fn unreachable(host: &str, address: &SocketAddr, error: &io::Error) -> String {
    // A name may have several addresses; one that was typed needs no repetition.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let cause = match error.kind() {
        // In words of our own: something on this side of the connection.
        _ if error.get_ref().is_some() => format!("It was not tried: {}", Escaped(error.to_string().as_bytes())),
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check host and port".to_owned(),
        io::ErrorKind::TimedOut => {
            "No answer came in time; check host and port, ask about firewalls, or raise --connect-timeout".to_owned()
        }
        _ => format!("The system says: {}; check host, port and network", without_code(error)),
    };
    format!("cannot connect to {host}{at}. {cause}.")
}

fn broken(host: &str, step: Step, connection: Connection, cause: Cause) -> String {
    match (connection, step) {
        (Connection::Control, Step::Protection) => tls_message::lost(host, control(cause)),
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

/// With --active, when the server connects for the data.
fn not_called_back(host: &str, step: Step, cause: Cause) -> String {
    match cause {
        Cause::TimedOut | Cause::Refused | Cause::Unreachable => format!(
            "the data connection failed while {}: {host} did not connect to this machine, or took nothing in time. A \
             firewall may be in its way; leave --active out, or open this machine's ports.",
            doing(step)
        ),
        _ => broken(host, step, Connection::Data, cause),
    }
}

/// What became of the control connection.
pub fn control(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "the connection was reset",
        Cause::TimedOut => "it timed out (no whole reply within --timeout)",
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no way to it",
        Cause::Denied => "it sent more than is allowed",
        Cause::Insecure => "what came is not what TLS protects",
        Cause::OutOfStep => "it sent a reply that nobody asked for",
    }
}

/// What became of a data connection.
pub fn data(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "the server closed it",
        Cause::Reset => "it was reset",
        Cause::TimedOut => "it timed out (nothing moved within --timeout)",
        Cause::Refused => "the connection was refused",
        Cause::Unreachable => "there is no way there",
        Cause::Insecure => "what came is not what TLS protects",
        // Only of the control connection.
        Cause::OutOfStep => "the server spoke out of turn",
        Cause::Denied => "ports below 1024 are never used for data",
    }
}

/// A path, escaped.
pub fn shown(file: &Path) -> String {
    Escaped(file.as_os_str().as_bytes()).to_string()
}

/// An error of the system without its number, which tells a user nothing.
pub fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})")).unwrap_or_default();
    text.strip_suffix(&number).unwrap_or(&text).to_owned()
}
