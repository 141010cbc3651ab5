//! Installs Debian packages, as root and with a time limit. It is used only for programs that cannot be unpacked below
//! the target directory, as the servers for the tests are (`unpacked.rs`).

use std::process::Command;
use std::time::Duration;

use crate::time_limit;

/// Enough for 300 MB over a slow network.
const APT_LIMIT: Duration = Duration::from_secs(600);

const APT_OPTIONS: [&str; 8] = [
    "-qq",
    "-y",
    "--no-install-recommends",
    // Another running apt is not an error; our time limit includes the wait for it.
    "-oDPkg::Lock::Timeout=120",
    "-oDpkg::Use-Pty=0",
    "-oDpkg::Options::=--force-confold",
    "-oAcquire::Retries=2",
    "-oAcquire::http::Timeout=30",
];

/// Fetches the package lists. With an old list, apt may ask for a version that the mirror no longer has.
///
/// # Errors
///
/// If this process is not root, or apt-get fails or takes too long.
pub fn update() -> Result<(), String> {
    apt(&["update"])
}

/// Installs `packages` and their dependencies.
///
/// # Errors
///
/// If this process is not root, or apt-get fails or takes too long.
pub fn install(packages: &[&str]) -> Result<(), String> {
    apt(&[&["install"], packages].concat())
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("only root can install Debian packages".to_owned());
    }
    let mut command = Command::new("apt-get");
    command.args(APT_OPTIONS).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    time_limit::run(&mut command, APT_LIMIT).map_err(|why| format!("apt-get {}: {why}", arguments.join(" ")))
}
