//! Installs packages of Debian, for root, with a time limit: what nothing below the target folder can stand in for.
//!
//! Servers for the tests are not installed but unpacked (`ftp_servers/packages.rs`).

use std::process::Command;
use std::time::Duration;

use crate::time_limit;

/// Fetches the lists of packages; without, the names of packages may lead nowhere.
pub fn update() -> Result<(), String> {
    apt(&["update"])
}

/// Installs `packages` and what they need.
pub fn install(packages: &[&str]) -> Result<(), String> {
    apt(&[&["install"], packages].concat())
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("installing packages of Debian takes root".to_owned());
    }
    let mut command = Command::new("apt-get");
    command.args(APT_OPTIONS).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    time_limit::run(&mut command, APT_LIMIT).map_err(|why| format!("apt-get {}: {why}", arguments.join(" ")))
}

/// Enough for 300 MB on a slow line; apt is only ended if it hangs.
const APT_LIMIT: Duration = Duration::from_secs(600);

const APT_OPTIONS: [&str; 8] = [
    "-qq",
    "-y",
    "--no-install-recommends",
    // Another apt at work is waited for, not an error; the time limit holds all the same.
    "-oDPkg::Lock::Timeout=120",
    "-oDpkg::Use-Pty=0",
    "-oDpkg::Options::=--force-confold",
    "-oAcquire::Retries=2",
    "-oAcquire::http::Timeout=30",
];
