//! `cargo xtask dependencies`: whether every dependency is what `deny.toml` lets it be, with cargo-deny.
//!
//! cargo-deny is built once, from its crate, below the target folder. Licences, sources and bans are judged from what cargo
//! has fetched anyway. Known weaknesses are in a database that no package registry has, only a git host: where that cannot
//! be reached, they are skipped aloud, in CI, too.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

/// Judges the workspace and the fuzzers.
pub(crate) fn run() -> Result<(), String> {
    let program = install()?;
    let known = known_weaknesses(&program);
    if let Err(why) = &known {
        println!("SKIPPED, known weaknesses of dependencies: {why}");
    }
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let mut check = deny(&program);
        check.args(["--manifest-path", manifest, "--config", "deny.toml", "check"]);
        // Each licence in the list is one that either of the two needs.
        check.args(["--allow", "license-not-encountered", "--allow", "license-exception-not-encountered"]);
        check.args(["bans", "licenses", "sources"]).args(known.is_ok().then_some("advisories"));
        time_limit::run(&mut check, CHECK_LIMIT).map_err(|why| format!("the dependencies of {manifest}: {why}"))?;
    }
    Ok(())
}

/// What is missing for [`run`].
pub(crate) fn missing() -> Vec<&'static str> {
    match install() {
        Ok(_) => Vec::new(),
        Err(why) => {
            println!("{why}");
            vec![CARGO_DENY]
        }
    }
}

/// The program. What is there already is not built again.
fn install() -> Result<PathBuf, String> {
    let folder = target_dir::target_dir()?.join("cargo-deny");
    let program = folder.join("bin/cargo-deny");
    if is_right(&program) {
        return Ok(program);
    }
    let mut install = cargo::command();
    // Without optimisation it is there in half the time, and fast enough.
    install
        .args(["install", CARGO_DENY, "--quiet", "--locked", "--debug", "--force", "--version", VERSION, "--root"])
        .arg(&folder);
    install.arg("--target-dir").arg(folder.join("build"));
    time_limit::fetch(&mut install, INSTALL_LIMIT).map_err(|why| format!("{CARGO_DENY} cannot be installed: {why}"))?;
    // What it was built of is some 1 GB, and not needed any more.
    let _ = std::fs::remove_dir_all(folder.join("build"));
    if is_right(&program) { Ok(program) } else { Err(format!("{CARGO_DENY} was installed and does not run")) }
}

fn is_right(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("{CARGO_DENY} {VERSION}"))
}

/// Fetches the database.
fn known_weaknesses(program: &Path) -> Result<(), String> {
    let mut fetch = deny(program);
    fetch.args(["--config", "deny.toml", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    time_limit::run(&mut fetch, FETCH_LIMIT).map_err(|why| format!("their database cannot be fetched: {why}"))
}

/// In the workspace, and with the cargo that runs us.
fn deny(program: &Path) -> Command {
    cargo::tool(&program.display().to_string())
}

/// The crate, and what `cargo xtask test` calls it where it is missing.
pub(crate) const CARGO_DENY: &str = "cargo-deny";

const VERSION: &str = "0.20.2";

/// Some 250 crates: two minutes on two idle processors, ten on busy ones.
const INSTALL_LIMIT: Duration = Duration::from_secs(1200);

/// The database is some 10 MB.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

/// It asks the registry which releases were taken back.
const CHECK_LIMIT: Duration = Duration::from_secs(120);
