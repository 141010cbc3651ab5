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
use crate::remains_message;
use crate::short_message::short;
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
    if let Some(earlier) = &failure.earlier {
        let told_as =
            if matches!(failure.error, UploadError::Unknown) { "The reason" } else { "An earlier try had failed" };
        let _ = write!(line, " {told_as}: {}.", short(args, earlier));
    }
    // A mixture, or a file without its proof, is said to lie under the file's name already.
    let said =
        matches!(&failure.error, UploadError::Source { problem: SourceProblem::Changed, .. } | UploadError::Unverified);
    line.push_str(&remains_message::after(failure, said));
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
                advice(args, error, *step, *code)
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
        UploadError::Unknown => format!(
            "every byte was sent, but {host} does not say what came of them. The file may be whole; look before you send \
             it again."
        ),
        UploadError::Unconfirmed { cause, completed: false, .. } => format!(
            "every byte was sent, but {host} never said whether it has them: {}. The file may be whole; look before \
             you send it again.",
            control(*cause)
        ),
        UploadError::Unconfirmed { cause, completed: true, .. } => format!(
            "{host} said that it has the file, but was lost before it told how much of it: {}. It may not be whole; look \
             before you send it again.",
            control(*cause)
        ),
        UploadError::Missing => format!(
            "{host} said that it has the file, and then that it does not know it. It may have another name, or somebody \
             has taken it away; look before you send it again."
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
            "the file was sent, but {host} cannot prove it as --verify demands, or not in time. Use another --verify, or \
             check the file in another way."
        ),
        UploadError::CannotRename => format!(
            "{host} cannot rename files, as --atomic needs. Nothing was stored; leave --atomic out, or ask whoever runs \
             it."
        ),
        UploadError::NotRenamed { forbidden, old_is_aside, code, text } => {
            let advice = not_renamed(args, *forbidden, *old_is_aside);
            format!(
                "the file was sent under a temporary name, and {host} refuses to give it its own ({code} \"{text}\"). \
                 {advice}."
            )
        }
        UploadError::TemporaryRefused { name, code, text } => format!(
            "{host} refuses the temporary name {} ({code} \"{text}\"), which --atomic makes up. Nothing was stored; leave \
             --atomic out, or ask the server's administrator to allow such names.",
            Escaped(name)
        ),
        UploadError::Interrupted { step: Some(Step::Attributes) } => {
            "interrupted while setting time and permissions. The file is stored; look at both.".to_owned()
        }
        UploadError::Interrupted { step: Some(step @ (Step::Confirmation | Step::Renaming)) } => {
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

/// What to do about a file that is stored, and does not get its name.
fn not_renamed(args: &Args, forbidden: bool, old_is_aside: bool) -> &'static str {
    match (forbidden, old_is_aside, args.replaces()) {
        (_, true, _) => "The file that had the name was moved aside and could not be moved back; rename it there",
        (true, false, _) => "You may not rename files there; leave --atomic out, or ask the server's administrator",
        (false, false, true) => {
            "You may not rename files there, or not to that name; rename it there, or ask the server's administrator"
        }
        (false, false, false) => "A file of that name may exist; use --replace to have it replaced, or rename it there",
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
