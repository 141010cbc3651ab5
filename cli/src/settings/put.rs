//! The settings of an upload: its local files, those of `--files-from`, and their names on the server.

use std::path::Path;

use ftp_uploader::Put;

use crate::args::{Args, Places, places};
use crate::cli_error::CliError;
use crate::input::file_list::{self, Separator};
use crate::platform::descriptors;
use crate::settings::tree;

/// The message if two options read standard input.
const STDIN_TWICE: &str = "--files-from - reads standard input, and so does another option. Nothing was sent; write the \
                           list into a file, or use --password-file.";

/// The message if `--as` names more or less than one file.
const NOT_ONE_FILE: &str = "--as gives its name to one file, and this upload has more, or a directory. Nothing was sent; \
                            leave --as out, or send the files one by one.";

/// Adds the files of `--files-from` to `places`, after those that were typed.
///
/// # Errors
/// If the list cannot be read, or is the second use of standard input.
pub(super) fn with_listed_files(args: &Args, mut places: Places) -> Result<Places, CliError> {
    let Some(list) = &args.files.files_from else { return Ok(places) };
    let is_taken = args.password_stdin || args.password_fd == Some(0) || args.from_stdin.is_some();
    if file_list::is_standard_input(list) && is_taken {
        return Err(CliError::Usage(STDIN_TWICE.to_owned()));
    }
    let separator = if args.files.null { Separator::Null } else { Separator::Line };
    places.files.extend(file_list::read(list, separator)?);
    Ok(places)
}

/// Returns the job that `args` describe.
///
/// # Errors
/// If the command line can never be carried out.
pub(super) fn job(args: &Args, places: &Places) -> Result<Put, CliError> {
    let put = Put::into_directory(places.directory.as_encoded_bytes())?.rules(tree::rules(&args.tree)?);
    let count = places.files.len() + usize::from(args.from_stdin.is_some());
    match (&args.files.as_name, count) {
        (_, 0) if places.directory_is_last_word => Err(missing(args, "LOCALFILE or REMOTEDIR is")),
        (_, 0) => Err(missing(args, "LOCALFILE is")),
        (Some(name), 1) => renamed(args, places, put, name.as_encoded_bytes()),
        (Some(_), _) => Err(CliError::Usage(NOT_ONE_FILE.to_owned())),
        (None, _) => {
            let put = places.files.iter().map(Path::new).try_fold(put, |put, path| match is_tree(args, path) {
                true => put.tree(path),
                false => put.file(path),
            })?;
            match args.stream_name() {
                Some(name) => Ok(put.stream(descriptors::standard_input()?, name.as_encoded_bytes())?),
                None => Ok(put),
            }
        }
    }
}

fn missing(args: &Args, words: &str) -> CliError {
    CliError::Usage(places::incomplete(args.kind(), words))
}

/// The job of the only file or stream, which is stored as `name`.
fn renamed(args: &Args, places: &Places, put: Put, name: &[u8]) -> Result<Put, CliError> {
    match places.files.first().map(Path::new) {
        Some(path) if is_tree(args, path) => Err(CliError::Usage(NOT_ONE_FILE.to_owned())),
        Some(path) => Ok(put.file_as(path, name)?),
        None => Ok(put.stream(descriptors::standard_input()?, name)?),
    }
}

fn is_tree(args: &Args, path: &Path) -> bool {
    args.tree.recursive && path.is_dir()
}
