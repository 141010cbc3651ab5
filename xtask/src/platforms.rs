//! `cargo xtask test platforms`: the tests of the package `platforms`, which is a program.

use xtask::cargo;

/// Builds and runs the program.
pub(crate) fn run() -> Result<(), String> {
    cargo::run(&["run", "--package", "platforms"], &[])
}
