//! `cargo xtask miri`: runs the tests of the guest's hand-written `unsafe` (`guest/runtime/src/lib.rs`) in Miri, which
//! detects out-of-bounds reads, wrong layouts and memory leaks.
//!
//! The host's two `unsafe` blocks are system calls, which Miri cannot run. Miri exists only in nightly toolchains,
//! which this project does not require: without one it is skipped with a message, in CI, too.

use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

const TOOLCHAIN: &str = "nightly";

/// Miri and the source of std take about 10 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// The build takes one or two minutes, most of them for std and for the generator of the bindings.
const MIRI_LIMIT: Duration = Duration::from_secs(900);

/// Runs `cargo xtask miri`. Fails only if Miri finds an error.
pub(crate) fn run() -> Result<(), String> {
    if let Err(why) = component() {
        println!("SKIPPED, {why}: Miri");
        return Ok(());
    }
    let folder = target_dir::target_dir()?.join("miri").display().to_string();
    let mut miri = rustup(&["run", TOOLCHAIN, "cargo", "miri", "test", "--target-dir", &folder]);
    miri.args(["--package", "ftp-guest-runtime", "--lib"]);
    time_limit::run(&mut miri, MIRI_LIMIT).map_err(|why| format!("Miri {why}"))
}

/// Installs Miri with rustup, if there is a nightly toolchain.
fn component() -> Result<(), String> {
    let output = rustup(&["toolchain", "list"]).output().map_err(|error| format!("rustup cannot be run ({error})"))?;
    if !has_nightly(&String::from_utf8_lossy(&output.stdout)) {
        return Err("there is no nightly toolchain".to_owned());
    }
    time_limit::run(&mut rustup(&["component", "add", "--toolchain", TOOLCHAIN, "miri", "rust-src"]), RUSTUP_LIMIT)
        .map_err(|why| format!("the nightly toolchain has no Miri (rustup {why})"))
}

/// Returns a command for rustup, without the variables of the toolchain that runs this program.
fn rustup(arguments: &[&str]) -> std::process::Command {
    let mut command = cargo::tool("rustup");
    command.args(arguments).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTFLAGS");
    command
}

fn has_nightly(toolchains: &str) -> bool {
    toolchains.lines().any(|line| line.starts_with("nightly-") && !line.starts_with("nightly-2"))
}

#[cfg(test)]
mod tests {
    use super::has_nightly;

    #[test]
    fn only_a_nightly_without_a_date_counts() {
        assert!(has_nightly("1.95.0-x86_64 (active)\nnightly-x86_64-unknown-linux-gnu\n"));
        assert!(!has_nightly("1.95.0-x86_64 (active)\nnightly-2026-05-19-x86_64-unknown-linux-gnu\n"));
        assert!(!has_nightly("no installed toolchains\n"));
    }
}
