//! The path of the file with the profiles. Nothing is opened here.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::platform::folders;

/// The variable with the path of the file.
pub const VARIABLE: &str = "FTP_UPLOADER_CONFIG";

/// The value of `--config` and of [`VARIABLE`] that switches the file off. A file of this name is written as `./none`.
const NONE: &str = "none";

/// The place of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// No file is read.
    Nowhere,
    /// The usual place. The file need not exist.
    Usual(PathBuf),
    /// A path that the user gave. The file must exist.
    Given(PathBuf),
}

impl Location {
    /// Returns the place for `option` (`--config`) and the variables that `variable` looks up: the option, else
    /// [`VARIABLE`], else `ftp-uploader/config.toml` in the folder for settings (`platform/folders/`).
    pub fn of(option: Option<&OsStr>, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        if let Some(given) = option.map(OsStr::to_owned).or_else(|| variable(VARIABLE)) {
            return if given.is_empty() || given == NONE { Self::Nowhere } else { Self::Given(given.into()) };
        }
        folders::config(variable)
            .map_or(Self::Nowhere, |folder| Self::Usual(folder.join("ftp-uploader").join("config.toml")))
    }

    /// The path, if a file is read.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Nowhere => None,
            Self::Usual(path) | Self::Given(path) => Some(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(option: Option<&str>, variables: &[(&str, &str)]) -> Location {
        Location::of(option.map(OsStr::new), |name| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_option_takes_precedence_over_the_variable_and_both_over_the_usual_place() {
        let all = [(VARIABLE, "v.toml"), ("XDG_CONFIG_HOME", "/xdg"), ("HOME", "/home/me")];
        assert_eq!(of(Some("o.toml"), &all), Location::Given("o.toml".into()));
        assert_eq!(of(None, &all), Location::Given("v.toml".into()));
        assert_eq!(of(None, &all[1..]), Location::Usual("/xdg/ftp-uploader/config.toml".into()));
        assert_eq!(of(None, &all[2..]), Location::Usual("/home/me/.config/ftp-uploader/config.toml".into()));
        assert_eq!(of(None, &[]), Location::Nowhere);
    }

    #[test]
    fn the_word_none_or_no_text_switches_the_file_off() {
        for off in ["none", ""] {
            assert_eq!(of(Some(off), &[(VARIABLE, "v.toml")]), Location::Nowhere);
            assert_eq!(of(None, &[(VARIABLE, off), ("HOME", "/home/me")]), Location::Nowhere);
        }
        assert_eq!(of(Some("./none"), &[]), Location::Given("./none".into()));
    }

    #[test]
    fn a_relative_folder_in_a_variable_is_ignored() {
        let home = ("HOME", "/home/me");
        let usual = Location::Usual("/home/me/.config/ftp-uploader/config.toml".into());
        for relative in ["", "config", "../config"] {
            assert_eq!(of(None, &[("XDG_CONFIG_HOME", relative), home]), usual);
        }
        assert_eq!(of(None, &[("HOME", "")]), Location::Nowhere);
    }
}
