//! A directory that is uploaded with its contents: at most one descriptor that stays open, and all files beneath it,
//! which are opened one at a time.
//!
//! `scan.rs` lists the files, `beneath.rs` opens one of them without leaving the directory, and `root.rs` has the
//! directory itself.

mod beneath;
#[cfg(test)]
mod git_tests;
mod listing;
mod root;
mod scan;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::files::source::Source;
use crate::report::error::{SourceProblem, UploadError};
use crate::request::tree::{Links, TreeRules};

pub(crate) use root::Root;
pub(crate) use scan::Scan;

/// The flags for a descriptor that is used only as the start of paths and for metadata. Only Linux can open without the
/// permission to read.
#[cfg(target_os = "linux")]
const REFERENCE: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const REFERENCE: OFlags = OFlags::NONBLOCK;

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
        match root::open(path) {
            Ok(root) => Ok(Self { root: Root::Open(root), path: path.to_owned(), links, is_whole_job: false }),
            Err(error) => Err(unreadable(path.to_owned(), error.into())),
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
        // Without O_NONBLOCK, opening a named pipe that has replaced the file would wait for its writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let root = self.root.get(&self.path);
        match root.and_then(|root| beneath::open(root.as_fd(), relative, flags, self.links)) {
            Ok(file) => Source::of_open_file(File::from(file), self.shown(relative)),
            Err(error) => Err(unreadable(self.shown(relative), error.into())),
        }
    }

    /// Returns the path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the directory on the server: the last part of its path. `.`, `..` and `/` have none: their
    /// contents are stored directly in the directory of the job.
    pub(crate) fn remote_name(&self) -> Option<&[u8]> {
        self.path.file_name().filter(|_| !self.is_whole_job).map(OsStr::as_bytes)
    }

    /// Returns the path of `relative` on the server, below the directory of the job.
    pub(crate) fn remote_path(&self, relative: &Path) -> Box<[u8]> {
        let relative = relative.as_os_str().as_bytes();
        match self.remote_name() {
            Some(name) => [name, relative].join(&b'/').into(),
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
