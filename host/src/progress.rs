//! What a caller may want to know while an upload goes on, and what it gets at the end.
//!
//! How it is shown to a person is the program's business: `cli/display.rs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Connection, UploadError};
use crate::escape::Escaped;
use crate::tls::Secured;

pub use crate::bindings::ftp_uploader::upload::capabilities::Algorithm;
pub use crate::bindings::ftp_uploader::upload::capabilities::Step;

/// Hears how an upload is getting on. Every method has a default that does nothing.
///
/// The methods are called on the thread that uploads, and hold it up for as long as they take.
pub trait Progress: Send + Sync {
    /// The conversation has reached `step`.
    fn entered(&self, step: Step) {
        let _ = step;
    }

    /// Of the `size` bytes of `file`, `sent` have been handed to the system for sending. A stream has no size.
    fn sent(&self, file: &Path, sent: u64, size: Option<u64>) {
        let _ = (file, sent, size);
    }

    /// A file was stored, and the server has confirmed it.
    fn stored(&self, receipt: &Receipt) {
        let _ = receipt;
    }

    /// TLS stands on a connection.
    fn secured(&self, connection: Connection, secured: &Secured) {
        let _ = (connection, secured);
    }

    /// Something failed that may work later: `error`. In the time of `pause` it is tried again, for the time that `count`
    /// says, of at most `limit`.
    fn retrying(&self, error: &UploadError, pause: Duration, count: u32, limit: u32) {
        let _ = (error, pause, count, limit);
    }

    /// The server has the bytes of `file` before `from`; sending goes on there.
    fn resuming(&self, file: &Path, from: u64) {
        let _ = (file, from);
    }

    /// Something about `file` that is no failure, and worth knowing. The path is empty where it is about no single file.
    fn note(&self, file: &Path, note: &Note) {
        let _ = (file, note);
    }

    /// A line of the conversation. The password appears as `****`.
    fn line(&self, speaker: Speaker, line: Escaped<'_>) {
        let _ = (speaker, line);
    }
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

/// What backs the server's final reply up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nothing: the server said that it has the file, and that is all.
    None,
    /// The server tells the size that was sent, and the file that had the name before is not taken for it.
    Size,
    /// The server's hash of the whole file is that of the local one.
    Hash(Algorithm),
}

/// No one listens.
impl Progress for () {}

/// Who said a line on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// We did: a command.
    Client,
    /// The server did: part of a reply.
    Server,
}

/// A file that is stored: the server has confirmed that it has every byte.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Receipt {
    /// The local file.
    pub file: PathBuf,
    /// How many bytes were sent at last: all, or those behind [`resumed_at`](Self::resumed_at).
    pub sent: u64,
    /// How many bytes the server had already.
    pub resumed_at: u64,
    /// The name that the server chose, where it was to choose one and said so.
    pub stored_as: Option<Vec<u8>>,
    /// What backs the server's confirmation up.
    pub verified: Verification,
}
