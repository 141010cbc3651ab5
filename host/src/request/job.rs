//! The job of a request: local files, and the directory on the server in which they are stored.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::request::argument;
use crate::request::error::RequestError;

/// The job of a request.
#[non_exhaustive]
pub enum Job {
    /// Store files.
    Put(Put),
}

/// Stores files in one directory.
pub struct Put {
    pub(crate) directory: Vec<u8>,
    pub(crate) items: Vec<Item>,
    /// The base names of all items.
    names: HashSet<OsString>,
}

/// One file to store.
pub(crate) enum Item {
    /// A regular file, stored under the last part of its path.
    File(PathBuf),
    /// The bytes of a pipe, stored under this name.
    Stream(File, PathBuf),
}

impl Item {
    /// The local path; for a stream, its name.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Stream(_, path) => path,
        }
    }
}

impl Put {
    /// A job without files, for `directory` on the server. `.` is the directory after login.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `directory`.
    pub fn into_directory(directory: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let directory = argument("the remote directory", directory.into())?;
        Ok(Self { directory, items: Vec::new(), names: HashSet::new() })
    }

    /// Adds a file, to be stored under the last part of its path, after the files added before.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry that name, [`RequestError::SameName`] if it would
    /// overwrite a file added before.
    pub fn file(mut self, path: impl AsRef<Path>) -> Result<Self, RequestError> {
        let path = path.as_ref();
        if let Some(name) = path.file_name() {
            argument("the file's name", name.as_encoded_bytes().to_vec())?;
        }
        self.claim_name(path)?;
        self.items.push(Item::File(path.to_owned()));
        Ok(self)
    }

    /// Adds the bytes of `stream`, such as a pipe, to be stored under `name`. They can be sent only once: after the
    /// first byte there is no retry, and the upload is not resumed.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `name`, [`RequestError::NotAName`] if it is a path,
    /// [`RequestError::SameName`] if it would overwrite a file added before.
    pub fn stream(mut self, stream: impl Into<OwnedFd>, name: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let name = PathBuf::from(OsString::from_vec(argument("the file's name", name.into())?));
        if name.file_name() != Some(name.as_os_str()) {
            return Err(RequestError::NotAName { name });
        }
        self.claim_name(&name)?;
        self.items.push(Item::Stream(File::from(stream.into()), name));
        Ok(self)
    }

    /// Reserves the base name of `path`. Returns an error if another item has it.
    fn claim_name(&mut self, path: &Path) -> Result<(), RequestError> {
        match path.file_name() {
            Some(name) if !self.names.insert(name.to_owned()) => {
                let mut others = self.items.iter().map(Item::path);
                let one = others.find(|other| other.file_name() == Some(name)).map(Path::to_owned).unwrap_or_default();
                Err(RequestError::SameName { one, other: path.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

impl From<Put> for Job {
    fn from(put: Put) -> Self {
        Self::Put(put)
    }
}
