//! The rights to a file with settings or passwords. The access control lists of Windows are not read: std has no
//! call for them, and no kept crate has a safe one. The folder of a user is closed to other users, unless somebody has
//! changed that. The help text and `--show-settings` say that nothing is checked.

use std::fs::File;
use std::io;

/// The note in the help text.
pub const UNCHECKED: Option<&str> = Some(
    "On Windows, the rights to the files with profiles and with passwords are not checked.\n\
     Make sure that no other user can read or change them.",
);

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
