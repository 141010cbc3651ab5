//! Everything that can go wrong, by step and by whose doing it is, and whether a partial file may be left behind.
//!
//! Mirrors `upload-error` in `wit/upload.wit` and adds what happens outside the sandbox. The words for people, with
//! likely causes and advice, are the program's: `cli/src/src/message.rs`.

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

/// Why a file was not stored, or why it is not known whether it was.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The local file's doing.
    #[error("{file:?}: {problem}")]
    Source {
        /// The local file.
        file: PathBuf,
        /// What is wrong with it.
        problem: SourceProblem,
    },
    /// The server's name leads to no address.
    #[error("cannot resolve {}: {error}", server.host())]
    Unresolved {
        /// The server.
        server: Server,
        /// What the resolver said.
        error: io::Error,
    },
    /// None of the server's addresses accepts a connection.
    #[error("cannot connect to {address}: {error}")]
    Unreachable {
        /// The address that was tried last.
        address: SocketAddr,
        /// What became of it.
        error: io::Error,
    },
    /// The proxy gives no connection.
    #[error("{proxy}, for the {connection:?} connection: {problem}")]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        /// Which connection.
        connection: Connection,
        /// Why.
        problem: ProxyProblem,
    },
    /// TLS did not come about on a connection.
    #[error("no TLS on the {connection:?} connection: {problem}")]
    Tls {
        /// Which connection.
        connection: Connection,
        /// Why.
        problem: TlsProblem,
    },
    /// The server does not do TLS: it refuses AUTH. No more than that was sent.
    #[error("no TLS: {code} {text}")]
    NoTls {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server gave a file up in a way in which servers do when they want the session of the control connection on
    /// the data connection, and it had not resumed that session.
    #[error("the server did not resume its TLS session: {code} {text}")]
    NotResumed {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server said no.
    #[error("refused at {step:?}: {code} {text}")]
    Refused {
        /// What it was asked.
        step: Step,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server broke the protocol.
    #[error("protocol broken at {step:?}: {what:?}")]
    Misbehaved {
        /// When.
        step: Step,
        /// What it did.
        what: Violation,
    },
    /// A connection failed.
    #[error("{connection:?} connection failed at {step:?}: {cause:?}")]
    Broken {
        /// When.
        step: Step,
        /// Which connection.
        connection: Connection,
        /// How.
        cause: Cause,
    },
    /// Every byte was sent, and a connection was lost before all was said about it.
    #[error("sent, but not confirmed: {cause:?}")]
    Unconfirmed {
        /// Why there is no confirmation.
        cause: Cause,
        /// The server had said that the file is stored; the line broke at a question that backs this up.
        completed: bool,
        /// That question was the one for a hash.
        hashing: bool,
    },
    /// Every byte was sent, or the file's name changed, and the server cannot tell what came of it, asked later.
    #[error("the outcome is unknown")]
    Unknown,
    /// The server confirmed the file, and has a different size than was sent.
    #[error("sent {sent} bytes, stored {stored}")]
    Mismatch {
        /// Bytes sent.
        sent: u64,
        /// Bytes that the server says it has.
        stored: u64,
    },
    /// The server confirmed the file, and its hash is another one.
    #[error("the {algorithm:?} hash on the server is another one")]
    Corrupt {
        /// By this algorithm.
        algorithm: Algorithm,
    },
    /// The server confirmed the file, and does not know it any more.
    #[error("confirmed, but not there")]
    Missing,
    /// The file is stored, and the server cannot tell what was wanted as proof of it.
    #[error("stored, but the server cannot prove it as demanded")]
    Unverified,
    /// The server cannot rename, so a file cannot get its name at the end. Nothing was stored.
    #[error("the server cannot rename files")]
    CannotRename,
    /// The file is stored under a temporary name, and the server refuses to give it its own.
    #[error("stored, and not renamed: {code} {text}")]
    NotRenamed {
        /// RNFR was refused: the file may not be renamed to any name.
        forbidden: bool,
        /// The file that had the name before was moved aside, and could not be moved back.
        old_is_aside: bool,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server refuses the temporary name that we made up. Nothing was stored.
    #[error("the temporary name {:?} was refused: {code} {text}", Escaped(name))]
    TemporaryRefused {
        /// The name.
        name: Vec<u8>,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The caller's [`CancelToken`](crate::CancelToken) was cancelled.
    #[error("interrupted")]
    Interrupted {
        /// How far the conversation had come.
        step: Option<Step>,
    },
    /// The time is up that the caller allows ([`Network::max_time`](crate::Network::max_time)).
    #[error("out of time")]
    OutOfTime {
        /// How far the conversation had come.
        step: Option<Step>,
    },
    /// Our doing: the component crashed or hit a limit, or the host could not run it.
    #[error("internal fault: {0}")]
    Fault(String),
}

/// What is wrong with a local file.
#[derive(Debug, thiserror::Error)]
pub enum SourceProblem {
    /// It cannot be opened or read.
    #[error("{0}")]
    Unreadable(io::Error),
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// It is a pipe, a socket or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Its size is not that of its content, which is made while it is read (/proc, /sys, some FUSE file systems).
    #[error("its size is not known")]
    UnknownSize,
    /// It was cut shorter while it was being sent.
    #[error("it became shorter while it was being sent")]
    Shrank,
    /// It was changed while it was being sent: what is stored may mix old and new bytes.
    #[error("it changed while it was being sent")]
    Changed,
    /// Reading failed while it was being sent.
    #[error("reading failed while it was being sent")]
    Failed,
}

/// Text that a server sent: shown escaped, whichever way it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerText(pub(crate) Vec<u8>);

impl UploadError {
    /// How far the conversation had come, if it had begun.
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

    /// Whether the server refuses us because others take up all its places, whatever its code says.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Refused { text, .. } if wording::is_too_many(text))
    }

    /// Whether the server says that it is broken itself, or set up wrongly (vsftpd's `500 OOPS`).
    pub fn is_out_of_order(&self) -> bool {
        matches!(self, Self::Refused { code: 500, text, .. } if wording::is_out_of_order(text))
    }

    /// Whether a part of the file may lie on the server, if nothing was done about it afterwards.
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
