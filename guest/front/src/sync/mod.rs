//! `ftp-uploader sync [OPTIONS] HOST USERNAME LOCALDIR REMOTEDIR`: makes REMOTEDIR hold what LOCALDIR holds, over one
//! connection, one file at a time.
//!
//! `ftp_plan` decides what is done, as for the native program; the modules here ask for its inputs and carry out its
//! operations, in the order of `host/src/run/sync/`. The differences: there is no manifest and no comparison by hashes,
//! nothing is excluded, nothing is tried again, and a file under a temporary name is not used by a later run.

mod aside;
mod changes;
mod clock;
mod course;
mod inquiry;
mod listing;
mod lock;
mod names;
mod notes;
mod operations;
mod options;
mod problem;
mod removal;
mod scan;
mod storing;
mod switch;

use alloc::string::String;

use crate::bindings::ftp_uploader::wasi::grants::{open_directory, take_password};
use crate::cli_error::CliError;

use course::Course;
use options::Options;

pub(crate) use problem::{SyncProblem, sentence};

/// Carries out the command with these arguments. Everything local is prepared before anything is sent. Returns the last
/// line.
pub(crate) fn run(arguments: &[String]) -> Result<String, CliError> {
    let options = Options::parse(arguments)?;
    let directory = open_directory(options.local).map_err(|why| CliError::Directory(options.local.into(), why))?;
    let local = scan::scan(&directory).map_err(|why| CliError::Directory(options.local.into(), why))?;
    let password = take_password().map_err(CliError::Password)?;
    Course::new(&options, &directory, &password, local)?.run()
}
