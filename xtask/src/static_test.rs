//! `cargo xtask test static [FILTER...]`: the tests of the behaviour, with the static program that is handed out for this
//! machine's processor (musl).
//!
//! The tests are those that `cargo xtask test` has built; only the program is another one. `cargo xtask test` itself runs a
//! few of them, with a program that is not optimised (`foreign.rs`).

use std::path::Path;

use xtask::ci;
use xtask::target_dir;
use xtask::wasm_target;

use crate::dist::{self, Target};
use crate::filters;
use crate::foreign;
use crate::ftp_servers;
use crate::second_try;
use crate::skips;

/// The variable with the path of the program (`tests/support/under_test.rs`).
const PROGRAM: &str = "FTP_UPLOADER_PROGRAM";

/// What may differ between the C libraries: memory, signals, threads, the terminal, the fence, names of servers.
const SHORT: [&str; 5] = ["sandbox::fence", "secrets", "terminal", "signals", "another_password"];

/// Runs the tests whose names contain one of the filters; without a filter, all. Those that bring a
/// component count as skipped.
pub(crate) fn run(chosen: &[&str]) -> Result<(), String> {
    wasm_target::set_up()?;
    let target = Target::native().ok_or("there is no static program for this system")?;
    let folder = target_dir::target_dir()?;
    let servers = ftp_servers::set_up(&folder);
    let missing: Vec<_> = servers.iter().filter(|server| server.outcome.is_err()).map(|server| server.name).collect();
    if !missing.is_empty() && ci::is_set() {
        return Err(format!("missing, and with CI=true nothing is skipped: {}", missing.join(", ")));
    }
    let record = skips::new_record(&folder)?;
    let unstable = tests_with(&dist::program(&target)?, chosen, &record)?;
    match skips::summary(&record) {
        Some(skipped) => println!("NOT EVERYTHING WAS CHECKED: {skipped}. All else passed."),
        None => println!("All tests passed with a program for {}.", target.triple),
    }
    if !unstable.is_empty() {
        println!("UNSTABLE, passed only alone: {}.", unstable.join(", "));
    }
    Ok(())
}

/// Fetches what the static program needs to be built.
///
/// # Errors
/// The missing tool, if it cannot be had.
pub(crate) fn set_up() -> Result<(), String> {
    Target::native().ok_or("there is no static program for this system")?.set_up()
}

/// Runs a few tests with a program that is not optimised. Returns the names of those that have passed only alone.
pub(crate) fn check_unoptimised() -> Result<Vec<String>, String> {
    let target = Target::native().ok_or("there is no static program for this system")?;
    let record = skips::record(&target_dir::target_dir()?);
    tests_with(&foreign::program(target.triple, "ftp-uploader", &target.tools())?, &SHORT, &record)
}

/// Runs tests of the behaviour with this program: those that the filters in `chosen` select. Returns the names of those that
/// have passed only alone.
pub(crate) fn tests_with(program: &Path, chosen: &[&str], record: &Path) -> Result<Vec<String>, String> {
    let (program, record) = (program.display().to_string(), record.display().to_string());
    let arguments = ["test", "--workspace", "--features", "ftp-uploader/compiler", "--test", "all"];
    filters::check(&arguments, chosen)?;
    second_try::run(&arguments, chosen, &[(PROGRAM, &program), (skips::VARIABLE, &record)])
}
