//! The versions of the clients, as they report them.

use std::ffi::OsStr;
use std::process::Command;

/// Returns the line with the version that a program prints with `argument`, or `None` if it is not on this machine.
pub(crate) fn version(program: &OsStr, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
    Some(line.split_whitespace().take(4).collect::<Vec<_>>().join(" ").trim_end_matches(',').to_owned())
}
