//! The job of a request: local files, and the directory on the server in which they are stored.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::platform::names;
use crate::platform::stream::StreamHandle;
use crate::request::argument;
use crate::request::check::Check;
use crate::request::error::RequestError;
use crate::request::sync::Sync;
use crate::request::tree::TreeRules;

/// The job of a request.
#[non_exhaustive]
pub enum Job {
    /// Store files.
    Put(Put),
    /// Make a directory on the server hold what a local directory holds.
    Sync(Sync),
    /// Find out what the server is and offers, and whether an upload would work.
    Check(Check),
}

/// Stores files, and directories with their contents, in one directory.
pub struct Put {
    pub(crate) directory: Vec<u8>,
    pub(crate) items: Vec<Item>,
    /// The directories that are stored with their contents.
    pub(crate) trees: Vec<PathBuf>,
    pub(crate) rules: TreeRules,
    /// The base names of all items.
    names: HashSet<OsString>,
}

/// One file to store.
pub(crate) enum Item {
    /// A regular file, stored under the last part of its path.
    File(PathBuf),
    /// A regular file, stored under this name.
    FileAs(PathBuf, OsString),
    /// The bytes of a pipe, stored under this name.
    Stream(File, PathBuf),
}

impl Item {
    /// The local path; for a stream, its name.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::FileAs(path, _) | Self::Stream(_, path) => path,
        }
    }

    /// The name on the server; `None` for a path without a last part, such as `..`.
    pub(crate) fn name(&self) -> Option<&OsStr> {
        match self {
            Self::File(path) | Self::Stream(_, path) => path.file_name(),
            Self::FileAs(_, name) => Some(name),
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
        let (items, trees, rules) = (Vec::new(), Vec::new(), TreeRules::default());
        Ok(Self { directory, items, trees, rules, names: HashSet::new() })
    }

    /// Adds a file, to be stored under the last part of its path, after the files added before.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry that name, [`RequestError::SameName`] if it would
    /// overwrite a file added before.
    pub fn file(mut self, path: impl AsRef<Path>) -> Result<Self, RequestError> {
        let path = path.as_ref();
        if let Some(name) = path.file_name() {
            local_name("the file's name", name)?;
        }
        self.claim_name(path.file_name(), path)?;
        self.items.push(Item::File(path.to_owned()));
        Ok(self)
    }

    /// Adds a file, to be stored under `name`.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `name`, [`RequestError::NotAName`] if it is a path,
    /// [`RequestError::SameName`] if it would overwrite a file added before.
    pub fn file_as(mut self, path: impl AsRef<Path>, name: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let (path, name) = (path.as_ref(), plain_name(name.into())?);
        self.claim_name(Some(name.as_os_str()), path)?;
        self.items.push(Item::FileAs(path.to_owned(), name.into_os_string()));
        Ok(self)
    }

    /// Adds the bytes of `stream`, such as a pipe, to be stored under `name`. It is an `OwnedFd` on Unix, an `OwnedHandle`
    /// on Windows. They can be sent only once: after the
    /// first byte there is no retry, and the upload is not resumed.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `name`, [`RequestError::NotAName`] if it is a path,
    /// [`RequestError::SameName`] if it would overwrite a file added before.
    pub fn stream(mut self, stream: impl Into<StreamHandle>, name: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let name = plain_name(name.into())?;
        self.claim_name(name.file_name(), &name)?;
        self.items.push(Item::Stream(File::from(stream.into()), name));
        Ok(self)
    }

    /// Adds a directory with its contents, to be stored under the last part of its path: as `scp -r`, but `dir`, `dir/`
    /// and `dir/.` mean the same. The contents of a path without a last part, such as `.`, `..` and `/`, are stored
    /// directly in the directory of the job.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry that name, [`RequestError::SameName`] if a file or
    /// directory added before has the same name.
    pub fn tree(mut self, path: impl AsRef<Path>) -> Result<Self, RequestError> {
        let path = path.as_ref();
        if let Some(name) = path.file_name() {
            local_name("the directory's name", name)?;
        }
        self.claim_name(path.file_name(), path)?;
        self.trees.push(path.to_owned());
        Ok(self)
    }

    /// Sets the options for all directories of the job.
    pub fn rules(mut self, rules: TreeRules) -> Self {
        self.rules = rules;
        self
    }

    /// Reserves the name on the server for the item at `path`. Returns an error if another item has it.
    fn claim_name(&mut self, name: Option<&OsStr>, path: &Path) -> Result<(), RequestError> {
        match name {
            Some(name) if !self.names.insert(name.to_owned()) => {
                let items = self.items.iter().map(|item| (item.name(), item.path()));
                let mut others = items.chain(self.trees.iter().map(|tree| (tree.file_name(), tree.as_path())));
                let one = others.find(|(other, _)| *other == Some(name)).map(|(_, path)| path.to_owned());
                Err(RequestError::SameName { one: one.unwrap_or_default(), other: path.to_owned() })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Checks that a command can carry the name of a local file; `text` names its role in an error.
fn local_name(text: &'static str, name: &OsStr) -> Result<(), RequestError> {
    if !names::is_sendable(name) {
        return Err(RequestError::NotUnicode { text });
    }
    argument(text, name.as_encoded_bytes().to_vec()).map(drop)
}

/// Returns the name of a file on the server, if it is one and not a path.
fn plain_name(name: Vec<u8>) -> Result<PathBuf, RequestError> {
    const ROLE: &str = "the file's name";
    let name = names::from_bytes(argument(ROLE, name)?).ok_or(RequestError::NotUnicode { text: ROLE })?;
    let name = PathBuf::from(name);
    if name.file_name() == Some(name.as_os_str()) { Ok(name) } else { Err(RequestError::NotAName { name }) }
}

impl Job {
    /// Returns the directory on the server, as it was given.
    pub(crate) fn directory(&self) -> &[u8] {
        match self {
            Self::Put(put) => &put.directory,
            Self::Sync(sync) => &sync.directory,
            Self::Check(check) => &check.directory,
        }
    }
}

impl From<Sync> for Job {
    fn from(sync: Sync) -> Self {
        Self::Sync(sync)
    }
}

impl From<Check> for Job {
    fn from(check: Check) -> Self {
        Self::Check(check)
    }
}

impl From<Put> for Job {
    fn from(put: Put) -> Self {
        Self::Put(put)
    }
}
