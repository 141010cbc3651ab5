//! The paths of the workspace and of cargo's target directory. Nothing is created here.

use std::path::{Path, PathBuf};

use crate::cargo;

/// Returns the folder of the workspace's `Cargo.toml`.
pub fn workspace() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Returns the target directory, which the environment or a configuration file may have moved.
///
/// # Errors
///
/// If `cargo metadata` fails.
pub fn target_dir() -> Result<PathBuf, String> {
    of_metadata("target_directory")
}

/// Returns the directory of cargo's intermediate files, which is the target directory unless it was moved.
///
/// # Errors
///
/// If `cargo metadata` fails.
pub fn build_dir() -> Result<PathBuf, String> {
    of_metadata("build_directory")
}

fn of_metadata(field: &str) -> Result<PathBuf, String> {
    let output = cargo::command()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    let json = String::from_utf8_lossy(&output.stdout);
    string_field(&json, field).map(PathBuf::from).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("cargo metadata does not name the {field}: {}", said.trim())
    })
}

/// Returns the value of the first JSON field with this name, if it is a string. It decodes escaped quotes and
/// backslashes, which is sufficient for paths in cargo's output.
pub fn string_field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::string_field;

    #[test]
    fn a_field_is_read_to_its_closing_quote() {
        let json = r#"{"a":1,"target_directory":"/x/target","b":"c"}"#;
        assert_eq!(string_field(json, "target_directory").as_deref(), Some("/x/target"));
    }

    #[test]
    fn escaped_quotes_and_backslashes_belong_to_the_field() {
        let json = r#"{"target_directory":"C:\\a \"b\""}"#;
        assert_eq!(string_field(json, "target_directory").as_deref(), Some("C:\\a \"b\""));
    }

    #[test]
    fn a_field_that_is_missing_or_cut_short_is_none() {
        assert_eq!(string_field("{}", "target_directory"), None);
        assert_eq!(string_field(r#"{"target_directory":"/x"#, "target_directory"), None);
    }
}
