//! Descriptors that the caller opened: one named by its number, with its current position, and standard input.
//!
//! The file is separate because only `unsafe` code can make a `File` from a number.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;

use ftp_uploader::words::without_code;
use rustix::fs::{OFlags, fcntl_getfl};

use crate::cli_error::CliError;

/// The reason why `--password-fd` cannot be used; `None`, because on Unix it can.
pub const NO_NUMBERS: Option<&str> = None;

/// The last of the standard streams.
const STANDARD_ERROR: RawFd = 2;

/// Returns the open file with this number, and takes ownership of it. Call it once for each number, before the program
/// opens anything.
///
/// # Errors
/// If nothing is open under the number, or if it is one of the standard streams. These must never be closed: the next
/// connection would get the number, and text for standard error would go to the server.
#[allow(unsafe_code, reason = "a number on the command line can become a file in no other way")]
pub fn inherited(number: u32) -> io::Result<File> {
    let number = RawFd::try_from(number).map_err(|_| io::ErrorKind::NotFound)?;
    if number <= STANDARD_ERROR {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    fs::symlink_metadata(format!("/dev/fd/{number}"))?;
    // SAFETY: The descriptor is open, as the line above has checked. It is not one of the three that the standard
    // library uses, and nothing else in the program owns it, because the program has opened nothing yet.
    Ok(unsafe { OwnedFd::from_raw_fd(number) }.into())
}

/// Returns a copy of standard input.
pub fn copy_of_standard_input() -> io::Result<OwnedFd> {
    io::stdin().as_fd().try_clone_to_owned()
}

/// Returns a copy of standard input, for `--from-stdin`.
///
/// # Errors
/// If it is closed: otherwise an empty file would be stored, and reported as a success.
pub fn standard_input() -> Result<OwnedFd, CliError> {
    let closed = |why: &str| {
        CliError::Usage(format!("cannot read standard input: {why}. Nothing was sent; open it for --from-stdin."))
    };
    let stdin = copy_of_standard_input().map_err(|error| closed(&without_code(&error)))?;
    if is_stand_in(&stdin).unwrap_or_default() { Err(closed("it is closed")) } else { Ok(stdin) }
}

/// Returns true if standard input was closed. In its place Rust opens the null device before `main`, for reading and
/// writing; `</dev/null` is open for reading only.
fn is_stand_in(stdin: &OwnedFd) -> io::Result<bool> {
    let for_both = fcntl_getfl(stdin)? & OFlags::RWMODE == OFlags::RDWR;
    Ok(for_both && File::from(stdin.try_clone()?).metadata()?.rdev() == fs::metadata("/dev/null")?.rdev())
}
