//! `cargo xtask test portable`: checks that the library and the program compile for macOS and for Windows, and runs tests on
//! Linux with the files that stand for calls which only Linux has (`host/src/platform/mod.rs`).
//!
//! A system without its tools is skipped with a message; with CI=true that is a failure.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use xtask::{cargo, ci, target_dir, time_limit, wasm_target};

use crate::dist::Target;
use crate::{foreign, ftp_servers, skips, static_test, windows};

/// The systems, and the C compiler for the cryptography of each.
const SYSTEMS: [(&str, CCompiler); 2] =
    [("aarch64-apple-darwin", CCompiler::Zig), ("x86_64-pc-windows-gnu", CCompiler::Mingw)];

/// zig, as a compiler for macOS, and the command that calls it for cargo: packages of PyPI.
const ZIG: [&str; 2] = ["ziglang==0.17.1", "cargo-zigbuild==0.24.1"];

/// Both take 90 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// The variable that `host/build.rs` reads.
const PORTABLE: &str = "FTP_UPLOADER_PORTABLE";

/// The reason for each missing part of the fence on another system (`host/src/confine/mod.rs`).
const ON_LINUX_ONLY: &str = "supported on Linux only";
const PARTS_OF_THE_FENCE: usize = 5;

/// The tests that run without the calls of Linux.
const TESTS: [&str; 3] = ["delivery::", "trees::", "sync::"];

/// A part of them: the thousand uploads through bad connections take minutes with a program that is not optimised.
const SHORT: [&str; 3] = ["delivery::", "--skip", "delivery::soak::"];

/// Tests among them that look for the fence, which is a call of Linux, too.
const OF_THE_FENCE: [&str; 6] = [
    "--skip",
    "sandbox::fence_trees::",
    "--skip",
    "trees::command_line::an_explanation_counts_the_contents_and_names_what_is_skipped",
    "--skip",
    "trees::limits::twenty_thousand_files_need_few_descriptors_and_little_memory",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CCompiler {
    Zig,
    Mingw,
}

/// Fetches the tools of the check for macOS.
///
/// # Errors
/// The missing tool, if it cannot be had.
pub(crate) fn set_up_macos() -> Result<(), String> {
    let (system, compiler) = SYSTEMS[0];
    prepared(system, compiler)
}

/// Checks that the library and the program compile for macOS.
pub(crate) fn check_macos() -> Result<(), String> {
    let (system, compiler) = SYSTEMS[0];
    check(system, compiler)
}

/// Checks that the library and the program compile for Windows, with the keyring.
pub(crate) fn check_windows() -> Result<(), String> {
    let (system, compiler) = SYSTEMS[1];
    check(system, compiler)
}

/// Runs `cargo xtask test portable`.
pub(crate) fn run() -> Result<(), String> {
    check_systems()?;
    ftp_servers::set_up(&target_dir::target_dir()?);
    static_test::set_up()?;
    let unstable = fallbacks(&TESTS)?;
    if !unstable.is_empty() {
        println!("UNSTABLE, passed only alone: {}.", unstable.join(", "));
    }
    Ok(())
}

/// Runs a part of the tests with the files that stand for calls of Linux. Returns the names of those that have passed only alone.
pub(crate) fn check_fallbacks() -> Result<Vec<String>, String> {
    fallbacks(&SHORT)
}

/// Builds the static program of this machine with those files, and runs tests with it.
fn fallbacks(tests: &[&str]) -> Result<Vec<String>, String> {
    let target = Target::native().ok_or("there is no static program for this system")?;
    let variables = [target.tools(), vec![(PORTABLE.to_owned(), "1".to_owned())]].concat();
    let program = foreign::program(target.triple, "ftp-uploader", &variables)?;
    uses_those_files(&explained(&program)?)?;
    static_test::tests_with(&program, &[tests, &OF_THE_FENCE].concat(), &skips::record(&target_dir::target_dir()?))
}

/// Returns the output of `--explain` for an upload of the program itself.
fn explained(program: &Path) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(["--explain", "--tls", "off", "127.0.0.1:9", "alice"]).arg(program).arg(".");
    let output = command.env("FTP_PASSWORD", "x").stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Checks, by the output of `--explain`, that a program has not the calls of Linux: the fence is one of them.
fn uses_those_files(explained: &str) -> Result<(), String> {
    match explained.matches(ON_LINUX_ONLY).count() {
        PARTS_OF_THE_FENCE => Ok(()),
        missing => Err(format!(
            "the program built with {PORTABLE} should say of {PARTS_OF_THE_FENCE} parts of the fence              `{ON_LINUX_ONLY}`, but says it of {missing}:\n{explained}"
        )),
    }
}

/// Checks that the library and the program compile for each system.
pub(crate) fn check_systems() -> Result<(), String> {
    wasm_target::set_up()?;
    for (system, compiler) in SYSTEMS {
        if let Err(why) = prepared(system, compiler) {
            if ci::is_set() {
                return Err(format!("missing, and with CI=true nothing is skipped: {why}"));
            }
            println!("SKIPPED, {why}: the check for {system}");
            continue;
        }
        check(system, compiler)?;
    }
    Ok(())
}

fn prepared(system: &str, compiler: CCompiler) -> Result<(), String> {
    windows::add_target(system)?;
    match compiler {
        CCompiler::Mingw => windows::compiler(),
        CCompiler::Zig => zig().map(drop),
    }
}

fn check(system: &str, compiler: CCompiler) -> Result<(), String> {
    // The keyring of Windows has a file of its own.
    let more = if compiler == CCompiler::Mingw { &["--features", "keyring"][..] } else { &[] };
    let arguments = [&["clippy", "--target", system][..], &foreign::BUILD, more, &["--", "-D", "warnings"]].concat();
    if compiler == CCompiler::Mingw {
        return cargo::run(&arguments, &[]);
    }
    let zig = zig()?;
    let mut command = cargo::tool(&zig.join("bin/cargo-zigbuild").display().to_string());
    command.args(&arguments).env("PYTHONPATH", &zig);
    println!("> cargo-zigbuild {}", arguments.join(" "));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the check for {system} failed ({status})")),
        Err(error) => Err(format!("cannot run cargo-zigbuild: {error}")),
    }
}

/// Returns the folder with zig, which is installed below the target directory.
fn zig() -> Result<PathBuf, String> {
    let folder = target_dir::target_dir()?.join("zig");
    if !folder.join("bin/cargo-zigbuild").exists() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(&folder).args(ZIG);
        time_limit::fetch(&mut pip, INSTALL_LIMIT).map_err(|why| format!("zig cannot be installed: pip {why}"))?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::uses_those_files;

    #[test]
    fn a_program_with_a_part_of_the_fence_of_linux_is_not_the_portable_one() {
        let missing = "  no wall    around files: it is supported on Linux only\n";
        assert_eq!(uses_those_files(&missing.repeat(5)), Ok(()));
        for explained in [missing.repeat(4) + "  wall       no core dump is written\n", String::new()] {
            let why = uses_those_files(&explained).unwrap_err();
            assert!(why.contains("FTP_UPLOADER_PORTABLE") && why.ends_with(&explained), "{why}");
        }
    }
}
