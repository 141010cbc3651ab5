//! Runs cargo from a program that cargo itself is running.
//!
//! `cargo run` describes xtask to us in `CARGO_PKG_*` and its like. Handed on, they would look to build scripts
//! (ring's, for one) like a change and have them rebuilt each time, so they are taken out.
//! Commands with a time limit are in `time_limit.rs`.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::target_dir;

/// `cargo`, the one that runs us, in the workspace, with nothing to read.
pub fn command() -> Command {
    tool(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// A tool of the toolchain that the workspace uses (rustup chooses by the folder).
pub fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(target_dir::workspace()).stdin(Stdio::null());
    for (key, _) in env::vars_os() {
        if key.to_str().is_some_and(describes_xtask) {
            command.env_remove(key);
        }
    }
    command
}

/// Prints the command, runs it with its output going straight through, and says what failed and how to repeat it.
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

/// Prints and runs a build. Gives cargo's messages, which name what it has made, and where: that depends on `--target` and
/// on configuration files.
pub fn build(arguments: &[&str]) -> Result<String, String> {
    println!("> cargo {}", arguments.join(" "));
    let mut command = command();
    command.args(arguments).arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the build failed ({})", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program of this name, out of the messages of a build.
pub fn program(messages: &str, name: &str) -> Result<PathBuf, String> {
    let mut made = messages.lines().filter_map(|line| target_dir::string_field(line, "executable")).map(PathBuf::from);
    let found = made.rfind(|path| path.file_name().is_some_and(|file| file == name));
    found.ok_or_else(|| format!("cargo does not say where {name} is"))
}

/// The command as a shell would take it.
fn as_typed(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let variables = environment.iter().map(|(key, value)| format!("{key}=\"{value}\" "));
    format!("{}cargo {}", variables.collect::<String>(), arguments.join(" "))
}

fn describes_xtask(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::{as_typed, describes_xtask, program};

    #[test]
    fn a_command_is_shown_as_it_can_be_typed() {
        assert_eq!(
            as_typed(&["doc", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")]),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps"
        );
    }

    #[test]
    fn a_program_is_where_cargo_says_that_it_is() {
        let messages = r#"{"reason":"compiler-artifact","executable":null}
{"reason":"compiler-artifact","executable":"/t/x86_64-unknown-linux-gnu/release/one"}
{"reason":"compiler-artifact","executable":"/t/x86_64-unknown-linux-gnu/release/other"}"#;
        let one = program(messages, "one").unwrap();
        assert_eq!(one.to_str(), Some("/t/x86_64-unknown-linux-gnu/release/one"));
        assert!(program(messages, "missing").is_err());
    }

    #[test]
    fn only_what_describes_xtask_is_taken_out() {
        assert!(describes_xtask("CARGO_PKG_NAME"));
        assert!(describes_xtask("CARGO_MANIFEST_DIR"));
        assert!(!describes_xtask("CARGO_HOME"));
        assert!(!describes_xtask("CARGO_TARGET_DIR"));
        assert!(!describes_xtask("RUSTUP_TOOLCHAIN"));
    }
}
