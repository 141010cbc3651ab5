//! What a caller may want to know while an upload goes on, and what it gets at the end.
//!
//! How it is shown to a person is the program's business: `cli/progress_bar.rs`.

use std::path::{Path, PathBuf};

use crate::error::Connection;
use crate::tls::Secured;

pub use crate::bindings::exports::ftp_uploader::upload::upload::Verification;
pub use crate::bindings::ftp_uploader::upload::capabilities::Step;

/// Hears how an upload is getting on. Every method has a default that does nothing.
///
/// The methods are called on the thread that uploads, and hold it up for as long as they take.
pub trait Progress: Send + Sync {
    /// The conversation has reached `step`.
    fn entered(&self, step: Step) {
        let _ = step;
    }

    /// Of the `size` bytes of `file`, `sent` have been handed to the system for sending.
    fn sent(&self, file: &Path, sent: u64, size: u64) {
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

    /// A line of the conversation, escaped. The password appears as `****`.
    fn line(&self, speaker: Speaker, line: &str) {
        let _ = (speaker, line);
    }
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
    /// How many bytes were sent: the file's size when it was opened.
    pub sent: u64,
    /// What backs the server's confirmation up.
    pub verified: Verification,
    /// Whether the local file was changed while it was sent, so that what is stored may mix old and new.
    pub source_changed: bool,
}
