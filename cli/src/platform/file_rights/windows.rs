//! The rights to a file with settings or passwords. The access control lists of Windows are not read: the folder of a user
//! is closed to other users, unless an administrator has changed that.

use std::fs::File;
use std::io;

/// The rights to an open file.
pub struct FileRights;

impl FileRights {
    pub fn of(_: &File) -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns false: it is not known.
    pub fn others_can_write(&self) -> bool {
        false
    }

    /// Returns false: it is not known.
    pub fn others_can_use(&self) -> bool {
        false
    }

    /// Returns false: it is not known.
    pub fn is_of_another_user(&self) -> bool {
        false
    }
}
