//! Under which rules of the network to measure: the machine's own, or reno in a network of its own, where nothing else
//! goes on.
//!
//! A network namespace is entered by starting this program again under unshare(1).

use std::ffi::OsString;
use std::fs;
use std::process::Command;

/// Where Linux says which congestion control new connections have.
const CONGESTION_CONTROL: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// The first argument of a program that was started in a new network, and is still to set it up.
pub(crate) const CHILD: &str = "within";

/// Which congestion control is in force.
pub(crate) fn congestion_control() -> String {
    fs::read_to_string(CONGESTION_CONTROL).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// Runs this program once more with `arguments`, in a network of its own with `rules`.
pub(crate) fn run_within(rules: &str, arguments: &[OsString]) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("unshare");
    // Whoever is root already had better stay who he is: in a user namespace, servers cannot change theirs.
    let root = rustix::process::geteuid().is_root();
    command.arg("--net").args((!root).then_some("--map-root-user")).arg(this).arg(CHILD).arg(rules).args(arguments);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("in a network of its own: {status}")),
        Err(error) => Err(format!("cannot run unshare: {error}")),
    }
}

/// Sets the new network up.
pub(crate) fn set_up(rules: &str) -> Result<(), String> {
    let up = Command::new("ip").args(["link", "set", "lo", "up"]).status();
    if !up.is_ok_and(|status| status.success()) {
        return Err("cannot bring loopback up; ip comes with Debian's iproute2".to_owned());
    }
    fs::write(CONGESTION_CONTROL, rules).map_err(|error| format!("no {rules} on this kernel: {error}"))
}
