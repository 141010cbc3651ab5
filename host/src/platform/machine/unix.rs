//! The names of this machine, its user and this boot of it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The files that tell this boot of this kernel, and the name of the machine (Linux; elsewhere there are none, and no
/// lock is recognised as one of this machine).
const BOOT: &str = "/proc/sys/kernel/random/boot_id";
const MACHINE: &str = "/proc/sys/kernel/hostname";

/// Returns the name of the user, or nothing.
pub(crate) fn user() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default()
}

/// Returns the name of the machine, or nothing.
pub(crate) fn name() -> String {
    fs::read_to_string(MACHINE).unwrap_or_default()
}

/// Returns a text that no other boot has, of this machine or of another; `None` if the system has none.
pub(crate) fn boot() -> Option<String> {
    fs::read_to_string(BOOT).ok()
}

/// Returns the device and the inode of a directory.
pub(crate) fn inode(directory: &Path) -> io::Result<(u64, u64)> {
    let status = fs::metadata(directory)?;
    Ok((status.dev(), status.ino()))
}
