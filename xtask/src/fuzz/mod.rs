//! `cargo xtask fuzz`: builds the fuzzers in `fuzz/` and runs them, one on each processor.
//!
//! This is libFuzzer with the stable toolchain, and with the flags of cargo-fuzz without a sanitizer: the code under
//! test has no `unsafe`. cargo-fuzz itself is not used, because a new machine would have to compile it first, and
//! because it runs one fuzzer at a time and prints no table. New inputs are kept below the target directory for the
//! next run. The properties are in `guest/protocol/src/fuzz.rs`, `guest/component/src/fuzz/mod.rs` and
//! `delivery/fuzz/src/lib.rs`.

mod fuzzer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use xtask::apt;
use xtask::cargo;
use xtask::target_dir;

use fuzzer::{Fuzzer, Run};

/// The name of the compiler in messages of `cargo xtask test`.
pub(crate) const COMPILER: &str = "a C++ compiler for fuzzing";

/// The flags of cargo-fuzz 0.13 with `--sanitizer none`: they count edges and comparisons.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1 --cfg=fuzzing";

/// Runs `cargo xtask fuzz --seconds N [TARGET...]`; all fuzzers, if none is named.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let (seconds, named) = match arguments {
        ["--seconds", seconds, named @ ..] => (*seconds, named),
        _ => return Err("fuzz needs --seconds N, followed by names of targets".to_owned()),
    };
    let seconds = seconds.parse().ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or("--seconds must be a positive whole number")?;
    compiler()?;
    try_targets(seconds, named, None)
}

/// Builds all fuzzers.
pub(crate) fn build_all() -> Result<(), String> {
    build(&folder()?).map(drop)
}

/// Runs all fuzzers, or the named ones, for `seconds` each, and prints a table. With a `seed`, every run tries the same
/// inputs in the same order.
pub(crate) fn try_targets(seconds: u32, named: &[&str], seed: Option<u32>) -> Result<(), String> {
    let mut targets = targets()?;
    if let Some(unknown) = named.iter().find(|name| !targets.iter().any(|target| target == *name)) {
        return Err(format!("there is no fuzzer {unknown}, only {}", targets.join(", ")));
    }
    targets.retain(|target| named.is_empty() || named.contains(&target.as_str()));
    let folder = folder()?;
    let programs = build(&folder)?;
    let waiting = Mutex::new(targets.into_iter().rev().collect::<Vec<_>>());
    let runs = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(target) = next(&waiting) {
                    let run = Fuzzer { target, programs: &programs, folder: &folder, seed }.run(seconds);
                    runs.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(run);
                }
            });
        }
    });
    judge(runs.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn folder() -> Result<PathBuf, String> {
    Ok(target_dir::target_dir()?.join("fuzz"))
}

fn next(waiting: &Mutex<Vec<String>>) -> Option<String> {
    waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop()
}

/// Returns the name of the C++ compiler if it is missing and cannot be installed.
pub(crate) fn missing() -> Vec<&'static str> {
    match compiler() {
        Ok(()) => Vec::new(),
        Err(why) => {
            println!("fuzzing: {why}");
            vec![COMPILER]
        }
    }
}

/// Installs a C++ compiler, if there is none: the crate of libFuzzer contains its source in C++.
fn compiler() -> Result<(), String> {
    let answers = || cargo::tool("c++").arg("--version").output().is_ok_and(|output| output.status.success());
    if answers() {
        return Ok(());
    }
    let why = match apt::update().and_then(|()| apt::install(&["g++"])) {
        Ok(()) if answers() => return Ok(()),
        Ok(()) => "c++ still does not run".to_owned(),
        Err(why) => why,
    };
    Err(format!("there is no C++ compiler, which libFuzzer needs, and {why}; on Debian: apt-get install g++"))
}

/// Returns the names of the fuzzers, each of which is a file.
fn targets() -> Result<Vec<String>, String> {
    let folder = target_dir::workspace().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let names = entries.flatten().filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// Builds all fuzzers, and returns the folder with the programs. They have a separate target directory, because their
/// flags differ and would cause a rebuild of everything each time. The target is named, so that build scripts do not
/// get the flags.
fn build(folder: &Path) -> Result<PathBuf, String> {
    let host = host()?;
    let folder = folder.display().to_string();
    cargo::run(
        &[
            "build",
            "--release",
            "--locked",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--target",
            &host,
            "--target-dir",
            &folder,
        ],
        &[("RUSTFLAGS", RUSTFLAGS)],
    )?;
    Ok(Path::new(&folder).join(host).join("release"))
}

fn host() -> Result<String, String> {
    let output = cargo::tool("rustc").arg("-vV").output().map_err(|error| format!("cannot run rustc: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV does not say what the host is".to_owned())
}

/// Prints the table. Fails if a fuzzer has found an error.
fn judge(runs: Vec<Result<Run, String>>) -> Result<(), String> {
    println!("{:<12} {:>14} {:>9} {:>8}", "fuzzer", "executions", "coverage", "inputs");
    let (mut found, mut executions) = (Vec::new(), 0);
    for run in runs {
        match run {
            Ok(run) => {
                println!("{run}");
                executions += run.executions;
            }
            Err(why) => found.push(why),
        }
    }
    println!("{:<12} {executions:>14}", "all");
    if found.is_empty() { Ok(()) } else { Err(found.join("\n       ")) }
}

#[cfg(test)]
mod tests {
    use super::{Run, judge, run};

    #[test]
    fn an_error_of_one_fuzzer_fails_the_command() {
        let run = || Run { target: "replies".to_owned(), executions: 5, coverage: 2, inputs: 1 };
        assert_eq!(judge(vec![Ok(run())]), Ok(()));
        assert_eq!(judge(vec![Ok(run()), Err("session: found".to_owned())]), Err("session: found".to_owned()));
    }

    #[test]
    fn a_run_without_a_time_limit_is_refused() {
        for arguments in [&[][..], &["--seconds"], &["--seconds", "0"], &["--seconds", "x"], &["session"]] {
            assert!(run(arguments).is_err(), "{arguments:?}");
        }
    }
}
