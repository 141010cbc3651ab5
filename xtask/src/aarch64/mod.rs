//! `cargo xtask test aarch64 [PROGRAM]`: the static program for aarch64, run by qemu's user mode on a machine with another processor.
//!
//! qemu translates the system calls to those of this machine's kernel, except Landlock and seccomp, which it does not have:
//! the program must say that the fence is missing, and work without it. On a machine with aarch64, the program runs without
//! qemu.
//!
//! `cargo xtask test` does the same with a program that is not optimised (`foreign.rs`).

mod checks;
mod qemu;

use std::path::Path;

use xtask::target_dir::target_dir;
use xtask::wasm_target;

use crate::dist::{self, Target};
use crate::foreign;
use crate::ftp_servers;

const TRIPLE: &str = "aarch64-unknown-linux-musl";

/// Builds the program, unless a finished one is named, and checks it; prints one line for each check.
pub(crate) fn run(finished: Option<&str>) -> Result<(), String> {
    let program = match finished {
        Some(path) => path.into(),
        None => {
            wasm_target::set_up()?;
            dist::program(&Target::named(TRIPLE)?)?
        }
    };
    ftp_servers::set_up(&target_dir()?);
    check(&program)
}

/// Fetches what the program needs to be built and run: the C compiler and qemu.
///
/// # Errors
/// The missing tool, if it cannot be had.
pub(crate) fn set_up() -> Result<(), String> {
    Target::named(TRIPLE)?.set_up()?;
    qemu::set_up(&target_dir()?).map(drop)
}

/// Builds the program without optimisation, and checks it.
pub(crate) fn check_unoptimised() -> Result<(), String> {
    check(&foreign::program(TRIPLE, "ftp-uploader", &Target::named(TRIPLE)?.tools())?)
}

fn check(program: &Path) -> Result<(), String> {
    checks::run(&qemu::set_up(&target_dir()?)?.command(program))
}
