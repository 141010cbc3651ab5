//! Runs cargo from a program that cargo itself is running.
//!
//! `cargo run` describes the running package in `CARGO_PKG_*` and similar variables. They are removed, because some
//! build scripts (ring's, for example) would take them for a change and run again each time. Commands with a time limit
//! are in `time_limit.rs`.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::inherited;
use crate::target_dir;

/// Returns a command for the `cargo` that runs this program, in the workspace, without standard input.
pub fn command() -> Command {
    tool(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// Returns a command for a tool of the workspace's toolchain: rustup selects the toolchain by the current directory.
pub fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(target_dir::workspace()).stdin(Stdio::null());
    for (key, _) in env::vars_os() {
        if key.to_str().is_some_and(describes_package) {
            command.env_remove(key);
        }
    }
    command
}

/// Removes the settings that may change the bytes of a build, such as RUSTFLAGS and `CARGO_PROFILE_RELEASE_LTO`, from the
/// environment of a command.
pub fn without_settings(command: &mut Command) {
    inherited::remove(command, env::vars_os().map(|(name, _)| name));
}

/// Prints the command and runs it, without capturing its output.
///
/// # Errors
///
/// If cargo fails. The message contains the command, so that it can be repeated.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let shown = as_typed(arguments, environment);
    println!("> {shown}");
    let status = command().args(arguments).envs(environment.iter().copied()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("failed ({status}); to repeat it: {shown}")),
        Err(error) => Err(format!("cannot run cargo: {error}; to repeat it: {shown}")),
    }
}

/// Prints and runs a build. Returns cargo's messages, which contain the paths of the built files: these depend on
/// `--target` and on configuration files.
///
/// # Errors
///
/// If the build fails.
pub fn build(arguments: &[&str]) -> Result<String, String> {
    build_with(arguments, &[])
}

/// [`build`] with more variables.
///
/// # Errors
///
/// If the build fails.
pub fn build_with(arguments: &[&str], environment: &[(String, String)]) -> Result<String, String> {
    println!("> cargo {}", arguments.join(" "));
    let mut command = command();
    command.args(arguments).arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the build failed ({})", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the path of the program `name`, from the messages of a build.
///
/// # Errors
///
/// If the messages do not contain it.
pub fn program(messages: &str, name: &str) -> Result<PathBuf, String> {
    let mut made = messages.lines().filter_map(|line| target_dir::string_field(line, "executable")).map(PathBuf::from);
    let found = made.rfind(|path| path.file_name().is_some_and(|file| file == name));
    found.ok_or_else(|| format!("cargo does not print the path of {name}"))
}

/// Returns the command in the form that a shell accepts.
fn as_typed(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let variables = environment.iter().map(|(key, value)| format!("{key}=\"{value}\" "));
    format!("{}cargo {}", variables.collect::<String>(), arguments.join(" "))
}

fn describes_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::{as_typed, describes_package, program};

    #[test]
    fn a_command_is_shown_as_it_can_be_typed() {
        assert_eq!(
            as_typed(&["doc", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")]),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps"
        );
    }

    #[test]
    fn the_path_of_a_program_is_read_from_the_messages() {
        let messages = r#"{"reason":"compiler-artifact","executable":null}
{"reason":"compiler-artifact","executable":"/t/x86_64-unknown-linux-gnu/release/one"}
{"reason":"compiler-artifact","executable":"/t/x86_64-unknown-linux-gnu/release/other"}"#;
        let one = program(messages, "one").unwrap();
        assert_eq!(one.to_str(), Some("/t/x86_64-unknown-linux-gnu/release/one"));
        assert!(program(messages, "missing").is_err());
    }

    #[test]
    fn only_variables_that_describe_the_package_are_removed() {
        assert!(describes_package("CARGO_PKG_NAME"));
        assert!(describes_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_package("CARGO_HOME"));
        assert!(!describes_package("CARGO_TARGET_DIR"));
        assert!(!describes_package("RUSTUP_TOOLCHAIN"));
    }
}
