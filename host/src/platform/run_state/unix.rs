//! The lock on a local directory, and a file without a name.

#[cfg_attr(all(target_os = "linux", not(portable)), path = "unix/memory.rs")]
#[cfg_attr(any(not(target_os = "linux"), portable), path = "unix/temporary.rs")]
mod unnamed;

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};

pub(crate) use unnamed::unnamed_file;

/// A shared lock on a directory. The system removes it when the process ends, however it ends.
pub(crate) struct DirectoryLock(File);

impl DirectoryLock {
    /// Locks `directory`.
    ///
    /// # Errors
    /// If the directory cannot be opened, or its file system has no locks.
    pub(crate) fn shared(directory: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = File::from(openat(CWD, directory, flags, Mode::empty())?);
        flock(&directory, FlockOperation::LockShared)?;
        Ok(Self(directory))
    }

    /// Returns true if no other process has locked the directory.
    pub(crate) fn is_only_one(&self) -> bool {
        let alone = flock(&self.0, FlockOperation::NonBlockingLockExclusive).is_ok();
        // A lock that could not be exclusive may be gone by now (flock(2)). If it cannot be had again, another process
        // holds the exclusive lock only for the moment of the same question.
        let shared = flock(&self.0, FlockOperation::LockShared).is_ok();
        alone && shared
    }
}
