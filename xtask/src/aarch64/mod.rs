//! `cargo xtask test aarch64`: the static program for aarch64, run by qemu on a machine with another processor.
//!
//! qemu's user mode translates the system calls to those of this machine's kernel, except Landlock and seccomp, which it does
//! not have: the program must say that the fence is missing, and work without it. On a machine with aarch64, the program runs
//! without qemu. With `--system`, it runs on kernels for aarch64, where the fence stands (`system/`).
//!
//! It is no part of `cargo xtask test`, because it compiles the program once more, which takes minutes.

mod checks;
mod qemu;
mod system;

use std::path::PathBuf;
use std::time::Instant;

use xtask::{cargo, target_dir, wasm_target};

use crate::dist::{self, Target};
use crate::ftp_servers;
use system::{Programs, TestBinary};

const TRIPLE: &str = "aarch64-unknown-linux-musl";

/// Runs `cargo xtask test aarch64 [--system [--short]] [PROGRAM]`. Returns `None` for other words.
pub(crate) fn run(arguments: &[&str]) -> Option<Result<(), String>> {
    Some(match *arguments {
        [] => in_user_mode(None),
        ["--system"] => on_kernels(None, false),
        ["--system", "--short"] => on_kernels(None, true),
        ["--system", "--short", program] => on_kernels(Some(program), true),
        ["--system", program] => on_kernels(Some(program), false),
        [program] => in_user_mode(Some(program)),
        _ => return None,
    })
}

/// Builds the program, unless a finished one is named, and checks it; prints one line for each check.
fn in_user_mode(finished: Option<&str>) -> Result<(), String> {
    let program = finished.map_or_else(released, |path| Ok(path.into()))?;
    let folder = target_dir::target_dir()?;
    ftp_servers::set_up(&folder);
    let runner = qemu::set_up(&folder)?;
    checks::run(&runner.command(&program))
}

/// Checks the program, and the tests of the fence, on kernels for aarch64. The short form has one kernel, the program in the
/// dev profile, and no tests.
fn on_kernels(finished: Option<&str>, short: bool) -> Result<(), String> {
    let begun = Instant::now();
    let program = match finished {
        Some(path) => PathBuf::from(path),
        None if short => unoptimised()?,
        None => released()?,
    };
    let tests = if short { None } else { Some(TestBinary::build(&Target::named(TRIPLE)?)?) };
    println!("programs for aarch64: {:.0} s", begun.elapsed().as_secs_f64());
    let folder = target_dir::target_dir()?;
    ftp_servers::set_up(&folder);
    system::run(&Programs { program, tests }, &folder, short)
}

/// Builds the program as it is handed out.
fn released() -> Result<PathBuf, String> {
    wasm_target::set_up()?;
    dist::program(&Target::named(TRIPLE)?)
}

/// Builds the program in the dev profile, which is faster.
fn unoptimised() -> Result<PathBuf, String> {
    wasm_target::set_up()?;
    let target = Target::named(TRIPLE)?;
    target.set_up()?;
    let features = ["--features", "ftp-uploader-lib/other-processors", "--target", target.triple];
    let messages = cargo::build_with(&[&["build", "-p", "ftp-uploader"], &features[..]].concat(), &target.tools())?;
    cargo::program(&messages, "ftp-uploader")
}
