//! The job `check`: find out what a server is and offers, and whether an upload would work. `run/check/` carries it out.

use crate::request::argument;
use crate::request::error::RequestError;

/// Finds out what a server is and offers, and whether an upload into a directory would work.
///
/// Unless it is [read only](Self::read_only), a small file is stored under a name that nobody can guess, and asked about,
/// changed and renamed; then it is removed, also if the run fails or is cancelled.
#[derive(Debug)]
pub struct Check {
    pub(crate) directory: Vec<u8>,
    pub(crate) read_only: bool,
}

impl Check {
    /// A check of uploads into `directory` on the server. `.` is the directory after login.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `directory`.
    pub fn of_directory(directory: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        Ok(Self { directory: argument("the remote directory", directory.into())?, read_only: false })
    }

    /// Leaves out everything that changes something on the server.
    pub fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }
}
