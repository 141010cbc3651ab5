//! The folders of the user.

use std::ffi::OsString;
use std::path::PathBuf;

/// The name of the file with passwords in the home folder, as other programs on Windows have it.
pub const NETRC: &str = "_netrc";

/// The variable with the home folder.
pub const HOME: &str = "USERPROFILE";

/// Returns the folder for settings, from the variables that `variable` looks up: `%APPDATA%`.
pub fn config(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    variable("APPDATA").map(PathBuf::from).filter(|path| path.is_absolute())
}
