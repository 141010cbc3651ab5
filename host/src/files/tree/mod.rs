//! A directory that is uploaded with its contents: at most one descriptor that stays open, and all files beneath it,
//! which are opened one at a time.
//!
//! `scan.rs` lists the files, `platform/directories/` opens one of them without leaving the directory, and `root.rs` has
//! the directory itself.

#[cfg(test)]
mod git_tests;
mod root;
mod scan;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::files::source::Source;
use crate::platform::directories::{open_file, open_root};
use crate::platform::names::with_slashes;
use crate::report::error::{SourceProblem, UploadError};
use crate::request::tree::{Links, TreeRules};

pub(crate) use root::Root;
pub(crate) use scan::Scan;

/// A directory, beneath which files are opened.
pub(crate) struct Tree {
    root: Root,
    /// The path as the user gave it.
    path: PathBuf,
    links: Links,
    /// True if its contents are stored directly in the directory of the job.
    is_whole_job: bool,
}

impl Tree {
    /// Opens the directory `path`, which may be a symbolic link. `links` is the handling of the links beneath it.
    pub(crate) fn open(path: &Path, links: Links) -> Result<Self, UploadError> {
        match open_root(path) {
            Ok(root) => Ok(Self { root: Root::Open(root), path: path.to_owned(), links, is_whole_job: false }),
            Err(error) => Err(unreadable(path.to_owned(), error)),
        }
    }

    /// Stores the contents directly in the directory of the job, and not under the name of the directory.
    pub(crate) fn into_whole_job(self) -> Self {
        Self { is_whole_job: true, ..self }
    }

    /// Closes the descriptor. The directory is opened again for each file, if its path still leads to it.
    pub(crate) fn close(mut self) -> Result<Self, UploadError> {
        match self.root.close() {
            Ok(root) => {
                self.root = root;
                Ok(self)
            }
            Err(error) => Err(unreadable(self.path, error)),
        }
    }

    /// Lists the directories and files beneath it, except those that `rules` leave out.
    ///
    /// # Errors
    /// If the directory itself cannot be read, or the system has no more descriptors or memory. Everything else that
    /// cannot be uploaded is listed as skipped.
    pub(crate) fn scan(&self, rules: &TreeRules) -> Result<Scan, UploadError> {
        scan::scan(self, rules)
    }

    /// Opens the file `relative` beneath the directory. It must be a regular file with a reliable size.
    pub(crate) fn open_source(&self, relative: &Path) -> Result<Source, UploadError> {
        let root = self.root.get(&self.path);
        match root.and_then(|root| open_file(root.directory(), relative, self.links.are_followed())) {
            Ok(file) => Source::of_open_file(file, self.shown(relative)),
            Err(error) => Err(unreadable(self.shown(relative), error)),
        }
    }

    /// Returns the path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the directory on the server: the last part of its path. `.`, `..` and `/` have none: their
    /// contents are stored directly in the directory of the job.
    pub(crate) fn remote_name(&self) -> Option<&[u8]> {
        self.path.file_name().filter(|_| !self.is_whole_job).map(OsStr::as_encoded_bytes)
    }

    /// Returns the path of `relative` on the server, below the directory of the job.
    pub(crate) fn remote_path(&self, relative: &Path) -> Box<[u8]> {
        let relative = with_slashes(relative);
        match self.remote_name() {
            Some(name) => [name, &*relative].join(&b'/').into(),
            None => relative.into(),
        }
    }

    /// Returns the directory itself, for the rules of the confinement.
    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// Returns the path of `relative` for messages.
    pub(crate) fn shown(&self, relative: &Path) -> PathBuf {
        self.path.join(relative)
    }
}

fn unreadable(file: PathBuf, error: io::Error) -> UploadError {
    UploadError::Source { file, problem: SourceProblem::Unreadable(error) }
}
