//! The errors of an upload, sorted by origin: the local file, the network, the server, the caller, or this library.
//!
//! They mirror `upload-error` in `wit/upload.wit`, and add the failures outside the sandbox. The program's messages for
//! users, with likely causes and advice, are in `cli/src/messages/`.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ftp_protocol::server::Server;

use crate::report::proxy_problem::ProxyProblem;
use crate::report::step::{Algorithm, Cause, Connection, Step, Violation};
use crate::report::tls_problem::TlsProblem;
use crate::report::wording;
use ftp_text::escape::Escaped;

/// The reason why a file was not stored, or why it is unknown whether the file was stored.
///
/// [`step`](Self::step) returns the step of the conversation at which the error happened, and
/// [`partial_file_may_remain`](Self::partial_file_may_remain) returns true if the server may have a part of the file.
/// Reply codes are those of RFC 959 §4.2 and its extensions. Texts from the server are untrusted, and shown escaped.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The local file cannot be opened or read, or it changed during the upload.
    #[error("{file:?}: {problem}")]
    Source {
        /// The local file, or the name of the stream.
        file: PathBuf,
        /// The reason.
        problem: SourceProblem,
    },
    /// The server's name cannot be resolved to an address.
    #[error("cannot resolve {}: {error}", server.host())]
    Unresolved {
        /// The server.
        server: Server,
        /// The resolver's error.
        error: io::Error,
    },
    /// None of the server's addresses accepted the control connection.
    #[error("cannot connect to {address}: {error}")]
    Unreachable {
        /// The address that was tried last.
        address: SocketAddr,
        /// The error for that address.
        error: io::Error,
    },
    /// The proxy did not provide a connection to the server.
    #[error("no {connection:?} connection through the proxy {proxy}: {problem}")]
    Proxy {
        /// The proxy's address, without credentials.
        proxy: String,
        /// The connection that was requested.
        connection: Connection,
        /// The reason.
        problem: ProxyProblem,
    },
    /// The TLS handshake on a connection failed, or TLS could not be set up on this machine.
    #[error("no TLS on the {connection:?} connection: {problem}")]
    Tls {
        /// The connection.
        connection: Connection,
        /// The reason.
        problem: TlsProblem,
    },
    /// The server refused AUTH TLS (RFC 4217 §4, RFC 2228 §3). No other command was sent.
    #[error("the server refuses TLS: {code} {text}")]
    NoTls {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refused the transfer with 425, 450 or 522 (RFC 4217), and had not resumed the TLS session of the
    /// control connection on the data connection. Servers that require session reuse send these replies.
    #[error("the server did not resume its TLS session: {code} {text}")]
    NotResumed {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refused a command, or the transfer, with a negative reply.
    #[error("refused at {step:?}: {code} {text}")]
    Refused {
        /// The step at which it refused.
        step: Step,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server violated the protocol.
    #[error("protocol violation at {step:?}: {what:?}")]
    Misbehaved {
        /// The step at which this happened.
        step: Step,
        /// The violation.
        what: Violation,
    },
    /// A connection failed.
    #[error("{connection:?} connection failed at {step:?}: {cause:?}")]
    Broken {
        /// The step at which it failed.
        step: Step,
        /// The connection.
        connection: Connection,
        /// The cause.
        cause: Cause,
    },
    /// Every byte was sent, and a connection failed before the server had confirmed the file.
    #[error("every byte was sent, but the file is not confirmed: {cause:?}")]
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
    #[error("the outcome is unknown")]
    Unknown,
    /// The server replied that the file is stored, and reports a size that differs from the number of bytes sent.
    #[error("{sent} bytes were sent, the server has {stored}")]
    Mismatch {
        /// The number of bytes that the file should have on the server.
        sent: u64,
        /// The size that the server reports, in bytes.
        stored: u64,
    },
    /// The server replied that the file is stored, and its hash of the file differs from the local file's.
    #[error("the {algorithm:?} hash of the file on the server differs")]
    Corrupt {
        /// The hash algorithm.
        algorithm: Algorithm,
    },
    /// The server replied that the file is stored, and then that it has no such file.
    #[error("the server confirmed the file, and then does not have it")]
    Missing,
    /// The file is stored, and the server cannot provide the proof that [`Delivery::verify`](crate::Delivery::verify)
    /// requires.
    #[error("the file is stored, but the server cannot provide the required proof")]
    Unverified,
    /// The server does not support renaming, which [`Delivery::atomic`](crate::Delivery::atomic) requires. Nothing was
    /// stored.
    #[error("the server cannot rename files")]
    CannotRename,
    /// The file is stored under a temporary name, and the server refused to rename it.
    #[error("the file is stored under a temporary name, and cannot be renamed: {code} {text}")]
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
    #[error("the temporary name {:?} was refused: {code} {text}", Escaped(name))]
    TemporaryRefused {
        /// The temporary name.
        name: Vec<u8>,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The caller's [`CancelToken`](crate::CancelToken) was cancelled.
    #[error("interrupted")]
    Interrupted {
        /// The step that was reached, or `None` if the conversation had not begun.
        step: Option<Step>,
    },
    /// The time limit of the run was reached ([`Network::max_time`](crate::Network::max_time)).
    #[error("out of time")]
    OutOfTime {
        /// The step that was reached, or `None` if the conversation had not begun.
        step: Option<Step>,
    },
    /// An error of this library: the component crashed or reached a limit, or the host could not run it.
    #[error("internal fault: {0}")]
    Fault(String),
}

/// The reason why a local file cannot be uploaded.
#[derive(Debug, thiserror::Error)]
pub enum SourceProblem {
    /// The file cannot be opened or read. Nothing was sent.
    #[error("{0}")]
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

/// Untrusted text from a server or a proxy, cut off after 512 bytes. `Display` and `Debug` escape it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerText(pub(crate) Vec<u8>);

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
            Self::CannotRename | Self::NotRenamed { .. } => Some(Step::Renaming),
            Self::Source { .. }
            | Self::Proxy { connection: Connection::Control, .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Unverified
            | Self::Fault(_) => None,
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

/// For errors that a caller makes itself, such as in tests of its own messages. Any bytes are allowed.
impl From<&[u8]> for ServerText {
    fn from(text: &[u8]) -> Self {
        Self(text.to_vec())
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl fmt::Debug for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped(&self.0), f)
    }
}
