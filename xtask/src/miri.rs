//! `cargo xtask miri`: the guest's hand-written `unsafe` (`guest/runtime/src/lib.rs`), interpreted by Miri, which sees
//! what a test alone does not: reads beyond the end, wrong layouts, what is never freed.
//!
//! The host's two blocks are system calls, which Miri cannot run. Miri is only in nightly toolchains: where there is none,
//! it is skipped aloud, in CI, too, as a nightly is not something that this project may ask every machine to have.

use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

/// Fails only if Miri finds something.
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

/// Has rustup fetch Miri for a nightly that is there.
fn component() -> Result<(), String> {
    let output = rustup(&["toolchain", "list"]).output().map_err(|error| format!("rustup cannot be run ({error})"))?;
    if !has_nightly(&String::from_utf8_lossy(&output.stdout)) {
        return Err("there is no nightly toolchain".to_owned());
    }
    time_limit::run(&mut rustup(&["component", "add", "--toolchain", TOOLCHAIN, "miri", "rust-src"]), RUSTUP_LIMIT)
        .map_err(|why| format!("the nightly toolchain has no Miri (rustup {why})"))
}

/// Not what runs us: the cargo of another toolchain, and its flags.
fn rustup(arguments: &[&str]) -> std::process::Command {
    let mut command = cargo::tool("rustup");
    command.args(arguments).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTFLAGS");
    command
}

fn has_nightly(toolchains: &str) -> bool {
    toolchains.lines().any(|line| line.starts_with("nightly-") && !line.starts_with("nightly-2"))
}

const TOOLCHAIN: &str = "nightly";

/// Miri and the source of std are some 10 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Building the bindings' generator and std takes a minute or two, the tests less than one second.
const MIRI_LIMIT: Duration = Duration::from_secs(900);

#[cfg(test)]
mod tests {
    use super::has_nightly;

    #[test]
    fn only_the_nightly_without_a_date_is_meant() {
        assert!(has_nightly("1.95.0-x86_64 (active)\nnightly-x86_64-unknown-linux-gnu\n"));
        assert!(!has_nightly("1.95.0-x86_64 (active)\nnightly-2026-05-19-x86_64-unknown-linux-gnu\n"));
        assert!(!has_nightly("no installed toolchains\n"));
    }
}
