//! The names in one directory, and the kind of each.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{Access, AtFlags, Dir, FileType, accessat, statat};
use rustix::io::Errno;

/// One name in a directory.
pub(crate) type Name = CString;

/// A directory that is being read. It holds the one descriptor that a scan needs beside the root.
pub(crate) struct Listing {
    entries: Dir,
    /// The device and the inode of the directory.
    inode: (u64, u64),
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
    Link,
    /// A named pipe, a socket or a device.
    Special,
}

impl Kind {
    pub(super) fn of(status: &rustix::fs::Stat) -> Self {
        match FileType::from_raw_mode(status.st_mode) {
            FileType::RegularFile => {
                Self::File { size: u64::try_from(status.st_size).unwrap_or_default(), modified: status.st_mtime }
            }
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Special,
        }
    }
}

impl Listing {
    pub(super) fn new(directory: OwnedFd) -> Result<Self, Errno> {
        let directory = File::from(directory);
        let status = directory.metadata().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        Ok(Self { inode: (status.dev(), status.ino()), entries: Dir::new(directory)? })
    }

    /// Returns the device and the inode of the directory.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.inode
    }

    /// Returns all names except `.` and `..`, in the order of their bytes.
    pub(crate) fn names(&mut self) -> io::Result<Vec<Name>> {
        let mut names = Vec::new();
        while let Some(entry) = self.entries.read() {
            let entry = entry?;
            if ![c".", c".."].contains(&entry.file_name()) {
                names.push(entry.file_name().to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    pub(crate) fn kind(&self, name: &Name) -> io::Result<Kind> {
        Ok(Kind::of(&statat(self.entries.fd()?, name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Returns an error if this process may not read the file `name`.
    pub(crate) fn check_readable(&self, name: &Name) -> io::Result<()> {
        Ok(accessat(self.entries.fd()?, name.as_c_str(), Access::READ_OK, AtFlags::EACCESS)?)
    }
}

/// Returns `name` as a part of a path.
pub(crate) fn part(name: &Name) -> &OsStr {
    OsStr::from_bytes(name.to_bytes())
}
