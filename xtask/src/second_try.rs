//! Runs the tests. One that fails beside the others is run once more, alone: many tests measure times, and other work on the
//! machine can make one of them late. Such a test is named in the last line of `cargo xtask test`, so that it gets mended.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::thread;

use xtask::cargo;

/// The most tests that are run again. More failures have another reason than a busy machine.
const MOST: usize = 4;

/// The variable with the number of tests that Rust's test program runs at once. If it is set, it is respected.
const THREADS: &str = "RUST_TEST_THREADS";

/// The number of tests for each processor: most of them wait for a server, a deadline or the program.
const PER_PROCESSOR: usize = 3;

/// Runs the tests of `cargo` with `arguments` whose names contain one of the filters, or all without a filter. Returns the names
/// of the tests that have passed only alone.
///
/// # Errors
/// If a test fails twice, if more than four fail, or if the tests do not compile.
pub(crate) fn run(arguments: &[&str], filters: &[&str], environment: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let (passed, failed) = first_try(&[arguments, &["--no-fail-fast", "--"], filters].concat(), environment)?;
    if passed {
        return Ok(Vec::new());
    }
    if !may_be_late(&failed) {
        return Err(format!("the tests failed: {}", failed.join(", ")));
    }
    println!("Once more, alone: {}", failed.join(", "));
    let names = failed.iter().map(String::as_str);
    let alone: Vec<_> = arguments.iter().copied().chain(["--", "--exact", "--test-threads=1"]).chain(names).collect();
    cargo::run(&alone, environment)?;
    Ok(failed)
}

/// Runs all tests, and returns true if they passed, and the names of those that did not.
fn first_try(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(bool, Vec<String>), String> {
    println!("> cargo {}", arguments.join(" "));
    let mut command = cargo::command();
    command.args(arguments).envs(environment.iter().copied()).stdout(Stdio::piped());
    if let (None, Ok(processors)) = (env::var_os(THREADS), thread::available_parallelism()) {
        command.env(THREADS, (processors.get() * PER_PROCESSOR).to_string());
    }
    let failed_to_run = |error| format!("cannot run cargo: {error}");
    let mut child = command.spawn().map_err(failed_to_run)?;
    let mut failed = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            failed.extend(failed_test(&line).map(str::to_owned));
        }
    }
    let status = child.wait().map_err(failed_to_run)?;
    Ok((status.success(), failed))
}

/// Returns the name in a line of Rust's test program about a test that has failed.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

/// Returns true if so few tests have failed that they are run again. The tests in comments have no names for that.
fn may_be_late(failed: &[String]) -> bool {
    (1..=MOST).contains(&failed.len()) && failed.iter().all(|name| !name.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_named_by_their_lines() {
        assert_eq!(failed_test("test a::b_is_c ... FAILED"), Some("a::b_is_c"));
        for line in ["test a::b_is_c ... ok", "test result: FAILED. 1 passed", "a ... FAILED"] {
            assert_eq!(failed_test(line), None);
        }
    }

    #[test]
    fn many_failures_and_those_without_a_test_are_not_tried_again() {
        let names = |count: usize| vec!["a::b".to_owned(); count];
        assert!(may_be_late(&names(1)) && may_be_late(&names(MOST)));
        assert!(!may_be_late(&names(0)) && !may_be_late(&names(MOST + 1)));
        assert!(!may_be_late(&["host/src/lib.rs - (line 9)".to_owned()]));
    }
}
