//! The errors of the program: a command line that cannot be carried out, or an upload that is not complete. `messages/`
//! and `words` of the library have their texts, `exit_code.rs` their exit codes.

use ftp_uploader::{NotAServer, RequestError, UploadError, UploadReport};

use crate::messages;

/// The reason why the program does not exit with 0.
#[derive(Debug)]
pub enum CliError {
    /// A mistake in the command line or in its surroundings, with the line to print. Nothing was sent.
    Usage(String),
    /// At least one file is not stored.
    Upload(UploadReport),
}

impl CliError {
    /// Returns the report, unless nothing was begun.
    pub fn report(&self) -> Option<&UploadReport> {
        match self {
            Self::Usage(_) => None,
            Self::Upload(report) => Some(report),
        }
    }
}

impl From<NotAServer> for CliError {
    /// The line does not repeat the typed text, which may contain a password.
    fn from(why: NotAServer) -> Self {
        Self::Usage(format!(
            "HOST is not a server: {why}. Write it as name, name:port, [IPv6]:port or ftpes://name:port."
        ))
    }
}

impl From<RequestError> for CliError {
    fn from(error: RequestError) -> Self {
        Self::Usage(messages::request::line(&error))
    }
}

impl From<UploadError> for CliError {
    fn from(error: UploadError) -> Self {
        Self::Upload(error.into())
    }
}

impl From<UploadReport> for CliError {
    fn from(report: UploadReport) -> Self {
        Self::Upload(report)
    }
}
