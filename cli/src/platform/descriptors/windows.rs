//! Standard input. Other handles have no numbers that a caller could pass on a command line.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle, OwnedHandle};

use ftp_uploader::words::without_code;

use crate::cli_error::CliError;

/// The reason why `--password-fd` cannot be used.
pub const NO_NUMBERS: Option<&str> = Some(
    "no password: --password-fd has no meaning on Windows, where programs inherit no numbered descriptors. Nothing was sent; \
     use --password-file, --password-stdin or FTP_PASSWORD.",
);

/// Is never called, because of [`NO_NUMBERS`].
pub fn inherited(_: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns a copy of standard input.
pub fn copy_of_standard_input() -> io::Result<OwnedHandle> {
    io::stdin().as_handle().try_clone_to_owned()
}

/// Returns a copy of standard input, for `--from-stdin`.
///
/// # Errors
/// If it is closed.
pub fn standard_input() -> Result<OwnedHandle, CliError> {
    copy_of_standard_input().map_err(|error| {
        let why = without_code(&error);
        CliError::Usage(format!("cannot read standard input: {why}. Nothing was sent; open it for --from-stdin."))
    })
}
