//! Selects the congestion control for the measurement: the machine's own, or reno in a separate network namespace,
//! which has no other traffic.
//!
//! The namespace is entered by starting this program again with unshare(1).

use std::ffi::OsString;
use std::fs;
use std::process::Command;

/// The file in which Linux has the congestion control of new connections.
const CONGESTION_CONTROL: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// The first argument of a program that was started in a new network, and must set it up.
pub(crate) const CHILD: &str = "within";

/// Returns the present congestion control.
pub(crate) fn congestion_control() -> String {
    fs::read_to_string(CONGESTION_CONTROL).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// Runs this program again with `arguments`, in a new network namespace with the congestion control `rules`.
pub(crate) fn run_within(rules: &str, arguments: &[OsString]) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("unshare");
    // A process that is root already gets no user namespace, because servers cannot change their user in one.
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
