//! What can keep the program from its aim: a command line that cannot be carried out, or an upload that is not whole.
//!
//! Words for it are in `message.rs`, numbers in `exit_code.rs`.

use ftp_uploader::{Incomplete, NotAServer, UploadError};

/// Why the program does not exit with 0.
#[derive(Debug)]
pub enum Trouble {
    /// The user's doing, in words. Nothing was sent.
    Usage(String),
    /// Not every file was stored.
    Upload(Incomplete),
}

impl From<NotAServer> for Trouble {
    /// Does not repeat what was typed: there may be a password in it.
    fn from(why: NotAServer) -> Self {
        Self::Usage(format!(
            "HOST is not a server: {why}. Write it as name, name:port, [IPv6]:port or ftp://name:port."
        ))
    }
}

impl From<UploadError> for Trouble {
    fn from(error: UploadError) -> Self {
        Self::Upload(error.into())
    }
}

impl From<Incomplete> for Trouble {
    fn from(incomplete: Incomplete) -> Self {
        Self::Upload(incomplete)
    }
}
