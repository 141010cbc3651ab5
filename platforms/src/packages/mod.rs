//! The examples of `embedding/` as packages: each is packed, installed into a fresh folder, checked for its types, and
//! used by a program of a few lines to upload a file. Nothing here is a platform of its own, so the table has no rows.

pub(crate) mod library;
pub(crate) mod npm;
pub(crate) mod wheel;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::lab::Ended;
use crate::{Lab, Outcome, Problem};

/// Packing and installing take some seconds, with downloads of some 10 MB.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs a command, which must succeed.
fn succeed(lab: &Lab, command: &mut Command) -> Result<Ended, Problem> {
    let ended = lab.run(command, LIMIT)?;
    if ended.status.success() {
        return Ok(ended);
    }
    let (status, out, err) = (ended.status, ended.stdout, ended.stderr);
    Err(Problem::Failed(format!("{command:?}: {status}\n{out}{err}")))
}

/// Uploads with a program, whose arguments are host, port, user, file and directory. It prints the size and the proof.
fn upload(lab: &Lab, package: &str, program: &mut Command) -> Outcome {
    let port = lab.port.to_string();
    program.args(["127.0.0.1", &port, lab.user]).arg(&lab.source).arg(lab.directory);
    let ended = succeed(lab, program.env("FTP_PASSWORD", &lab.password).env_remove("FTP_UPLOADER_WASM"))?;
    let bytes = lab.arrived()?;
    let expected = format!("{bytes} bytes, size");
    if !ended.stdout.starts_with(&expected) {
        return Err(Problem::Failed(format!("{package}: not \"{expected}\", but: {}", ended.stdout)));
    }
    println!("{package}: packed, installed, and used for an upload of {bytes} bytes");
    Ok(Vec::new())
}

/// Copies a folder without its subfolders.
fn copy_files(from: &Path, to: &Path) -> Result<(), Problem> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_packages_have_the_version_of_the_workspace() {
        let version = env!("CARGO_PKG_VERSION");
        let npm = include_str!("../../../embedding/node/package.json");
        let wheel = include_str!("../../../embedding/python/pyproject.toml");
        let library = include_str!("../../../embedding/c/Makefile");
        assert!(npm.contains(&format!("\"version\": \"{version}\",")));
        assert!(wheel.contains(&format!("version = \"{version}\"\n")));
        assert!(library.contains(&format!("VERSION = {version}\n")));
    }
}
