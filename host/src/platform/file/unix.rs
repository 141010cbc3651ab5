//! Local files: opening them without waiting, reading at a position, and their metadata.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, fcntl_getfl, openat};
use rustix::io::Errno;

/// The number of the error of a process that has too many open files.
pub(crate) const TOO_MANY_OPEN_FILES: i32 = Errno::MFILE.raw_os_error();

/// The metadata of an open file.
pub(crate) struct Status(Metadata);

/// The kinds of errors of opening a file or a directory that callers distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenProblem {
    /// There is no such file, or a part of the path is no directory.
    Missing,
    /// A symbolic link is in a place where none may be, or leads back to itself.
    Link,
    /// The path leads out of the directory.
    Outside,
    /// It is a socket, or a device without a driver.
    Special,
    /// The path is too long.
    TooLong,
    /// This process or the system has no more descriptors or memory.
    Exhausted,
    Other,
}

impl OpenProblem {
    pub(crate) fn of(error: &io::Error) -> Self {
        match Errno::from_io_error(error) {
            Some(Errno::NOENT | Errno::NOTDIR) => Self::Missing,
            Some(Errno::LOOP) => Self::Link,
            Some(Errno::XDEV) => Self::Outside,
            Some(Errno::NXIO | Errno::NODEV) => Self::Special,
            Some(Errno::NAMETOOLONG) => Self::TooLong,
            Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => Self::Exhausted,
            Some(_) | None => Self::Other,
        }
    }
}

impl Status {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(Self)
    }

    /// Returns the metadata of a file that is read as a stream, which may be a pipe.
    pub(crate) fn of_stream(file: &File) -> io::Result<Self> {
        Self::of(file)
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.0.is_dir()
    }

    pub(crate) fn is_regular(&self) -> bool {
        self.0.is_file()
    }

    /// Returns the size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.0.len()
    }

    /// Returns the time of last modification, in seconds since 1970, and the nanoseconds within that second.
    pub(crate) fn modified(&self) -> (i64, i64) {
        (self.0.mtime(), self.0.mtime_nsec())
    }

    /// Returns the time of the last change of the file or its metadata, in the same form.
    pub(crate) fn changed(&self) -> (i64, i64) {
        (self.0.ctime(), self.0.ctime_nsec())
    }

    /// Returns the device and the inode.
    pub(crate) fn inode(&self) -> (u64, u64) {
        (self.0.dev(), self.0.ino())
    }

    /// Returns true if it occupies space on a disk.
    pub(crate) fn has_blocks(&self) -> bool {
        self.0.blocks() > 0
    }

    /// Returns the mode, the owner, the group and the number of links.
    pub(crate) fn ownership(&self) -> (u32, u32, u32, u64) {
        (self.0.mode(), self.0.uid(), self.0.gid(), self.0.nlink())
    }
}

/// Returns the error for a file that does not exist.
pub(crate) fn missing() -> io::Error {
    Errno::NOENT.into()
}

/// Opens `path` for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer. The call is openat(2) with every C library,
    // because the filter of system calls (`confine/system_calls.rs`) allows no other.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(openat(CWD, path, flags, Mode::empty())?))
}

/// Reads into `buffer` from `offset` on, and returns the number of bytes read; 0 at the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Returns an error if `file` was opened only for writing.
pub(crate) fn check_readable(file: &File) -> io::Result<()> {
    let only_writable = fcntl_getfl(file).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::WRONLY);
    if only_writable { Err(Errno::BADF.into()) } else { Ok(()) }
}
