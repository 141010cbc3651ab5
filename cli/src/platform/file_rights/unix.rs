//! The rights to a file with settings or passwords.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

use rustix::process::geteuid;

/// `None`: the rights are checked.
pub const UNCHECKED: Option<&str> = None;

/// The owner and the mode of an open file. A check before it was opened could be of another file.
pub struct FileRights {
    mode: u32,
    owner: u32,
}

impl FileRights {
    pub fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { mode: metadata.mode(), owner: metadata.uid() })
    }

    /// Returns true if others than the owner can write to it.
    pub fn others_can_write(&self) -> bool {
        self.mode & 0o022 != 0
    }

    /// Returns true if others than the owner can read it, write to it or run it.
    pub fn others_can_use(&self) -> bool {
        self.mode & 0o077 != 0
    }

    /// Returns true if it belongs neither to the user nor to root.
    pub fn is_of_another_user(&self) -> bool {
        self.owner != 0 && self.owner != geteuid().as_raw()
    }
}
