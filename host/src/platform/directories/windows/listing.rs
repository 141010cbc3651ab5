//! The names in one directory, and the kind of each.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::windows::fs::MetadataExt;
use std::path::PathBuf;

use crate::platform::file::seconds_since_1970;

/// One name in a directory.
pub(crate) type Name = OsString;

/// A directory that is being read.
pub(crate) struct Listing {
    path: PathBuf,
    inode: (u64, u64),
    /// The directory and those above it, which stay in their places while this lives.
    _kept: Vec<File>,
}

/// The kind of a name, as far as an upload distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File {
        /// The size in bytes.
        size: u64,
        /// The time of last modification, in whole seconds since 1970.
        modified: i64,
    },
    Directory,
    /// A symbolic link or a junction.
    Link,
    /// Something else, which the standard library does not find on Windows.
    Special,
}

impl Kind {
    pub(super) fn of(status: &Metadata) -> Self {
        let kind = status.file_type();
        if kind.is_symlink() {
            return Self::Link;
        }
        if kind.is_dir() {
            return Self::Directory;
        }
        if !kind.is_file() {
            return Self::Special;
        }
        Self::File { size: status.file_size(), modified: seconds_since_1970(status.last_write_time()) }
    }
}

impl Listing {
    pub(super) fn new(path: PathBuf, inode: (u64, u64), kept: Vec<File>) -> Self {
        Self { path, inode, _kept: kept }
    }

    /// Returns the volume and the number of the directory.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.inode
    }

    /// Returns all names, in the order of their bytes.
    pub(crate) fn names(&mut self) -> io::Result<Vec<Name>> {
        let mut names: Vec<_> =
            fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        names.sort_unstable_by(|one, other| one.as_encoded_bytes().cmp(other.as_encoded_bytes()));
        Ok(names)
    }

    pub(crate) fn kind(&self, name: &Name) -> io::Result<Kind> {
        Ok(Kind::of(&fs::symlink_metadata(self.path.join(name))?))
    }

    /// Returns no error: the rights to a file are known only when it is opened.
    pub(crate) fn check_readable(&self, _: &Name) -> io::Result<()> {
        Ok(())
    }
}

/// Returns `name` as a part of a path.
pub(crate) fn part(name: &Name) -> &OsStr {
    name
}
