//! The directory itself. It stays open, or is opened again by its path, for runs with more directories than descriptors.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::REFERENCE;

/// The root of a tree.
pub(crate) enum Root {
    /// It is open.
    Open(OwnedFd),
    /// It is closed.
    Closed {
        /// The device and the inode.
        inode: (u64, u64),
    },
}

/// A root while it is used.
pub(super) enum OpenRoot<'a> {
    /// It stays open.
    Kept(BorrowedFd<'a>),
    /// It was opened for this use.
    Opened(OwnedFd),
}

impl AsFd for OpenRoot<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Kept(root) => *root,
            Self::Opened(root) => root.as_fd(),
        }
    }
}

/// Opens the directory `path`, which may be a symbolic link.
pub(super) fn open(path: &Path) -> Result<OwnedFd, Errno> {
    openat(CWD, path, REFERENCE | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

impl Root {
    /// Returns the same root, closed.
    pub(super) fn close(&self) -> io::Result<Self> {
        match self {
            Self::Open(root) => Ok(Self::Closed { inode: inode(root)? }),
            Self::Closed { inode } => Ok(Self::Closed { inode: *inode }),
        }
    }

    /// Returns the root, which is opened by `path` if it is closed.
    ///
    /// # Errors
    /// `NOENT` if `path` leads to another directory by now, or the error of the system.
    pub(super) fn get(&self, path: &Path) -> Result<OpenRoot<'_>, Errno> {
        match self {
            Self::Open(root) => Ok(OpenRoot::Kept(root.as_fd())),
            Self::Closed { inode: expected } => {
                let root = open(path)?;
                let found = inode(&root).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
                if found == *expected { Ok(OpenRoot::Opened(root)) } else { Err(Errno::NOENT) }
            }
        }
    }
}

fn inode(directory: &OwnedFd) -> io::Result<(u64, u64)> {
    let status = File::from(directory.try_clone()?).metadata()?;
    Ok((status.dev(), status.ino()))
}
