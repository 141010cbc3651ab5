//! What can keep the command from its aim. Words for it are in `message.rs`.

use alloc::string::String;

use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::bindings::ftp_uploader::wasi::grants::{ConnectError, FileError, PasswordError};

/// Why the command does not exit with 0.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Not four arguments.
    Usage,
    /// HOST is none.
    Host,
    /// This argument cannot be put into an FTP command.
    Argument(&'static str),
    /// This file cannot be sent.
    File(String, FileError),
    /// There is no password.
    Password(PasswordError),
    /// There is no connection to this host.
    Connect(String, ConnectError),
    /// The conversation ended before the file was stored.
    Upload(Place, UploadError),
    /// Every byte was sent, and then this came, so that nobody knows whether the file is stored.
    Unknown(Place, UploadError),
    /// This file changed while it was sent.
    Changed(String),
    /// The component says that it sent something else than it did.
    Fault,
}

/// What a message about a conversation speaks of.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) user: String,
    pub(crate) directory: String,
}
