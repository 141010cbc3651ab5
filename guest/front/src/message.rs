//! The messages for errors: the event, the likely cause, and advice. Each is one line, in which all text from outside
//! is escaped. They are shorter than those of the native program (`host/cli/message.rs`), because there are no options
//! to recommend.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use crate::bindings::ftp_uploader::upload::capabilities::{Algorithm, IoError, SourceError, Step};
use crate::bindings::ftp_uploader::upload::upload::{Breakage, Connection, UploadError, Violation};
use crate::bindings::ftp_uploader::wasi::grants::{ConnectError, FileError, PasswordError};
use crate::cli_error::{CliError, Place};
use crate::sync;
use ftp_text::escape::Escaped;

const USAGE: &str = "four arguments are needed. Usage: ftp-uploader [-v] HOST USERNAME LOCALFILE REMOTEDIR; the \
    password is taken from FTP_PASSWORD or the first line of standard input.";

const SYNC_USAGE: &str = "four arguments are needed. Usage: ftp-uploader sync [OPTIONS] HOST USERNAME LOCALDIR \
    REMOTEDIR; options: -v, --compare time|size|none, --delete extra, --max-delete N, --dry-run, --atomic all|off, \
    --no-lock; the password is taken from FTP_PASSWORD or the first line of standard input.";

const FAULT: &str = "internal error: the component's receipt differs from the bytes that were sent. This is a bug; \
    please report it. A partial file may remain on the server.";

/// Returns the message.
pub(crate) fn line(cli_error: &CliError) -> String {
    match cli_error {
        CliError::Usage => USAGE.to_owned(),
        CliError::SyncUsage => SYNC_USAGE.to_owned(),
        CliError::Option(what) => format!("{}. Nothing was sent.", Escaped(what.as_bytes())),
        CliError::Host => {
            "HOST is not a server. Write it as name, name:port, [IPv6]:port or ftp://name:port.".to_owned()
        }
        CliError::Argument(what) => {
            format!(
                "{what} is empty, too long, or has control characters or the byte 0xff. No FTP command can carry that; \
                 nothing was sent."
            )
        }
        CliError::File(path, why) => file(&Escaped(path.as_bytes()), *why),
        CliError::Directory(path, why) => directory(&Escaped(path.as_bytes()), *why),
        CliError::Password(why) => password(*why).to_owned(),
        CliError::Connect(host, why) => connect(&Escaped(host.as_bytes()), why),
        CliError::Upload(place, error) => upload(place, error),
        CliError::Unknown(place, error) => format!(
            "every byte was sent, but it is not known whether the file is stored: {}. Look before you send it again.",
            event(place, error)
        ),
        CliError::Changed(path) => format!(
            "{} changed while it was sent. The stored file may contain a mix of old and new bytes; send it again when \
             no program writes to it.",
            Escaped(path.as_bytes())
        ),
        CliError::Fault => FAULT.to_owned(),
        CliError::Sync(problem) => sync::sentence(problem),
        CliError::OfFile(path, error) => of_file(&Escaped(path), error),
        CliError::Incomplete(last_line) => last_line.clone(),
    }
}

/// Returns the message for an error about one file of `sync`, which removes what is there under a temporary name.
fn of_file(path: &Escaped<'_>, error: &CliError) -> String {
    match error {
        CliError::Upload(place, error) => format!("{path}: {}.", event(place, error)),
        other => format!("{path}: {}", line(other)),
    }
}

fn directory(path: &Escaped<'_>, why: FileError) -> String {
    let (what, advice) = match why {
        FileError::Missing => ("it is in none of the folders given to this program", "check the path and the folders"),
        FileError::Forbidden => ("it may not be read", "check its permissions"),
        FileError::NotADirectory | FileError::NotAFile | FileError::UnknownSize => {
            ("it is no directory", "name a directory")
        }
        FileError::Directory | FileError::Unreadable => ("reading failed", "check its disk"),
    };
    format!("cannot read {path}: {what}. Nothing was sent; {advice}.")
}

fn file(path: &Escaped<'_>, why: FileError) -> String {
    let (what, advice) = match why {
        FileError::Missing => ("it is in none of the folders given to this program", "check the path and the folders"),
        FileError::Forbidden => ("it may not be read", "check its permissions"),
        FileError::Directory => ("it is a directory", "name a file in it"),
        FileError::NotADirectory => ("a part of its path is no directory", "check the path"),
        FileError::NotAFile => ("it is not a regular file", "put its content into one"),
        FileError::UnknownSize => ("it does not tell its size", "copy its content into another file"),
        FileError::Unreadable => ("reading failed", "check its disk"),
    };
    format!("cannot open {path}: {what}. Nothing was sent; {advice}.")
}

fn password(why: PasswordError) -> &'static str {
    match why {
        PasswordError::Missing => "no password. Nothing was sent; set FTP_PASSWORD, or write it to standard input.",
        PasswordError::Visible => {
            "no password. Text typed here would be visible; set FTP_PASSWORD, or pass it through a pipe."
        }
        PasswordError::ControlBytes => {
            "the password has control characters or the byte 0xff. No FTP command can carry that; nothing was sent."
        }
    }
}

fn connect(host: &Escaped<'_>, why: &ConnectError) -> String {
    match why {
        ConnectError::UnknownHost => {
            format!("cannot find {host}. Check the name, and whether this program may look names up.")
        }
        ConnectError::NeedsTls => format!(
            "{host} must be reached over TLS, and WASI has none. Nothing was sent; ftp://{host} would send the \
             password and the file in clear, readable for everyone on the network path. The native program has TLS."
        ),
        ConnectError::Failed(cause) => {
            format!("cannot connect to {host}: {}. Check host, port, and what this program may reach.", how(*cause))
        }
    }
}

fn upload(place: &Place, error: &UploadError) -> String {
    let event = event(place, error);
    let partial = "A partial file may remain on the server.";
    match error {
        UploadError::Refused(refusal) => {
            let rest = if began(refusal.step) { partial } else { "Nothing was stored." };
            format!("{event}. {} {rest}", advice(refusal.step))
        }
        UploadError::Misbehaved(_) => format!("{event}. Check that an FTP server listens there."),
        UploadError::Broken(breakage) => {
            let rest = if began(breakage.step) { partial } else { "Nothing was stored; try again." };
            format!("{event}. {rest}")
        }
        UploadError::Unreadable(SourceError::Shrank) => {
            format!("{event}. Another program writes to it; send it again. {partial}")
        }
        UploadError::Unreadable(SourceError::Unreadable) => {
            format!("{event}. Check its disk, and send it again. {partial}")
        }
        UploadError::Unconfirmed(_) | UploadError::Missing => format!("{event}. Look before you send it again."),
        UploadError::Mismatch(_) | UploadError::Corrupt(_) => format!("{event}. Look, and send the file again."),
        UploadError::Invalid(_) => format!("{event}. Nothing was sent for it."),
    }
}

/// Returns a sentence about the event, without its full stop.
fn event(place: &Place, error: &UploadError) -> String {
    let host = Escaped(place.host.as_bytes());
    match error {
        UploadError::Refused(refusal) => {
            let text = Escaped(&refusal.text);
            format!("{} ({} \"{text}\")", refused(place, refusal.step), refusal.code)
        }
        UploadError::Misbehaved(misbehaviour) => format!(
            "{host} broke the FTP protocol while {}: {}",
            doing(misbehaviour.step),
            misbehaved(misbehaviour.what)
        ),
        UploadError::Broken(Breakage { step, connection: Connection::Control, cause }) => {
            format!("the connection to {host} failed while {}: {}", doing(*step), how(*cause))
        }
        UploadError::Broken(Breakage { step, connection: Connection::Data, cause }) => {
            format!("the data connection to {host} failed while {}: {}", doing(*step), how(*cause))
        }
        UploadError::Unreadable(SourceError::Shrank) => "the file became shorter while it was sent".to_owned(),
        UploadError::Unreadable(SourceError::Unreadable) => "the file could not be read to its end".to_owned(),
        UploadError::Unconfirmed(doubt) => {
            let asked = "while it was asked about the stored file";
            let when = if doubt.completed { asked } else { "before it confirmed the file" };
            format!("the connection to {host} failed {when}: {}", how(doubt.cause))
        }
        UploadError::Missing => {
            format!("{host} said that it has the file, and then that there is no file of this name")
        }
        UploadError::Mismatch(sizes) => {
            format!("{} bytes were sent, but {host} says that it has {}", sizes.sent, sizes.stored)
        }
        UploadError::Corrupt(algorithm) => {
            let algorithm = name(*algorithm);
            format!("{host} says that it stored the file, but its {algorithm} differs from that of the local file")
        }
        UploadError::Invalid(_) => "an argument is not valid".to_owned(),
    }
}

/// Returns the common name of a hash algorithm.
pub(crate) fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC-32",
    }
}

/// Returns true if the server may have a part of the file.
fn began(step: Step) -> bool {
    matches!(step, Step::Transfer | Step::Confirmation | Step::Renaming | Step::Attributes | Step::Quit)
}

fn refused(place: &Place, step: Step) -> String {
    match step {
        Step::Greeting => "the server takes no connections now".to_owned(),
        Step::Protection => "the server refused TLS".to_owned(),
        Step::Login => format!("the server refused the login of {}", Escaped(place.user.as_bytes())),
        Step::Features => "the server refused to list its features".to_owned(),
        Step::Site => "the server refused SITE".to_owned(),
        Step::Directory => format!("the server refused the directory {}", Escaped(place.directory.as_bytes())),
        Step::BinaryType => "the server refused binary transfer".to_owned(),
        Step::Inspection => "the server refused to report the file's size or time".to_owned(),
        Step::DataConnection => "the server refused a data connection".to_owned(),
        Step::Store => "the server refused to store the file".to_owned(),
        Step::Transfer | Step::Confirmation => "the server gave up storing the file".to_owned(),
        Step::Renaming => "the server refused to rename the file".to_owned(),
        Step::Attributes => "the server refused the file's attributes".to_owned(),
        Step::Quit => "the server refused QUIT".to_owned(),
    }
}

fn advice(step: Step) -> &'static str {
    match step {
        Step::Greeting => "It may be busy; try again later.",
        Step::Protection => "It may not be set up for it; ask the server's administrator.",
        Step::Login => "User name or password may be wrong; check both.",
        Step::Directory => "It may not exist, or not for this user; check it.",
        Step::Features | Step::Site | Step::Inspection | Step::Renaming | Step::Attributes => {
            "Ask the server's administrator."
        }
        Step::BinaryType | Step::DataConnection => "Its configuration forbids uploads; ask the server's administrator.",
        Step::Store => "You may not write there, or not under this name; check both.",
        Step::Transfer | Step::Confirmation | Step::Quit => "Its disk may be full; check, and send the file again.",
    }
}

fn misbehaved(what: Violation) -> &'static str {
    match what {
        Violation::NotAReply => "it sent something that is not an FTP reply",
        Violation::ReplyTooLong => "it sent a reply of more than 64 KiB",
        Violation::TooManyReplies => "it sent too many preliminary replies",
        Violation::UnexpectedReply => "it sent a reply that is not defined for this step",
        Violation::EarlySuccess => "it reported the file complete before the last byte was sent",
        Violation::NoPort => "it named no port for the data connection",
        Violation::EarlyText => "it sent more than the reply to AUTH before TLS began",
    }
}

fn how(cause: IoError) -> &'static str {
    match cause {
        IoError::Closed => "the server closed it",
        IoError::Reset => "it was reset",
        IoError::TimedOut => "nothing came in time",
        IoError::Refused => "nothing listens there",
        IoError::Unreachable => "the host cannot be reached",
        IoError::Denied => "it is not allowed here",
        IoError::Insecure => "TLS could not be established",
        IoError::OutOfStep => "the server sent a reply that nobody asked for",
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::Greeting => "waiting for its greeting",
        Step::Protection => "starting TLS",
        Step::Login => "logging in",
        Step::Features => "asking for its features",
        Step::Site => "sending SITE",
        Step::Directory => "entering the directory",
        Step::BinaryType => "choosing binary transfer",
        Step::Inspection => "asking about the stored file",
        Step::DataConnection => "opening a data connection",
        Step::Store => "asking to store the file",
        Step::Transfer => "sending the file",
        Step::Confirmation => "waiting for confirmation",
        Step::Renaming => "renaming the file",
        Step::Attributes => "setting the file's attributes",
        Step::Quit => "sending QUIT",
    }
}
