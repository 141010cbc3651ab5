//! The errors of the command. The messages are in `message.rs`.

use alloc::string::String;

use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::bindings::ftp_uploader::wasi::grants::{ConnectError, FileError, PasswordError};

/// The reason why the command does not exit with 0.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The number of arguments is not four.
    Usage,
    /// HOST is not a server.
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
    /// Every byte was sent, and then this error occurred, so it is unknown whether the file is stored.
    Unknown(Place, UploadError),
    /// This file changed while it was sent.
    Changed(String),
    /// The component's receipt differs from the bytes that it sent.
    Fault,
}

/// The values that a message about a conversation needs.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) user: String,
    pub(crate) directory: String,
}
