//! The names of this machine and its user.

use std::io;
use std::path::Path;

use crate::platform::directories;

/// Returns the name of the user, or nothing.
pub(crate) fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

/// Returns the name of the machine, or nothing.
pub(crate) fn name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Returns `None`: Windows has no text for one boot, so that no lock is recognised as one of this machine.
pub(crate) fn boot() -> Option<String> {
    None
}

/// Returns the volume and the number of a directory.
pub(crate) fn inode(directory: &Path) -> io::Result<(u64, u64)> {
    directories::inode(&directories::open_root(directory)?)
}
