//! `cargo xtask package`: the crates for crates.io. `ftp-uploader-lib` holds the built component, so that
//! `cargo install ftp-uploader` needs no WebAssembly target.
//!
//! The component is built twice, in folders with paths of different lengths, and compared. The crates are packed from a
//! copy of the workspace (`stage.rs`), unpacked again, built without the target and used (`unpacked.rs`). The same
//! checks are a part of `cargo xtask test`.

mod crates;
mod paths;
#[cfg(test)]
mod self_contained;
#[path = "../../../host/build/shipped.rs"]
mod shipped;
mod stage;
mod unpacked;

use std::fs;
use std::path::{Path, PathBuf};

use xtask::cargo;
use xtask::components;
use xtask::target_dir;
use xtask::wasm_target;

use crates::PUBLISHED;

/// Runs `cargo xtask package`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    wasm_target::is_pinned().map_err(|why| {
        format!("the component in the crates must be the one that everybody can build: {why}; use rustup's toolchain")
    })?;
    let packed = make_and_check()?;
    for package in PUBLISHED {
        let file = package.file(&packed.folder);
        let data = fs::metadata(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        println!("{}: {} bytes", file.display(), data.len());
    }
    print!("{}", shipped::digest_line(&packed.wasm));
    if let Some(changes) = uncommitted() {
        println!("NOT FOR PUBLISHING: there are changes that are not committed (files: {changes}).");
    }
    println!("To publish, in {}: cargo publish --workspace --no-verify --allow-dirty", packed.stage.display());
    Ok(())
}

/// The same for `cargo xtask test`, with any toolchain.
pub(crate) fn check() -> Result<(), String> {
    make_and_check().map(|_| ())
}

/// The result of one run.
struct Packed {
    stage: PathBuf,
    /// The folder with the `.crate` files.
    folder: PathBuf,
    wasm: Vec<u8>,
}

fn make_and_check() -> Result<Packed, String> {
    let wasm = components::build_guest(target_dir::workspace())?;
    paths::refuse(&wasm)?;
    let stage = stage::make(&wasm)?;
    compare(&wasm, &components::build_guest(&stage)?, &stage)?;
    let folder = crates::pack(&stage)?;
    unpacked::build_and_upload(&stage, &folder, &wasm)?;
    println!("The packed crates build without the WebAssembly target, and their program has uploaded a file.");
    Ok(Packed { stage, folder, wasm })
}

/// Compares the components that were built here and in the folder `elsewhere`.
fn compare(here: &[u8], elsewhere: &[u8], folder: &Path) -> Result<(), String> {
    if here == elsewhere {
        println!("The component is the same from {} and {}.", target_dir::workspace().display(), folder.display());
        return Ok(());
    }
    let at = here.iter().zip(elsewhere).take_while(|(one, other)| one == other).count();
    Err(format!(
        "the component depends on its folder: built here it has {} bytes, in {} {} bytes, with the first difference at {at}; \
         look for a path or a time in it",
        here.len(),
        folder.display(),
        elsewhere.len()
    ))
}

/// Returns the number of files with changes that are not committed; `None` if there are none, or there is no git.
fn uncommitted() -> Option<usize> {
    let output = cargo::tool("git").args(["status", "--porcelain"]).output().ok()?;
    let changes = String::from_utf8_lossy(&output.stdout).lines().count();
    (output.status.success() && changes > 0).then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::compare;
    use std::path::Path;

    #[test]
    fn components_that_differ_are_refused_with_the_place_of_the_difference() {
        let folder = Path::new("/other");
        assert_eq!(compare(b"same", b"same", folder), Ok(()));
        let refusal = compare(b"abcd", b"abXd", folder).unwrap_err();
        assert!(refusal.contains("first difference at 2;"), "{refusal}");
        assert!(compare(b"abcd", b"abcde", folder).unwrap_err().contains("/other 5 bytes"));
    }
}
