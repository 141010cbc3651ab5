//! Builds the component for wasm32-wasip2 in its own target directory, and precompiles it for the target of this build,
//! so that the library compiles nothing at run time. With the feature `compiler`, it also builds the hostile guest of
//! the tests.
//!
//! The engine's settings are shared with the library (`src/sandbox/engine.rs`). `cargo xtask set-up` chooses the
//! compiler that builds the component and records it in a file, which `xtask/src/wasm_toolchain.rs` parses.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

#[path = "src/sandbox/engine.rs"]
mod engine;
#[path = "../xtask/src/wasm_toolchain.rs"]
mod wasm_toolchain;

use wasm_toolchain::WasmToolchain;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("..");
    for source in ["wit", "guest", "tests/guests", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    select_portable_files();
    let wasm = build_wasm(&workspace, &out, "ftp-uploader-component")?;
    let engine = engine::engine(&env::var("TARGET")?)?;
    fs::write(out.join("component.wasm"), &wasm)?;
    fs::write(out.join("component.cwasm"), engine.precompile_component(&wasm)?)?;
    println!("cargo::rustc-env=FTP_UPLOADER_TARGET={}", env::var("TARGET")?);
    println!(
        "cargo::rustc-env=FTP_UPLOADER_COMPONENT_SHA256={}",
        base16ct::lower::encode_string(&Sha256::digest(&wasm))
    );
    println!("cargo::metadata=out={}", out.display());
    if env::var_os("CARGO_FEATURE_COMPILER").is_some() {
        fs::write(out.join("evil.wasm"), build_wasm(&workspace, &out, "evil-guest")?)?;
    }
    Ok(())
}

/// With the variable, Linux uses the files for systems without its own calls (`src/platform/mod.rs`), so that they can be
/// tested.
fn select_portable_files() {
    const VARIABLE: &str = "FTP_UPLOADER_PORTABLE";
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if env::var_os(VARIABLE).is_some() {
        println!("cargo::rustc-cfg=portable");
    }
}

/// Builds `package` as a component, and returns its bytes.
fn build_wasm(workspace: &Path, out: &Path, package: &str) -> Result<Vec<u8>> {
    let target_dir = out.join("guest");
    let status = cargo_rustc(out)?
        .args(["--quiet", "--package", package, "--lib", "--crate-type", "cdylib"])
        .args(["--target", "wasm32-wasip2", "--profile", "guest", "--target-dir"])
        .arg(&target_dir)
        .current_dir(workspace)
        .status()?;
    if !status.success() {
        return Err("the component did not build; if the wasm32-wasip2 target is missing: \
             `rustup target add wasm32-wasip2`, or `cargo xtask set-up` where rustup cannot"
            .into());
    }
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(fs::read(target_dir.join("wasm32-wasip2/guest").join(file))?)
}

/// Returns the command `cargo rustc`, whose option `--crate-type` makes a component of a crate that is a plain library
/// on other targets. It is the cargo that runs this script, unless that one cannot build for wasm32-wasip2: then `cargo
/// xtask set-up` has recorded another toolchain in a file in the target directory, which is a parent of `out`.
fn cargo_rustc(out: &Path) -> Result<Command> {
    let record = out.ancestors().map(|folder| folder.join(wasm_toolchain::FILE_NAME)).find(|file| file.is_file());
    let mut command = match record {
        None => with_own_cargo()?,
        Some(file) => with_recorded(&file)?,
    };
    // The component must not be built with flags for the program's target, or with clippy instead of rustc.
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTC_WORKSPACE_WRAPPER");
    Ok(command)
}

/// Returns `cargo rustc` with the cargo that runs this script.
fn with_own_cargo() -> Result<Command> {
    let mut command = Command::new(env::var("CARGO")?);
    command.arg("rustc").env_remove("RUSTFLAGS");
    Ok(command)
}

/// Returns `cargo rustc` with the toolchain that is recorded in `file`.
fn with_recorded(file: &Path) -> Result<Command> {
    // Only for a file that exists: a missing file would make cargo run this script in every build.
    println!("cargo::rerun-if-changed={}", file.display());
    let toolchain = WasmToolchain::parse(&fs::read_to_string(file)?)?;
    let mut command = Command::new(toolchain.cargo);
    command.arg("rustc").args(toolchain.flags.split_whitespace());
    command.env("RUSTC", toolchain.rustc).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", toolchain.rustflags);
    Ok(command)
}
