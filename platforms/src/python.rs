//! The guest embedded in Python (`embedding/python/`), with the `wasmtime` package of its requirements in a virtual
//! environment.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::target_dir;
use xtask::time_limit;

use crate::trial::{Server, Trial};
use crate::{Component, Lab, Outcome, Problem};

/// The package takes about 10 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

const REQUIREMENTS: &str = include_str!("../../embedding/python/requirements.txt");

pub(crate) fn run(lab: &Lab) -> Outcome {
    let example = target_dir::workspace().join("embedding/python");
    let (python, version) = install(lab, &example)?;
    let with = |component: &Path| {
        let mut command = Command::new(&python);
        command.args(["-B", "-m", "ftp_uploader"]).env("PYTHONPATH", &example).env("FTP_UPLOADER_WASM", component);
        command
    };
    let command = || with(&lab.components.guest);
    let evil = || with(&lab.evil.guest);
    let try_out = |platform, server| {
        let (version, component) = (version.clone(), Component::Guest);
        let (command, evil, prefix) = (&command, &evil, "upload: ");
        Trial { lab, platform, version, component, command, evil, prefix, server, hashes: true, reads_proc: true }.run()
    };
    Ok(vec![try_out("Python, wasmtime", Server::Clear)?, try_out("Python, wasmtime, TLS", Server::Protected)?])
}

/// Returns the environment's Python, and the version of wasmtime in it. It is installed only if that version is wrong.
fn install(lab: &Lab, example: &Path) -> Result<(PathBuf, String), Problem> {
    let environment = lab.install_folder("python")?.join("venv");
    let python = environment.join("bin/python");
    if !installed(lab, &python).is_some_and(|version| is_required(&version)) {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&environment);
        attempt(&mut venv, "a virtual environment cannot be created")?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        attempt(pip.arg(example.join("requirements.txt")), "wasmtime cannot be installed")?;
    }
    let version = installed(lab, &python);
    version
        .map(|version| (python, version))
        .ok_or_else(|| Problem::Failed("wasmtime was installed but cannot be found".to_owned()))
}

fn attempt(command: &mut Command, failure: &str) -> Result<(), Problem> {
    time_limit::fetch(command, INSTALL_LIMIT).map_err(|why| Problem::Missing(format!("{failure}: {why}")))
}

fn installed(lab: &Lab, python: &Path) -> Option<String> {
    let mut ask = Command::new(python);
    ask.args(["-c", "from importlib.metadata import version; print(version('wasmtime'))"]);
    let answer = lab.run(&mut ask, INSTALL_LIMIT).ok()?;
    answer.status.success().then(|| answer.stdout.trim().to_owned())
}

fn is_required(version: &str) -> bool {
    REQUIREMENTS.lines().any(|line| line == format!("wasmtime=={version}"))
}

#[cfg(test)]
mod tests {
    use super::is_required;

    #[test]
    fn the_requirements_pin_one_version() {
        assert!(is_required("48.0.0"));
        assert!(!is_required("48.0"));
    }
}
