//! The events of a run, and the trait through which a caller receives them.

use std::path::Path;
use std::time::Duration;

use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::step::{Connection, Step};
use crate::report::summary::{Failure, StoredFile};

/// Receives the events of a run.
///
/// It is called on the thread that uploads, which waits until it returns. `()` ignores all events.
pub trait Observer: Send + Sync {
    /// Receives one event.
    fn event(&self, event: &Event<'_>);
}

impl Observer for () {
    fn event(&self, _: &Event<'_>) {}
}

/// Something that happened in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The conversation has reached this step.
    StepEntered(Step),
    /// TLS was set up on a connection.
    Secured {
        /// The connection.
        connection: Connection,
        /// The parameters of its TLS session.
        tls: &'a Secured,
    },
    /// The delivery of a file begins. It is sent once per file, before its first try.
    FileStarted {
        /// The local file, or the name of the stream.
        file: &'a Path,
        /// Its size in bytes. A stream has none.
        size: Option<u64>,
    },
    /// The server has the first `from` bytes of `file`; sending continues there.
    Resuming {
        /// The local file.
        file: &'a Path,
        /// The offset in bytes.
        from: u64,
    },
    /// More bytes of `file` were handed to the operating system for sending.
    Sent {
        /// The local file, or the name of the stream.
        file: &'a Path,
        /// The bytes so far, those included that the server had before.
        sent: u64,
        /// The size of the file in bytes. A stream has none.
        size: Option<u64>,
    },
    /// A try failed in a way that may not recur; the next one begins after a pause.
    Retrying {
        /// The file, or `None` if no file had begun.
        file: Option<&'a Path>,
        /// The failure.
        error: &'a UploadError,
        /// The time until the next try.
        pause: Duration,
        /// The number of this retry, from 1.
        count: u32,
        /// The most retries.
        limit: u32,
    },
    /// A condition that is no failure, and that the user should know.
    Noted {
        /// The file, or `None` if the note is about no single file.
        file: Option<&'a Path>,
        /// The note.
        note: &'a Note,
    },
    /// A file is stored, and the server has confirmed it.
    Stored(&'a StoredFile),
    /// The delivery of a file was given up.
    Failed(&'a Failure),
    /// A line of the conversation. The password and the account appear as `****`.
    Line {
        /// The sender of the line.
        speaker: Speaker,
        /// Its text.
        line: Escaped<'a>,
    },
}

/// Who said a line on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// We did: a command.
    Client,
    /// The server did: part of a reply.
    Server,
}

/// How one connection is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secured {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: &'static str,
    /// The cipher suite, by its IANA name.
    pub cipher_suite: String,
    /// Whether a session was resumed, so that the server knows both connections to be one client's.
    pub resumed: bool,
}

/// What is worth knowing, and no failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum Note {
    /// The time of last modification could not be set.
    TimeNotSet(UploadError),
    /// The local file's time of last modification is before 1970 or after 9999, and is not sent.
    TimeOutOfRange,
    /// The permissions could not be set.
    ModeNotSet(UploadError),
    /// The server refuses to take names for UTF-8. Those beyond ASCII may look different there. Told for each login.
    Utf8Refused,
    /// The file is stored; an old file of its name, which was moved aside, could not be removed, or may not have been.
    OldRemains {
        /// The name that the old file has, in the directory of the upload.
        name: Vec<u8>,
    },
    /// The server took too long to compute a hash of the file, which is checked by its size.
    HashTooSlow,
}
