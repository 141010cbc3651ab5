//! Provides the component, and precompiles it for the target of this build, so that the library compiles nothing at run
//! time.
//!
//! In the repository, the component is built from `../guest` (`build/wasm_build.rs`), and with the feature `compiler`
//! also the hostile guest of the tests. A published crate has no `../guest`; it holds the built component
//! (`build/shipped.rs`), so that its users need no WebAssembly target. The engine's settings are shared with the library
//! (`src/sandbox/engine.rs`).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

#[path = "src/sandbox/engine.rs"]
mod engine;
#[path = "build/inherited.rs"]
mod inherited;
#[path = "build/shared_folder.rs"]
mod shared_folder;
#[path = "build/shipped.rs"]
mod shipped;
#[path = "build/wasm_build.rs"]
mod wasm_build;
#[path = "build/wasm_toolchain.rs"]
mod wasm_toolchain;

use wasm_build::WasmBuild;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rustc-check-cfg=cfg(packed_crate)");
    select_portable_files();
    let wasm = match repository_around(&package) {
        Some(workspace) => from_source(&workspace, &out)?,
        None => from_crate(&package)?,
    };
    let engine = engine::engine(&env::var("TARGET")?)?;
    fs::write(out.join("component.wasm"), &wasm)?;
    fs::write(out.join("component.cwasm"), engine.precompile_component(&wasm)?)?;
    println!("cargo::rustc-env=FTP_UPLOADER_TARGET={}", env::var("TARGET")?);
    println!(
        "cargo::rustc-env=FTP_UPLOADER_COMPONENT_SHA256={}",
        base16ct::lower::encode_string(&Sha256::digest(&wasm))
    );
    println!("cargo::metadata=out={}", out.display());
    Ok(())
}

/// With the variable, Linux uses the files for systems without its own calls (`src/platform/mod.rs`), so that they can be
/// tested.
fn select_portable_files() {
    const VARIABLE: &str = "FTP_UPLOADER_PORTABLE";
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    println!("cargo::rustc-check-cfg=cfg(portable)");
    if env::var_os(VARIABLE).is_some() {
        println!("cargo::rustc-cfg=portable");
    }
}

/// Returns the repository, if `package` is inside it. Its source comes before a component that lies in the folder.
fn repository_around(package: &Path) -> Option<PathBuf> {
    let workspace = package.join("..");
    let has = |file: &str| workspace.join(file).is_file();
    (has("guest/component/Cargo.toml") && has("wit/world.wit")).then_some(workspace)
}

/// Builds the component, and the hostile guest if the tests need it.
fn from_source(workspace: &Path, out: &Path) -> Result<Vec<u8>> {
    for source in ["wit", "guest", "tests/guests", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    // `cargo xtask set-up` records another toolchain in the target directory, which is a parent of `out`.
    let record = out.ancestors().map(|folder| folder.join(wasm_toolchain::FILE_NAME)).find(|file| file.is_file());
    if let Some(file) = &record {
        // Only for a file that exists: a missing file would make cargo run this script in every build.
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let shared = shared_folder::target_dir(out.ancestors(), |folder| folder.join("CACHEDIR.TAG").is_file());
    // Without a mark of cargo, this build gets a folder of its own.
    let target_dir = shared.unwrap_or(out).join(wasm_build::FOLDER);
    let build = WasmBuild { workspace, target_dir: &target_dir, record: record.as_deref() };
    let wasm = fs::read(build.run("ftp-uploader-component", |cargo| Command::new(cargo))?)?;
    if env::var_os("CARGO_FEATURE_COMPILER").is_some() {
        fs::copy(build.run("evil-guest", |cargo| Command::new(cargo))?, out.join("evil.wasm"))?;
    }
    Ok(wasm)
}

/// Takes the component from the published crate `package`.
fn from_crate(package: &Path) -> Result<Vec<u8>> {
    for file in [shipped::FILE, shipped::DIGEST_FILE] {
        println!("cargo::rerun-if-changed={}", package.join(file).display());
    }
    println!("cargo::rustc-cfg=packed_crate");
    Ok(shipped::read(package)?)
}
