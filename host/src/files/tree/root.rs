//! The directory itself. It stays open, or is opened again by its path, for runs with more directories than descriptors.

use std::io;
use std::path::Path;

use crate::platform::directories::{Directory, inode, open_root};
use crate::platform::file::missing;

/// The root of a tree.
pub(crate) enum Root {
    /// It is open.
    Open(Directory),
    /// It is closed.
    Closed {
        /// The device and the inode.
        inode: (u64, u64),
    },
}

/// A root while it is used.
pub(super) enum OpenRoot<'a> {
    /// It stays open.
    Kept(&'a Directory),
    /// It was opened for this use.
    Opened(Directory),
}

impl OpenRoot<'_> {
    /// Returns the directory.
    pub(super) fn directory(&self) -> &Directory {
        match self {
            Self::Kept(root) => root,
            Self::Opened(root) => root,
        }
    }
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
    /// `NotFound` if `path` leads to another directory by now, or the error of the system.
    pub(super) fn get(&self, path: &Path) -> io::Result<OpenRoot<'_>> {
        match self {
            Self::Open(root) => Ok(OpenRoot::Kept(root)),
            Self::Closed { inode: expected } => {
                let root = open_root(path)?;
                if inode(&root)? == *expected { Ok(OpenRoot::Opened(root)) } else { Err(missing()) }
            }
        }
    }
}
