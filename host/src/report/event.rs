//! The events of a run, and the trait through which a caller receives them.

use std::path::Path;
use std::time::Duration;

use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::step::{Connection, Step};
use crate::report::summary::{Failure, StoredFile};

/// Receives the events of a run.
///
/// It is called on the thread that carries out the upload, and the upload waits until it returns. `()` ignores all
/// events.
pub trait Observer: Send + Sync {
    /// Receives one event.
    fn event(&self, event: &Event<'_>);
}

impl Observer for () {
    fn event(&self, _: &Event<'_>) {}
}

/// An event of a run.
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
        /// The number of bytes so far, including those that the server had before.
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
        /// The maximum number of retries.
        limit: u32,
    },
    /// A condition that the user should know and that is not a failure.
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
    /// A line of a command or a reply. The password and the account appear as `****`.
    Line {
        /// The sender of the line.
        speaker: Speaker,
        /// Its text.
        line: Escaped<'a>,
    },
}

/// The sender of a line on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The client: the line is a command.
    Client,
    /// The server: the line is a reply, or a part of one.
    Server,
}

/// The parameters of the TLS session of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secured {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: &'static str,
    /// The cipher suite, by its IANA name.
    pub cipher_suite: String,
    /// True if an earlier TLS session was resumed, which proves to the server that both connections belong to one
    /// client.
    pub resumed: bool,
}

/// A condition that the user should know and that is not a failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum Note {
    /// The file is stored, but its time of last modification could not be set
    /// ([`Delivery::preserve_time`](crate::Delivery::preserve_time)).
    TimeNotSet(UploadError),
    /// The file is stored. The local file's time of last modification is before 1970 or after 9999, and was not sent.
    TimeOutOfRange,
    /// The file is stored, but its permissions could not be set ([`Delivery::mode`](crate::Delivery::mode)).
    ModeNotSet(UploadError),
    /// The server refused to interpret names as UTF-8 (OPTS UTF8 ON, RFC 2640), so names that are not ASCII may look
    /// different there. Sent once per login.
    Utf8Refused,
    /// The file is stored. An older file of that name was moved aside and may still exist, because the server did not
    /// confirm that it was removed.
    OldRemains {
        /// The present name of the older file, in the directory of the upload.
        name: Vec<u8>,
    },
    /// The server did not compute the hash of the file in time. The file is checked by its size instead.
    HashTooSlow,
}
