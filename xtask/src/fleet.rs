//! `cargo xtask fleet`: checks the manifests in `fleet/kubernetes/` against Kubernetes' schemas and against the
//! promises of `fleet/README.md`.
//!
//! The checks are in `fleet/check.py`. This file installs a YAML parser and the schemas below the target directory, and
//! runs it. No cluster is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use xtask::cargo;
use xtask::ci;
use xtask::target_dir::{target_dir, workspace};
use xtask::time_limit;

/// The packages take about 25 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// The schemas, which are some MB long, are read again for each manifest.
const CHECK_LIMIT: Duration = Duration::from_secs(120);

/// Runs `cargo xtask fleet`. If the validator cannot be installed, the check is skipped with a message; with CI=true it
/// fails.
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

/// Installs the requirements, if they have changed: a copy of the list is written after a complete installation.
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
