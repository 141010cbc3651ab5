//! Builds the component for wasm32-wasip2 in a target folder of its own, and precompiles it for the machine that the
//! program is built for, so that the program starts without compiling anything.
//!
//! The engine's settings are shared with the library: `src/engine.rs`. Which compiler builds the component is
//! settled by `cargo xtask set-up`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "src/engine.rs"]
mod engine;

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
    for source in ["wit", "guest", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    let wasm = fs::read(build_component(&workspace, &out.join("guest"))?)?;
    let engine = engine::engine(&env::var("TARGET")?)?;
    fs::write(out.join("component.wasm"), &wasm)?;
    fs::write(out.join("component.cwasm"), engine.precompile_component(&wasm)?)?;
    println!("cargo::rustc-env=FTP_UPLOADER_TARGET={}", env::var("TARGET")?);
    Ok(())
}

fn build_component(workspace: &Path, target_dir: &Path) -> Result<PathBuf> {
    let status = Command::new(env::var("CARGO")?)
        .args(["build", "--quiet", "--package", "ftp-uploader-component", "--target", "wasm32-wasip2"])
        .args(["--profile", "guest", "--target-dir"])
        .arg(target_dir)
        .current_dir(workspace)
        // Flags for the program's own target must not reach the component.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .status()?;
    if !status.success() {
        return Err("the component did not build; if the wasm32-wasip2 target is missing: \
             `rustup target add wasm32-wasip2`, or `cargo xtask set-up` where rustup cannot"
            .into());
    }
    Ok(target_dir.join("wasm32-wasip2/guest/ftp_uploader_component.wasm"))
}
