//! `cargo xtask test windows`: builds the program for Windows (x86_64-pc-windows-gnu), runs it under wine, uploads to real
//! servers in this process, and compares the bytes.
//!
//! Wine shows that the program works with the calls of Windows as wine understands them. It is no proof for Windows itself.

mod cases;
mod console;
mod events;
mod lab;
mod surrogates;
mod wine;

use std::process::{Command, Stdio};
use std::time::Duration;

use xtask::{apt, cargo, ci, target_dir, time_limit, wasm_target};

use lab::Lab;
use wine::Wine;

use crate::foreign;

/// The target, with the compiler and the linker of Debian's package gcc-mingw-w64-x86-64.
const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// The packages of Debian.
const PACKAGES: [&str; 2] = ["gcc-mingw-w64-x86-64", "wine64"];

/// The standard library for the target takes 30 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// Runs `cargo xtask test windows`.
pub(crate) fn run() -> Result<(), String> {
    if let Err(why) = set_up() {
        if ci::is_set() {
            return Err(format!("missing, and with CI=true nothing is skipped: {why}"));
        }
        println!("SKIPPED, {why}: the tests under wine");
        return Ok(());
    }
    wasm_target::set_up()?;
    check()
}

/// Builds the program, and runs it under wine, once the tools are there.
pub(crate) fn check() -> Result<(), String> {
    let program = foreign::program(TARGET, "ftp-uploader.exe", &[])?;
    let target = target_dir::target_dir()?;
    let wine = Wine::prepare(&target.join("windows"), &program, COMPILER)?;
    let lab = Lab::set_up(&target).map_err(|error| format!("cannot set up the test: {error}"))?;
    let mut failed = Vec::new();
    for (name, case) in cases::ALL {
        match case(&lab, &wine) {
            Ok(()) => println!("ok      {name}"),
            Err(why) => {
                println!("FAILED  {name}");
                failed.push(format!("{name}: {why}"));
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n       ")) }
}

/// Installs the missing tools.
///
/// # Errors
/// The missing tool, if it cannot be installed.
pub(crate) fn set_up() -> Result<(), String> {
    if !has_tools()
        && let Err(why) = apt::update().and_then(|()| apt::install(&PACKAGES))
        && !has_tools()
    {
        return Err(format!("{why}; on Debian: apt-get install {}", PACKAGES.join(" ")));
    }
    add_target(TARGET)
}

fn has_tools() -> bool {
    has_compiler() && wine::program().is_some()
}

fn has_compiler() -> bool {
    let found = Command::new(COMPILER).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

/// Installs the compiler, if it is missing.
///
/// # Errors
/// If it cannot be installed.
pub(crate) fn compiler() -> Result<(), String> {
    if has_compiler() {
        return Ok(());
    }
    let installed = apt::update().and_then(|()| apt::install(&PACKAGES[..1]));
    installed.map_err(|why| format!("{why}; on Debian: apt-get install {}", PACKAGES[0]))
}

/// Adds the standard library for a target to the toolchain.
///
/// # Errors
/// If rustup cannot do that.
pub(crate) fn add_target(target: &str) -> Result<(), String> {
    let mut rustup = cargo::tool("rustup");
    let added = time_limit::run(rustup.args(["target", "add", target]), RUSTUP_LIMIT);
    added.map_err(|why| format!("there is no standard library for {target} (rustup {why})"))
}
