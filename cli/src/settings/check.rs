//! The settings of `check`.

use ftp_uploader::Check;

use crate::args::{CheckArgs, Places};
use crate::cli_error::CliError;
use crate::output::explain::Format;

/// The settings of the output of `check`.
#[derive(Clone)]
pub struct Checking {
    /// The form of the result.
    pub format: Format,
    /// The options that were typed and that an upload to the same server needs.
    pub options: Vec<String>,
}

/// The job.
///
/// # Errors
/// If no command can carry the directory.
pub(super) fn job(options: &CheckArgs, places: &Places) -> Result<Check, CliError> {
    let check = Check::of_directory(places.directory.as_encoded_bytes())?;
    Ok(if options.read_only { check.read_only() } else { check })
}

/// The settings of the output.
pub(super) fn output(options: CheckArgs, is_json: bool) -> Checking {
    Checking { format: if is_json { Format::Json } else { Format::Text }, options: options.for_uploads }
}
