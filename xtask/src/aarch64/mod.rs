//! `cargo xtask test aarch64`: the static program for aarch64, run by qemu on a machine with another processor.
//!
//! qemu's user mode translates the system calls to those of this machine's kernel, except Landlock and seccomp, which it does
//! not have: the program must say that the fence is missing, and work without it. On a machine with aarch64, the program runs
//! without qemu. With `--system`, it runs on kernels for aarch64, where the fence stands (`system/`).
//!
//! `cargo xtask test` does both with a program that is not optimised (`foreign.rs`), on one kernel.

mod checks;
mod qemu;
mod system;

use std::path::{Path, PathBuf};

use xtask::target_dir::target_dir;
use xtask::{cargo, wasm_target};

use crate::dist::{self, Target};
use crate::foreign;
use crate::ftp_servers;
use system::{Extent, Programs};

const TRIPLE: &str = "aarch64-unknown-linux-musl";

/// The package and the program that tries what the fence forbids (`tests/attacks/`).
const ATTACK: &str = "fence-attack";

/// Runs `cargo xtask test aarch64 [--system [--short]] [PROGRAM]`. Returns `None` for other words.
pub(crate) fn run(arguments: &[&str]) -> Option<Result<(), String>> {
    Some(match *arguments {
        [] => in_user_mode(None),
        ["--system"] => on_kernels(None),
        ["--system", "--short"] => on_one_kernel(None),
        ["--system", "--short", program] => on_one_kernel(Some(program)),
        ["--system", program] => on_kernels(Some(program)),
        [program] => in_user_mode(Some(program)),
        _ => return None,
    })
}

/// Builds the program, unless a finished one is named, and checks it; prints one line for each check.
fn in_user_mode(finished: Option<&str>) -> Result<(), String> {
    let program = finished.map_or_else(released, |path| Ok(path.into()))?;
    ftp_servers::set_up(&target_dir()?);
    check(&program)
}

/// Checks the program, and attacks on the fence, on all kernels.
fn on_kernels(finished: Option<&str>) -> Result<(), String> {
    on(finished.map_or_else(released, |path| Ok(path.into()))?, Extent::All)
}

/// Checks the same on one kernel.
fn on_one_kernel(finished: Option<&str>) -> Result<(), String> {
    on(finished.map_or_else(unoptimised, |path| Ok(path.into()))?, Extent::Short)
}

fn on(program: PathBuf, extent: Extent) -> Result<(), String> {
    // Together with the program, so that cargo takes the same library for both.
    let arguments = [&["build", "--target", TRIPLE, "--package", ATTACK], &foreign::BUILD[..]].concat();
    let target = Target::named(TRIPLE)?;
    target.set_up()?;
    let attack = cargo::program(&cargo::build_with(&arguments, &target.tools())?, ATTACK)?;
    let folder = target_dir()?;
    ftp_servers::set_up(&folder);
    system::run(&Programs { program, attack }, &folder, extent)
}

/// Fetches what the program needs to be built and run: the C compiler and qemu.
///
/// # Errors
/// The missing tool, if it cannot be had.
pub(crate) fn set_up() -> Result<(), String> {
    Target::named(TRIPLE)?.set_up()?;
    qemu::set_up(&target_dir()?).map(drop)
}

/// Fetches what a virtual machine needs but for its kernel: the C compiler and qemu's emulation of a computer.
///
/// # Errors
/// The missing tool, if it cannot be had.
pub(crate) fn set_up_system() -> Result<(), String> {
    Target::named(TRIPLE)?.set_up()?;
    system::set_up(&target_dir()?)
}

/// Fetches the first kernel, which may be of another release of Debian than that of this machine.
///
/// # Errors
/// If it cannot be had.
pub(crate) fn set_up_kernel() -> Result<(), String> {
    system::set_up_kernel(&target_dir()?)
}

/// Builds the program without optimisation, and checks it.
pub(crate) fn check_unoptimised() -> Result<(), String> {
    check(&unoptimised()?)
}

/// The same, on one kernel.
pub(crate) fn check_on_one_kernel() -> Result<(), String> {
    on_one_kernel(None)
}

fn check(program: &Path) -> Result<(), String> {
    checks::run(&qemu::set_up(&target_dir()?)?.command(program))
}

/// Builds the program as it is handed out.
fn released() -> Result<PathBuf, String> {
    wasm_target::set_up()?;
    dist::program(&Target::named(TRIPLE)?)
}

fn unoptimised() -> Result<PathBuf, String> {
    wasm_target::set_up()?;
    let target = Target::named(TRIPLE)?;
    target.set_up()?;
    foreign::program(TRIPLE, "ftp-uploader", &target.tools())
}
