//! `cargo xtask fleet`: are the manifests in `fleet/kubernetes/` in form, and do they keep what `fleet/README.md` says?
//!
//! What is checked is in `fleet/check.py`, which has a YAML parser and Kubernetes' own schemas; this file puts those in
//! place, below the target folder, and runs it. No cluster is reached.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use xtask::cargo;
use xtask::ci;
use xtask::target_dir::{target_dir, workspace};
use xtask::time_limit;

/// `cargo xtask fleet`. What cannot be installed is skipped aloud, and is a failure where CI=true.
pub(crate) fn run() -> Result<(), String> {
    let fleet = workspace().join("fleet");
    match install(&fleet.join("requirements.txt"), &target_dir()?.join("fleet")) {
        Ok(modules) => check(&fleet, &modules),
        Err(why) if ci::is_set() => Err(why),
        Err(why) => {
            println!("SKIPPED, the manifests in fleet/: {why}");
            Ok(())
        }
    }
}

/// A copy of the requirements is written last; while it is the same, there is nothing to install.
fn install(requirements: &Path, folder: &Path) -> Result<PathBuf, String> {
    let modules = folder.join("python");
    let installed = folder.join("requirements.txt");
    let cannot = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
    let wanted = fs::read(requirements).map_err(cannot)?;
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(modules);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(cannot)?;
    }
    let mut pip = cargo::tool("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
    pip.arg(&modules).arg("--requirement").arg(requirements);
    time_limit::fetch(&mut pip, INSTALL_LIMIT)
        .map_err(|why| format!("the validator could not be installed: pip {why}"))?;
    fs::write(&installed, wanted).map_err(cannot)?;
    Ok(modules)
}

fn check(fleet: &Path, modules: &Path) -> Result<(), String> {
    let mut python = cargo::tool("python3");
    python.arg("-B").arg(fleet.join("check.py")).env("PYTHONPATH", modules);
    time_limit::run(&mut python, CHECK_LIMIT)
        .map_err(|why| format!("the manifests in fleet/kubernetes/: check.py {why}"))
}

/// Some 25 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// Schemas of some MB are read again for each manifest.
const CHECK_LIMIT: Duration = Duration::from_secs(120);
