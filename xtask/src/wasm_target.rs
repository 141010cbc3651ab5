//! Makes sure that the component can be built for wasm32-wasip2; every command begins here.
//!
//! In order, the first that holds: the toolchain has the target; it is recorded how to do without; rustup fetches the
//! target; Debian's Rust is there, or apt fetches it. Each step has a time limit. What the last finds is written for
//! `host/build.rs`, in the form of `wasm_toolchain.rs`; the Debian part is `debian_toolchain.rs`.

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

/// `cargo xtask set-up`: after it, a plain `cargo build` works.
pub fn set_up() -> Result<(), String> {
    let file = target_dir::target_dir()?.join(FILE_NAME);
    if toolchain_has_target() {
        println!("{TARGET}: the toolchain has it");
        return remove(&file);
    }
    if recorded(&file) {
        println!("{TARGET}: built with Debian's Rust, as {} says", file.display());
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

/// Asks the rustc that cargo would use here, and looks; faster than rustup, and right without rustup too.
fn toolchain_has_target() -> bool {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = cargo::tool(&rustc).args(["--print", "sysroot"]).output();
    output.is_ok_and(|output| {
        let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end());
        sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    })
}

/// A record counts only while it is what would be written today: Debian's packages move, and can be removed.
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
    Err(format!("rustup says that it has added {TARGET}, but the toolchain does not have it"))
}

fn write(file: &Path, toolchain: &WasmToolchain) -> Result<(), String> {
    let written =
        file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, toolchain.to_string()));
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    println!("{TARGET}: to be built with Debian's Rust, written to {}", file.display());
    Ok(())
}

/// An old record would send `host/build.rs` the long way round.
fn remove(file: &Path) -> Result<(), String> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

const TARGET: &str = "wasm32-wasip2";

/// The target is some 20 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);
