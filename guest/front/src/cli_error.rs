//! The errors of the command. The messages are in `message.rs`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::bindings::ftp_uploader::wasi::grants::{ConnectError, FileError, PasswordError};
use crate::sync::SyncProblem;

/// The reason why the command does not exit with 0.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The number of arguments is not four.
    Usage,
    /// The same for `sync`.
    SyncUsage,
    /// An option of `sync` is wrong; the text says how.
    Option(String),
    /// HOST is not a server.
    Host,
    /// This argument cannot be put into an FTP command.
    Argument(&'static str),
    /// This file cannot be sent.
    File(String, FileError),
    /// This directory cannot be read.
    Directory(String, FileError),
    /// There is no password.
    Password(PasswordError),
    /// There is no connection to this host.
    Connect(String, ConnectError),
    /// The conversation ended before the file was stored.
    Upload(Place, UploadError),
    /// Every byte was sent, and then this error occurred, so it is unknown whether the file is stored.
    Unknown(Place, UploadError),
    /// This file changed while it was sent.
    Changed(String),
    /// The component's receipt differs from the bytes that it sent.
    Fault,
    /// A problem of `sync`.
    Sync(SyncProblem),
    /// An error about the file with this path on the server.
    OfFile(Vec<u8>, Box<CliError>),
    /// `sync` has printed its errors. This is its last line.
    Incomplete(String),
}

impl CliError {
    /// Returns the error with the path of the file that it is about, unless it names the file.
    pub(crate) fn of(self, path: &[u8]) -> Self {
        match self {
            Self::File(..) | Self::Changed(_) | Self::OfFile(..) => self,
            other => Self::OfFile(path.into(), Box::new(other)),
        }
    }
}

/// The values that a message about a conversation needs.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) user: String,
    pub(crate) directory: String,
}
