//! The lock on a local directory, which Windows does not have, and a file that is removed when it is closed.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

/// FILE_FLAG_DELETE_ON_CLOSE (CreateFileW).
const DELETE_ON_CLOSE: u32 = 0x0400_0000;

/// GENERIC_READ, GENERIC_WRITE and DELETE, which the flag needs.
const ACCESS: u32 = 0x8000_0000 | 0x4000_0000 | 0x0001_0000;

/// A shared lock on a directory. No process of Windows has one.
pub(crate) enum DirectoryLock {}

impl DirectoryLock {
    /// Returns an error: directories cannot be locked. So the lock on the server of a run that has died is not taken over.
    pub(crate) fn shared(_: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Is never called.
    pub(crate) fn is_only_one(&self) -> bool {
        match *self {}
    }
}

/// Makes an empty file that the system removes when it is closed, however the process ends.
pub(crate) fn unnamed_file() -> io::Result<File> {
    let name = format!("ftp-uploader-{:016x}", RandomState::new().hash_one(0));
    let path = std::env::temp_dir().join(name);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).access_mode(ACCESS).custom_flags(DELETE_ON_CLOSE);
    options.open(path)
}
