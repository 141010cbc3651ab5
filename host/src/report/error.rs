//! The errors of an upload, sorted by origin: the local file, the network, the server, the caller, or this library.
//!
//! They mirror `upload-error` in `wit/upload.wit`, and add the failures outside the sandbox. The messages for
//! users, with likely causes and advice, are in `words/`.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ftp_protocol::server::Server;
use ftp_text::escape::Escaped;
use ftp_text::system_error::without_code;

use crate::report::proxy_problem::ProxyProblem;
use crate::report::server_text::ServerText;
use crate::report::step::{Algorithm, Cause, Connection, Step, Violation};
use crate::report::sync::SyncProblem;
use crate::report::tls_problem::TlsProblem;
use crate::report::wording;

/// The reason why a file was not stored, or why it is unknown whether the file was stored.
///
/// [`step`](Self::step) returns the step of the conversation at which the error happened, and
/// [`partial_file_may_remain`](Self::partial_file_may_remain) returns true if the server may have a part of the file.
/// `Display` shows the error in plain English, with its likely cause and advice; [`words::message`](crate::words::message)
/// returns these parts, and names the server and the user, if it gets the [`Context`](crate::Context) of the run.
/// Reply codes are those of RFC 959 §4.2 and its extensions. Texts from the server are untrusted, and shown escaped.
#[derive(Debug)]
pub enum UploadError {
    /// The local file cannot be opened or read, or it changed during the upload.
    Source {
        /// The local file, or the name of the stream.
        file: PathBuf,
        /// The reason.
        problem: SourceProblem,
    },
    /// The server's name cannot be resolved to an address.
    Unresolved {
        /// The server.
        server: Server,
        /// The resolver's error. Its kind is `NotFound` if the name does not exist, or has no address.
        error: io::Error,
    },
    /// None of the server's addresses accepted the control connection.
    Unreachable {
        /// The address that was tried last.
        address: SocketAddr,
        /// The error for that address.
        error: io::Error,
    },
    /// The proxy did not provide a connection to the server.
    Proxy {
        /// The proxy's address, without credentials.
        proxy: String,
        /// The connection that was requested.
        connection: Connection,
        /// The reason.
        problem: ProxyProblem,
    },
    /// The TLS handshake on a connection failed, or TLS could not be set up on this machine.
    Tls {
        /// The connection.
        connection: Connection,
        /// The reason.
        problem: TlsProblem,
    },
    /// The server refused AUTH TLS (RFC 4217 §4, RFC 2228 §3). No other command was sent.
    NoTls {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refused the transfer with 425, 450 or 522 (RFC 4217), and had not resumed the TLS session of the
    /// control connection on the data connection. Servers that require session reuse send these replies.
    NotResumed {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refused a command, or the transfer, with a negative reply.
    Refused {
        /// The step at which it refused.
        step: Step,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server violated the protocol.
    Misbehaved {
        /// The step at which this happened.
        step: Step,
        /// The violation.
        what: Violation,
    },
    /// A connection failed.
    Broken {
        /// The step at which it failed.
        step: Step,
        /// The connection.
        connection: Connection,
        /// The cause.
        cause: Cause,
    },
    /// Every byte was sent, and a connection failed before the server had confirmed the file.
    Unconfirmed {
        /// The cause of the failure.
        cause: Cause,
        /// True if the server had replied that the file is stored, and the connection failed at the following command,
        /// SIZE or a hash command.
        completed: bool,
        /// True if that command asked for a hash.
        hashing: bool,
    },
    /// Every byte was sent, or RNTO was sent, and later commands could not determine the outcome.
    Unknown,
    /// The server replied that the file is stored, and reports a size that differs from the number of bytes sent.
    Mismatch {
        /// The number of bytes that the file should have on the server.
        sent: u64,
        /// The size that the server reports, in bytes.
        stored: u64,
    },
    /// The server replied that the file is stored, and its hash of the file differs from the local file's.
    Corrupt {
        /// The hash algorithm.
        algorithm: Algorithm,
    },
    /// The server replied that the file is stored, and then that it has no such file.
    Missing,
    /// The file is stored, and the server cannot provide the proof that [`Delivery::verify`](crate::Delivery::verify)
    /// requires.
    Unverified,
    /// The server does not support renaming, which [`Delivery::atomic`](crate::Delivery::atomic) requires. Nothing was
    /// stored.
    CannotRename,
    /// The file is stored under a temporary name, and the server refused to rename it.
    NotRenamed {
        /// True if RNFR was refused: the server does not allow renaming of the file to any name.
        forbidden: bool,
        /// True if an older file of that name was moved aside and could not be moved back.
        old_is_aside: bool,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refused the temporary name (STOR). Nothing was stored.
    TemporaryRefused {
        /// The temporary name.
        name: Vec<u8>,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// [`Delivery::skip_existing`](crate::Delivery::skip_existing) was requested, and the server's answers do not tell if a
    /// file of this name is there. Nothing was sent.
    MayExist {
        /// The answers that can mean both.
        why: Doubt,
    },
    /// A directory of the upload cannot be made (MKD), and does not exist. The files in it were not tried.
    NotMade {
        /// The path on the server, relative to the directory of the upload.
        path: Vec<u8>,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// A problem that only `sync` has.
    Sync(SyncProblem),
    /// The caller's [`CancelToken`](crate::CancelToken) was cancelled.
    Interrupted {
        /// The step that was reached, or `None` if the conversation had not begun.
        step: Option<Step>,
    },
    /// The time limit of the run was reached ([`Network::max_time`](crate::Network::max_time)).
    OutOfTime {
        /// The step that was reached, or `None` if the conversation had not begun.
        step: Option<Step>,
    },
    /// An error of this library: the component crashed or reached a limit, or the host could not run it.
    Fault(String),
}

/// The reason why it is not known if a file is on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// The directory cannot be listed, and SIZE was refused, which has several meanings.
    #[error("it does not list the directory")]
    NotListed,
    /// The listing does not have the file, but the server has left out entries, or lines of it cannot be read.
    #[error("its listing is incomplete")]
    Incomplete,
    /// The listing is empty, and not in a form that shows at least the directory itself. A directory that must not be read
    /// looks the same on some servers.
    #[error("its listing shows nothing at all")]
    Empty,
    /// The listing does not have the file. The name begins with a dot, and such names may be left out.
    #[error("its listing may leave out names that begin with a dot")]
    Hidden,
    /// The listing has a name that differs only in upper and lower case, or in the spelling of its letters, and may be the
    /// same name to the server.
    #[error("it lists a name that may mean the same file")]
    Similar,
}

/// The reason why a local file cannot be uploaded.
#[derive(Debug, thiserror::Error)]
pub enum SourceProblem {
    /// The file cannot be opened or read. Nothing was sent.
    #[error("{}", without_code(.0))]
    Unreadable(io::Error),
    /// The path is a directory. Nothing was sent.
    #[error("it is a directory")]
    Directory,
    /// The path is a pipe, a socket or a device. Nothing was sent.
    #[error("it is not a regular file")]
    NotAFile,
    /// The system reports a wrong size, because the content is generated when it is read (/proc, /sys, some FUSE file
    /// systems). Nothing was sent.
    #[error("its size is not known")]
    UnknownSize,
    /// Another file has taken its name since the run was prepared. Nothing was sent.
    #[error("another file has taken its name")]
    Replaced,
    /// Another file of the run would be stored under the same name on the server. Nothing was sent.
    #[error("it would be stored under the same name as {}", Escaped(other.as_os_str().as_encoded_bytes()))]
    SameName {
        /// The other local file.
        other: PathBuf,
    },
    /// The file became shorter while it was sent. A partial file may remain on the server.
    #[error("it became shorter while it was being sent")]
    Shrank,
    /// The file changed while it was sent: the stored file may mix old and new bytes.
    #[error("it changed while it was being sent")]
    Changed,
    /// Reading the file failed while it was sent. A partial file may remain on the server.
    #[error("reading failed while it was being sent")]
    Failed,
}

impl UploadError {
    /// Returns the step at which the error happened, or `None` if the conversation had not begun or the error belongs
    /// to no step.
    pub fn step(&self) -> Option<Step> {
        match *self {
            Self::Refused { step, .. } | Self::Misbehaved { step, .. } | Self::Broken { step, .. } => Some(step),
            Self::Interrupted { step } | Self::OutOfTime { step } => step,
            Self::Tls { connection: Connection::Control, .. } | Self::NoTls { .. } => Some(Step::Protection),
            Self::Tls { connection: Connection::Data, .. } | Self::NotResumed { .. } => Some(Step::Transfer),
            Self::Source { problem: SourceProblem::Shrank | SourceProblem::Failed, .. } => Some(Step::Transfer),
            Self::Proxy { connection: Connection::Data, .. } => Some(Step::DataConnection),
            Self::Source { problem: SourceProblem::Changed, .. }
            | Self::Unconfirmed { .. }
            | Self::Unknown
            | Self::Mismatch { .. }
            | Self::Corrupt { .. }
            | Self::Missing => Some(Step::Confirmation),
            Self::TemporaryRefused { .. } => Some(Step::Store),
            Self::NotMade { .. } => Some(Step::Directory),
            Self::CannotRename | Self::NotRenamed { .. } => Some(Step::Renaming),
            Self::Source { .. }
            | Self::Proxy { connection: Connection::Control, .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Unverified
            | Self::Sync(_)
            | Self::Fault(_) => None,
            Self::MayExist { .. } => Some(Step::Inspection),
        }
    }

    /// Returns true if the server refused the connection or the login because too many clients are connected. This is
    /// recognised by the reply's text, because servers use different codes.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Refused { text, .. } if wording::is_too_many(text))
    }

    /// Returns true if the server replied that it is broken, or configured wrongly (vsftpd's `500 OOPS`).
    pub fn is_out_of_order(&self) -> bool {
        matches!(self, Self::Refused { code, text, .. } if ftp_delivery::is_internal_error(*code, &text.0))
    }

    /// Returns true if a partial file may remain on the server, unless it was removed later.
    pub fn partial_file_may_remain(&self) -> bool {
        matches!(self.step(), Some(Step::Transfer | Step::Confirmation))
    }
}
