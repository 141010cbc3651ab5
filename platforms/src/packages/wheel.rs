//! The package for Python (`embedding/python/`): `pip wheel`, `pip install` into a fresh environment, and mypy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

use crate::{Lab, Outcome, Problem};

const MYPY: &str = "2.4.1";

/// The user's program.
const PROGRAM: &str = r#"import os, sys
from ftp_uploader import upload
host, port, user, file, directory = sys.argv[1:]
stored = upload(host, user, os.environ["FTP_PASSWORD"], file, directory, port=int(port))
print(f"{stored.size} bytes, {stored.proof}")
"#;

/// If the package had no types, no line of this would be wrong, and mypy reports that.
const WRONG: &str = r#"from ftp_uploader import upload
upload("h", "u", "p", "f", "d", port="21")  # type: ignore[arg-type]
upload("h", "u", "p", "f", "d", tls="on")  # type: ignore[arg-type]
upload("h", "u", "p", "f", "d").sent  # type: ignore[attr-defined]
"#;

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = tempfile::tempdir_in(lab.install_folder("packages")?)?;
    let source = folder.path().join("source");
    let example = target_dir::workspace().join("embedding/python");
    super::copy_files(&example, &source)?;
    let package = source.join("ftp_uploader");
    super::copy_files(&example.join("ftp_uploader"), &package)?;
    fs::copy(&lab.components.guest, package.join("ftp-uploader.wasm"))?;
    let python = install(lab, folder.path(), &source)?;
    let mypy = mypy(lab)?;
    let program = folder.path().join("program.py");
    fs::write(&program, PROGRAM)?;
    fs::write(folder.path().join("wrong.py"), WRONG)?;
    let check = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(&python);
        command.args(["-m", "mypy", "--strict"]).args(arguments).current_dir(folder).env("PYTHONPATH", &mypy);
        super::succeed(lab, &mut command).map(drop)
    };
    check(folder.path(), &["program.py", "wrong.py"])?;
    // The modules behind the package's interface have no types.
    let own = ["ftp_uploader/__init__.py", "ftp_uploader/__main__.py"];
    check(&source, &[&["--allow-untyped-calls", "--follow-imports=silent"][..], &own].concat())?;
    super::upload(lab, "Python package", Command::new(&python).arg(&program))
}

/// Packs the source, and installs the wheel with its dependency into an environment of its own. Returns its Python.
fn install(lab: &Lab, folder: &Path, source: &Path) -> Result<PathBuf, Problem> {
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    super::succeed(lab, cargo::tool("python3").args(["-m", "venv", "--without-pip"]).arg(&environment))?;
    let mut wheel = pip(&["wheel", "--no-deps", "--wheel-dir"]);
    fetch(wheel.arg(folder).arg(source), "the wheel cannot be built")?;
    let wheels = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let wheel = wheels.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    let wheel = wheel.ok_or_else(|| Problem::Failed("pip has built no wheel".to_owned()))?;
    let mut install = cargo::tool("python3");
    install.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--python"]).arg(&python);
    install.args(["install", "--only-binary", ":all:", "--constraint"]);
    install.arg(source.join("requirements.txt")).arg(wheel);
    fetch(&mut install, "the wheel cannot be installed")?;
    Ok(python)
}

/// Returns the folder with mypy. It is installed only if it is missing.
fn mypy(lab: &Lab) -> Result<PathBuf, Problem> {
    let folder = lab.install_folder("mypy")?.join(MYPY);
    if !folder.join("mypy").exists() {
        let mut install = pip(&["install", "--only-binary", ":all:", "--target"]);
        fetch(install.arg(&folder).arg(format!("mypy=={MYPY}")), "mypy cannot be installed")?;
    }
    Ok(folder)
}

fn pip(arguments: &[&str]) -> Command {
    let mut pip = cargo::tool("python3");
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]).args(arguments);
    pip
}

fn fetch(command: &mut Command, failure: &str) -> Result<(), Problem> {
    time_limit::fetch(command, super::LIMIT).map_err(|why| Problem::Missing(format!("{failure}: {why}")))
}
