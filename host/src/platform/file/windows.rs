//! Local files: opening them, reading at a position, and their metadata.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use winapi_util::AsHandleRef;
use winapi_util::file::{information, typ};

/// FILE_FLAG_BACKUP_SEMANTICS (CreateFileW): without it a directory cannot be opened, and the error would not say that it is
/// one.
pub(crate) const ALSO_DIRECTORIES: u32 = 0x0200_0000;

/// FILE_ATTRIBUTE_DIRECTORY.
pub(crate) const DIRECTORY: u64 = 0x10;

/// FILE_ATTRIBUTE_REPARSE_POINT: a symbolic link, a junction, or a file that a driver fetches.
pub(crate) const REPARSE_POINT: u64 = 0x400;

/// The time from 1601, with which Windows counts, to 1970, in units of 100 ns.
const TO_1970: i64 = 116_444_736_000_000_000;

/// The units of 100 ns in a second.
const TICKS: i64 = 10_000_000;

/// ERROR_NOT_SAME_DEVICE, and ERROR_CANT_RESOLVE_FILENAME, which is also the number for links that lead to each other.
pub(crate) const NOT_SAME_DEVICE: i32 = 17;
pub(crate) const CANNOT_RESOLVE: i32 = 1921;

/// Error numbers of Windows that have no kind in the standard library, or several meanings there.
const ERROR_FILE_NOT_FOUND: i32 = 2;
const ERROR_NOT_ENOUGH_MEMORY: i32 = 8;
const ERROR_NO_SYSTEM_RESOURCES: i32 = 1450;

/// ERROR_TOO_MANY_OPEN_FILES: the number of the error of a process that has too many open files.
pub(crate) const TOO_MANY_OPEN_FILES: i32 = 4;

/// The metadata of an open file.
pub(crate) struct Status {
    is_directory: bool,
    is_regular: bool,
    size: u64,
    /// In units of 100 ns since 1970.
    modified: i64,
    /// The serial number of the volume, and the number of the file on it.
    inode: (u64, u64),
}

/// The kinds of errors of opening a file or a directory that callers distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenProblem {
    /// There is no such file, or a part of the path is no directory.
    Missing,
    /// A symbolic link is in a place where none may be, or leads back to itself.
    Link,
    /// The path leads out of the directory.
    Outside,
    /// It is a device.
    #[allow(dead_code, reason = "no error of Windows says so")]
    Special,
    /// The path is too long.
    TooLong,
    /// This process or the system has no more handles or memory.
    Exhausted,
    Other,
}

impl OpenProblem {
    pub(crate) fn of(error: &io::Error) -> Self {
        match (error.kind(), error.raw_os_error()) {
            (_, Some(TOO_MANY_OPEN_FILES | ERROR_NOT_ENOUGH_MEMORY | ERROR_NO_SYSTEM_RESOURCES)) => Self::Exhausted,
            (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => Self::Missing,
            (_, Some(NOT_SAME_DEVICE)) => Self::Outside,
            (_, Some(CANNOT_RESOLVE)) => Self::Link,
            (io::ErrorKind::InvalidFilename, _) => Self::TooLong,
            _ => Self::Other,
        }
    }
}

impl Status {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        if !typ(file)?.is_disk() {
            return Ok(Self { is_directory: false, is_regular: false, size: 0, modified: 0, inode: (0, 0) });
        }
        Self::of_handle(file)
    }

    /// Returns the metadata of something on a disk.
    pub(crate) fn of_handle(handle: impl AsHandleRef) -> io::Result<Self> {
        let found = information(handle)?;
        let is_directory = found.file_attributes() & DIRECTORY != 0;
        Ok(Self {
            is_directory,
            is_regular: !is_directory,
            size: found.file_size(),
            modified: since_1970(found.last_write_time().unwrap_or_default()),
            inode: (found.volume_serial_number(), found.file_index()),
        })
    }

    /// Returns the metadata of a file that is read as a stream. A pipe has none, and gets numbers that nothing else has.
    pub(crate) fn of_stream(file: &File) -> io::Result<Self> {
        let status = Self::of(file)?;
        let random = RandomState::new().hash_one(0);
        Ok(if status.is_regular || status.is_directory { status } else { Self { inode: (0, random), ..status } })
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.is_directory
    }

    pub(crate) fn is_regular(&self) -> bool {
        self.is_regular
    }

    /// Returns the size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Returns the time of last modification, in seconds since 1970, and the nanoseconds within that second.
    pub(crate) fn modified(&self) -> (i64, i64) {
        (self.modified.div_euclid(TICKS), self.modified.rem_euclid(TICKS) * 100)
    }

    /// Returns the time of the last change. It is that of the modification: the standard library does not tell the other.
    pub(crate) fn changed(&self) -> (i64, i64) {
        self.modified()
    }

    /// Returns the volume and the number of the file.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.inode
    }

    /// Returns true: no file system of Windows generates content when a file is read.
    pub(crate) fn has_blocks(&self) -> bool {
        true
    }

    /// The time of change does not change with the owner, so that nothing has to be compared.
    pub(crate) fn ownership(&self) -> (u32, u32, u32, u64) {
        (0, 0, 0, 0)
    }
}

/// Returns a time of Windows in whole seconds since 1970.
pub(crate) fn seconds_since_1970(time: u64) -> i64 {
    since_1970(time).div_euclid(TICKS)
}

/// Returns a time of Windows in units of 100 ns since 1970.
fn since_1970(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX).saturating_sub(TO_1970)
}

/// Returns the error for a file that does not exist.
pub(crate) fn missing() -> io::Error {
    io::Error::from_raw_os_error(ERROR_FILE_NOT_FOUND)
}

/// Opens `path` for reading.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(ALSO_DIRECTORIES).open(path)
}

/// Reads into `buffer` from `offset` on, and returns the number of bytes read; 0 at the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Returns no error: a handle without the right to read fails at the first read, which the thread of the stream makes
/// before anything is sent.
pub(crate) fn check_readable(_: &File) -> io::Result<()> {
    Ok(())
}
