//! `cargo xtask test aarch64 [PROGRAM]`: the static program for aarch64, run by qemu's user mode on a machine with another processor.
//!
//! qemu translates the system calls to those of this machine's kernel, except Landlock and seccomp, which it does not have:
//! the program must say that the fence is missing, and work without it. On a machine with aarch64, the program runs without
//! qemu.
//!
//! It is no part of `cargo xtask test`, because it compiles the program once more, which takes minutes.

mod checks;
mod qemu;

use xtask::wasm_target;

use crate::dist::{self, Target};
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
    let folder = xtask::target_dir::target_dir()?;
    ftp_servers::set_up(&folder);
    let runner = qemu::set_up(&folder)?;
    checks::run(&runner.command(&program))
}
