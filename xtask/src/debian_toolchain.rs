//! Finds or installs Debian's Rust, which can build the component if rustup's servers cannot be reached. It has no
//! wasm32-wasip2 library, so core and alloc are built from source, and the linker is LLVM's.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::wasm_toolchain::WasmToolchain;

// With the full path, because rustup's programs come first in PATH.
const CARGO: &str = "/usr/bin/cargo";

const RUSTC: &str = "/usr/bin/rustc";

/// Returns the toolchain if it is complete; otherwise the error names the missing file.
pub(crate) fn find() -> Result<WasmToolchain, String> {
    let version = ask_rustc(&["-vV"])?;
    let host = after(&version, "host: ")?;
    let linker = PathBuf::from(format!("/usr/bin/wasm-ld-{}", llvm_major(&version)?));
    let library = Path::new(ask_rustc(&["--print", "sysroot"])?.trim()).join("lib/rustlib");
    let needed = [
        PathBuf::from(CARGO),
        linker.clone(),
        library.join(host).join("bin/wasm-component-ld"),
        library.join("src/rust/library/core/Cargo.toml"),
    ];
    if let Some(missing) = needed.iter().find(|file| !file.exists()) {
        return Err(format!("{} is not installed", missing.display()));
    }
    Ok(WasmToolchain {
        cargo: CARGO.to_owned(),
        rustc: RUSTC.to_owned(),
        // rustup's target has memcpy and similar functions in its libc. Here there is no libc, and the component must
        // not need it.
        rustflags: format!("-Clink-arg=--wasm-ld-path={} --cfg=no_wasi_libc", linker.display()),
        flags: "-Zbuild-std=core,alloc -Zbuild-std-features=compiler-builtins-mem".to_owned(),
    })
}

/// Installs the packages with the files that [`find`] checks.
pub(crate) fn install() -> Result<(), String> {
    apt::update()?;
    // wasm-component-ld is in rust-web-llvm, which is only recommended by rustc-web.
    apt::install(&["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"])?;
    // The linker must come from the LLVM release that rustc was built with, which depends on the package's version.
    let linker = format!("lld-{}", llvm_major(&ask_rustc(&["-vV"])?)?);
    apt::install(&[&linker])
}

fn ask_rustc(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(RUSTC).args(arguments).output().map_err(|error| format!("{RUSTC}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn llvm_major(version: &str) -> Result<&str, String> {
    let llvm = after(version, "LLVM version: ")?;
    Ok(llvm.split('.').next().unwrap_or(llvm))
}

fn after<'a>(text: &'a str, label: &str) -> Result<&'a str, String> {
    text.lines().find_map(|line| line.strip_prefix(label)).ok_or_else(|| format!("{RUSTC} -vV prints no `{label}`"))
}

#[cfg(test)]
mod tests {
    use super::{after, llvm_major};

    const VERSION: &str = "rustc 1.96.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.8\n";

    #[test]
    fn the_linker_is_chosen_by_the_llvm_of_rustc() {
        assert_eq!(llvm_major(VERSION), Ok("22"));
        assert!(llvm_major("rustc 1.96.0\n").is_err());
    }

    #[test]
    fn the_host_is_read_from_the_version() {
        assert_eq!(after(VERSION, "host: "), Ok("x86_64-unknown-linux-gnu"));
    }
}
