//! `cargo xtask components`: the files for other platforms, in `<target>/components/`.
//!
//! `ftp-uploader.wasm` is the guest, for embedders that implement our capabilities. `ftp-uploader-cli.wasm` is the
//! guest composed with a provider and a command line (`compose.rs`), for platforms with WASI 0.2. Both are validated
//! before they are written (`contents.rs`). Both are also written as an OCI layout, for registries (`oci_layout.rs`).

mod compose;
mod contents;
pub mod oci_layout;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::target_dir;
use crate::wasm_build::{FOLDER, WasmBuild};
use crate::wasm_target;
use crate::wasm_toolchain::FILE_NAME;
use compose::Parts;
use contents::Contents;

const COMPONENT: &str = "ftp-uploader-component";
const EVIL: &str = "evil-guest";
const PROVIDER: &str = "ftp-uploader-provider";
const FRONT: &str = "ftp-uploader-front";
const GUEST: &str = "ftp-uploader.wasm";
const COMMAND: &str = "ftp-uploader-cli.wasm";

/// The places of the guest in the packages of `embedding/`, from where `npm pack`, `pip wheel` and `make install` take it.
const IN_PACKAGES: [&str; 3] = ["embedding/node", "embedding/python/ftp_uploader", "embedding/c"];

/// The paths of the two files.
#[derive(Clone, Debug)]
pub struct Components {
    /// `ftp-uploader.wasm`.
    pub guest: PathBuf,
    /// `ftp-uploader-cli.wasm`.
    pub command: PathBuf,
}

/// Runs `cargo xtask components`: builds both files, prints their sizes, imports and exports, and copies the guest into
/// the packages of `embedding/`.
///
/// # Errors
///
/// If the wasm32-wasip2 target cannot be set up, or a component cannot be built or written.
pub fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let components = build()?;
    for file in [&components.guest, &components.command] {
        let bytes = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        println!("{}: {} bytes", file.display(), bytes.len());
        print!("{}", Contents::of(&bytes)?);
    }
    for folder in IN_PACKAGES {
        let place = target_dir::workspace().join(folder).join(GUEST);
        fs::copy(&components.guest, &place).map_err(|error| format!("cannot write {}: {error}", place.display()))?;
        println!("{}", place.display());
    }
    for (name, digest) in oci_layout::write(&components)? {
        println!("{}:{name}: {digest}", target_dir::target_dir()?.join(oci_layout::FOLDER).display());
    }
    Ok(())
}

/// Builds, composes and validates both files. Requires the target ([`wasm_target::set_up`]).
///
/// # Errors
///
/// If a component cannot be built, is not valid, or cannot be written.
pub fn build() -> Result<Components, String> {
    build_with(COMPONENT, "components")
}

/// Builds the same files with the tests' hostile component (`tests/guests/`) in place of the guest, to test embedders.
///
/// # Errors
///
/// As [`build`].
pub fn build_evil() -> Result<Components, String> {
    build_with(EVIL, "components-evil")
}

fn build_with(guest: &str, folder: &str) -> Result<Components, String> {
    let target = target_dir::target_dir()?;
    let part = |package: &str| {
        let file = build_part(target_dir::workspace(), &target, package)?;
        fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))
    };
    let parts = Parts { provider: part(PROVIDER)?, guest: part(guest)?, front: part(FRONT)? };
    let command = compose::compose(&parts)?;
    let folder = target.join(folder);
    let components = Components { guest: folder.join(GUEST), command: folder.join(COMMAND) };
    write(&components.guest, &parts.guest)?;
    write(&components.command, &command)?;
    Ok(components)
}

/// Writes a component, if it is valid.
fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    Contents::of(bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, bytes));
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Builds the guest alone, from the source in the folder `workspace`, and returns its bytes. Requires the target
/// ([`wasm_target::set_up`]).
///
/// # Errors
///
/// If it cannot be built or read.
pub fn build_guest(workspace: &Path) -> Result<Vec<u8>, String> {
    let file = build_part(workspace, &target_dir::target_dir()?, COMPONENT)?;
    fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// Builds `part` as a component, and returns its file. The parts have a separate target directory, because a cargo that
/// has started this program may hold the lock of the usual one. All are no_std, so that Debian's Rust can build them, too.
fn build_part(workspace: &Path, target: &Path, part: &str) -> Result<PathBuf, String> {
    let record = Some(target.join(FILE_NAME)).filter(|record| record.is_file());
    let target_dir = target.join(FOLDER);
    let build = WasmBuild { workspace, target_dir: &target_dir, record: record.as_deref() };
    build.run(part, cargo::tool)
}

#[cfg(test)]
mod tests {
    use super::{build, contents::Contents};
    use std::fs;

    /// The only interface that an embedder must implement, and that the guest can use.
    const GUEST_IMPORTS: &[&str] = &["ftp-uploader:upload/capabilities@0.2.0"];

    /// The interfaces that a platform needs to run the command. Each additional one may exclude a platform.
    const COMMAND_IMPORTS: &[&str] = &[
        "wasi:cli/environment",
        "wasi:cli/stderr",
        "wasi:cli/stdin",
        "wasi:cli/stdout",
        "wasi:cli/terminal-input",
        "wasi:cli/terminal-stdin",
        "wasi:clocks/monotonic-clock",
        "wasi:clocks/wall-clock",
        "wasi:filesystem/preopens",
        "wasi:filesystem/types",
        "wasi:io/error",
        "wasi:io/poll",
        "wasi:io/streams",
        "wasi:sockets/instance-network",
        "wasi:sockets/ip-name-lookup",
        "wasi:sockets/network",
        "wasi:sockets/tcp",
        "wasi:sockets/tcp-create-socket",
    ];

    #[test]
    fn both_files_have_only_the_documented_imports_and_one_export() -> Result<(), String> {
        let components = build()?;
        let read = |file| fs::read(file).map_err(|error| error.to_string());
        let guest = Contents::of(&read(&components.guest)?)?;
        assert_eq!(guest.imports, GUEST_IMPORTS);
        assert_eq!(guest.exports, ["ftp-uploader:upload/upload@0.2.0"]);

        let command = Contents::of(&read(&components.command)?)?;
        let unversioned: Vec<_> = command.imports.iter().filter_map(|name| name.split_once("@0.2.")).collect();
        assert_eq!(unversioned.len(), command.imports.len(), "not all of WASI 0.2: {:?}", command.imports);
        let mut names: Vec<_> = unversioned.into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names, COMMAND_IMPORTS);
        assert!(matches!(&command.exports[..], [run] if run.starts_with("wasi:cli/run@0.2.")));
        Ok(())
    }
}
