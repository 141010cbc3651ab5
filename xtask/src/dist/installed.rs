//! Installs a `.deb` into an empty system in a temporary folder, as dpkg does it, and removes it again: nothing may remain.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The name of the package.
const PACKAGE: &str = "ftp-uploader";

/// The folders that dpkg needs.
const FOLDERS: [&str; 3] = ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"];

/// Returns true if there is a dpkg on this machine.
pub(super) fn has_dpkg() -> bool {
    Command::new("dpkg").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Installs the package, passes the root of the system to `look`, removes the package, and claims that no file remains.
///
/// # Errors
/// The first step that fails.
pub(super) fn with(deb: &Path, look: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let root = empty_system().map_err(|error| format!("cannot make a system for {}: {error}", deb.display()))?;
    dpkg(root.path(), &["--install".as_ref(), deb.as_os_str()])?;
    // The sums of the installed files agree with those in the package.
    let differing = dpkg(root.path(), &["--verify".as_ref(), PACKAGE.as_ref()])?.stdout;
    if !differing.is_empty() {
        return Err(format!("dpkg --verify: {}", String::from_utf8_lossy(&differing).trim()));
    }
    look(root.path())?;
    dpkg(root.path(), &["--purge".as_ref(), PACKAGE.as_ref()])?;
    let remains = root.path().join("usr");
    match fs::exists(&remains) {
        Ok(false) => Ok(()),
        Ok(true) => Err(format!("{PACKAGE} has left {} after it was removed", remains.display())),
        Err(error) => Err(format!("cannot look for {}: {error}", remains.display())),
    }
}

fn empty_system() -> io::Result<tempfile::TempDir> {
    let root = tempfile::tempdir()?;
    FOLDERS.iter().try_for_each(|folder| fs::create_dir_all(root.path().join(folder)))?;
    for file in ["status", "available"] {
        fs::write(root.path().join("var/lib/dpkg").join(file), "")?;
    }
    Ok(root)
}

/// Runs dpkg for the system below `root`, also for another processor, and without root's rights.
fn dpkg(root: &Path, arguments: &[&std::ffi::OsStr]) -> Result<Output, String> {
    let mut command = Command::new("dpkg");
    command.arg(format!("--root={}", root.display())).args(["--force-not-root", "--force-bad-path"]);
    let output = command.arg("--force-architecture").args(arguments).output();
    let output = output.map_err(|error| format!("cannot run dpkg: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("dpkg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
