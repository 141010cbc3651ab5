//! A descriptor that the caller has opened for us and named by its number: taken as it is, with its position, whatever
//! it is open on.
//!
//! A file of its own because only `unsafe` can make a file of a number. Beside it, standard input as a source.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;

use rustix::fs::{OFlags, fcntl_getfl, fstat};

use crate::cli_error::CliError;

/// The open file that has this number, which is closed when it was read. To be called once for a number, before the program
/// opens anything.
///
/// # Errors
/// When nothing is open under it, or it is one of the standard streams. These are never closed: the next connection would
/// get the number, and what is written to standard error would go to the server.
#[allow(unsafe_code, reason = "a number on the command line can become a file in no other way")]
pub fn inherited(number: u32) -> io::Result<File> {
    let number = RawFd::try_from(number).map_err(|_| io::ErrorKind::NotFound)?;
    if number <= STANDARD_ERROR {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    fs::symlink_metadata(format!("/dev/fd/{number}"))?;
    // SAFETY: it is open, as was just seen. It is none of the three that the standard library uses, and as the program has
    // opened nothing yet, nothing else here owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) }.into())
}

/// The last of the standard streams.
const STANDARD_ERROR: RawFd = 2;

/// Standard input, for `--from-stdin`.
///
/// # Errors
/// When it is closed: an empty file would be stored, and taken for a success.
pub fn standard_input() -> Result<OwnedFd, CliError> {
    let closed = |why: &str| {
        CliError::Usage(format!("cannot read standard input: {why}. Nothing was sent; open it for --from-stdin."))
    };
    let stdin = io::stdin().as_fd().try_clone_to_owned().map_err(|error| closed(&error.to_string()))?;
    if is_stand_in(&stdin).unwrap_or_default() { Err(closed("it is closed")) } else { Ok(stdin) }
}

/// Whether this is what Rust opens before `main` in the place of a closed descriptor: the null device, for reading and
/// writing. `</dev/null` is for reading only.
fn is_stand_in(stdin: &OwnedFd) -> io::Result<bool> {
    let for_both = fcntl_getfl(stdin)? & OFlags::RWMODE == OFlags::RDWR;
    Ok(for_both && fstat(stdin)?.st_rdev == fs::metadata("/dev/null")?.rdev())
}
