//! A copy of the workspace, in which each published package has all its files in its own folder.
//!
//! It is a copy, so that the repository needs neither a built component nor links from `host/` to `wit/`, and so that
//! nothing is left behind in it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xtask::target_dir;

use super::crates::{LIBRARY, PUBLISHED};
use super::shipped;

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Writes the stage with the component `wasm` into the target directory, and returns its folder. An older stage is
/// removed.
pub(crate) fn make(wasm: &[u8]) -> Result<PathBuf, String> {
    let target = target_dir::target_dir()?;
    let stage = target.join("package-stage");
    let made = remove(&stage)
        .and_then(|()| copy(target_dir::workspace(), &stage, &target))
        .and_then(|()| complete(&stage, wasm));
    made.map_err(|error| format!("cannot copy the workspace to {}: {error}", stage.display()))?;
    Ok(stage)
}

/// Removes the folder, if it exists.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts the files into the folders of the packages that are elsewhere in the repository.
fn complete(stage: &Path, wasm: &[u8]) -> io::Result<()> {
    for package in PUBLISHED {
        for licence in LICENCES {
            fs::copy(stage.join(licence), stage.join(package.folder).join(licence))?;
        }
    }
    let library = stage.join(LIBRARY.folder);
    copy(&stage.join("wit"), &library.join("wit"), stage)?;
    fs::write(library.join(shipped::FILE), wasm)?;
    fs::write(library.join(shipped::DIGEST_FILE), shipped::digest_line(wasm))
}

/// Copies the folder `from` without hidden files, built files, and the folder `target`.
pub(crate) fn copy(from: &Path, to: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path == target || is_left_out(&name) {
            continue;
        }
        let kind = fs::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            copy(&path, &to.join(&name), target)?;
        } else if kind.is_file() {
            fs::copy(&path, to.join(&name))?;
        }
    }
    Ok(())
}

fn is_left_out(name: &OsStr) -> bool {
    ["target", "node_modules"].iter().any(|left_out| name == *left_out) || name.as_encoded_bytes().starts_with(b".")
}
