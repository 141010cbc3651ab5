//! A descriptor that the caller has opened for us and named by its number: taken as it is, with its position, whatever
//! it is open on.
//!
//! A file of its own because only `unsafe` can make a file of a number.

use std::fs::{self, File};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// The open file that has this number. To be called once for a number, before the program opens anything.
///
/// # Errors
/// When nothing is open under it.
#[allow(unsafe_code, reason = "a number on the command line can become a file in no other way")]
pub fn inherited(number: u32) -> io::Result<File> {
    fs::symlink_metadata(format!("/dev/fd/{number}"))?;
    let number = RawFd::try_from(number).map_err(|_| io::ErrorKind::NotFound)?;
    // SAFETY: it is open, as was just seen, and as the program has opened nothing yet, no one else here owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) }.into())
}
