//! The folders of the user.

use std::ffi::OsString;
use std::path::PathBuf;

/// The name of the file with passwords in the home folder, as messages show it.
pub const NETRC: &str = ".netrc";

/// The variable with the home folder.
pub const HOME: &str = "HOME";

/// Returns the folder for settings, from the variables that `variable` looks up: `$XDG_CONFIG_HOME`, else `~/.config`; also
/// on macOS, where it is the usual place for programs without windows.
pub fn config(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // The XDG Base Directory Specification: a path that is not absolute is ignored.
    folder("XDG_CONFIG_HOME").or_else(|| folder(HOME).map(|home| home.join(".config")))
}
