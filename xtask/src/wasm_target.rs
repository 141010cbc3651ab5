//! Ensures that the component can be built for wasm32-wasip2; most commands begin with this.
//!
//! These are tried in turn: the toolchain has the target; an earlier run has recorded another toolchain; rustup
//! installs the target; Debian's Rust is installed, or apt installs it (`debian_toolchain.rs`). Each step has a time
//! limit. Debian's toolchain is recorded in a file for the builds of components (`wasm_toolchain.rs`).

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cargo;
use crate::debian_toolchain;
use crate::target_dir;
use crate::time_limit;
use crate::wasm_toolchain::{FILE_NAME, WasmToolchain};

const TARGET: &str = "wasm32-wasip2";

/// The target takes about 20 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Sets up the target. After that, `cargo build` works.
///
/// # Errors
///
/// If neither rustup nor Debian has a toolchain for the target.
pub fn set_up() -> Result<(), String> {
    let file = target_dir::target_dir()?.join(FILE_NAME);
    if toolchain_has_target() {
        println!("{TARGET}: the toolchain has it");
        return remove(&file);
    }
    if recorded(&file) {
        println!("{TARGET}: built with Debian's Rust, according to {}", file.display());
        return Ok(());
    }
    let rustup = match fetch_with_rustup() {
        Ok(()) => return remove(&file),
        Err(why) => why,
    };
    println!("{TARGET}: {rustup}; trying Debian's Rust");
    let toolchain = debian_toolchain::find().or_else(|_| {
        debian_toolchain::install()?;
        debian_toolchain::find()
    });
    match toolchain {
        Ok(toolchain) => write(&file, &toolchain),
        Err(debian) => Err(format!(
            "the component cannot be built: {rustup}, and {debian}; \
             install the target where the network allows it: rustup target add {TARGET}"
        )),
    }
}

/// Checks that components are built by the toolchain of `rust-toolchain.toml`. Another one gives other bytes.
///
/// # Errors
///
/// If another toolchain builds them, or its version is not known.
pub fn is_pinned() -> Result<(), String> {
    let record = target_dir::target_dir()?.join(FILE_NAME);
    if record.is_file() {
        return Err(format!("{TARGET} is built with Debian's Rust, according to {}", record.display()));
    }
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = cargo::tool(&rustc).arg("--version").output().map_err(|error| format!("{rustc}: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let file = target_dir::workspace().join("rust-toolchain.toml");
    let text = fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let pinned = text.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'));
    match pinned {
        Some(pinned) if version.split(' ').nth(1) == Some(pinned) => Ok(()),
        _ => Err(format!("rustc is `{version}`, rust-toolchain.toml has {}", pinned.unwrap_or("no channel"))),
    }
}

/// Looks into the sysroot of the rustc that cargo uses here. This is faster than rustup, and also works without it.
fn toolchain_has_target() -> bool {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = cargo::tool(&rustc).args(["--print", "sysroot"]).output();
    output.is_ok_and(|output| {
        let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end());
        sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    })
}

/// Returns true if the record is still correct: Debian's packages may have been upgraded or removed.
fn recorded(file: &Path) -> bool {
    let record = fs::read_to_string(file).ok().and_then(|text| WasmToolchain::parse(&text).ok());
    record.is_some() && record == debian_toolchain::find().ok()
}

fn fetch_with_rustup() -> Result<(), String> {
    let mut command = cargo::tool("rustup");
    time_limit::run(command.args(["target", "add", TARGET]), RUSTUP_LIMIT)
        .map_err(|why| format!("rustup target add {TARGET}: {why}"))?;
    if toolchain_has_target() {
        return Ok(());
    }
    Err(format!("rustup reports that it has added {TARGET}, but the toolchain does not have it"))
}

fn write(file: &Path, toolchain: &WasmToolchain) -> Result<(), String> {
    let written =
        file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, toolchain.to_string()));
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    println!("{TARGET}: built with Debian's Rust, recorded in {}", file.display());
    Ok(())
}

/// Removes an old record, with which `host/build.rs` would use Debian's Rust.
fn remove(file: &Path) -> Result<(), String> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}
