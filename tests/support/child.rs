//! Runs a test in a process of its own, for rights that a whole process gives up permanently.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fmt::Debug;
use std::process::{Command, Output};

/// The environment variable that marks such a process.
const CHILD: &str = "FTP_UPLOADER_TEST_CHILD";

/// The prefix of a line with a result of the child.
const MARK: &str = "| ";

/// Runs `act` in a child process, and returns the results that it has passed to [`tell`]. `test` is the full name of
/// the calling test.
pub(crate) fn in_a_child(test: &str, act: fn()) -> BTreeMap<String, String> {
    in_a_child_by(&[], test, act)
}

/// The same, but `runner` starts the child: a program that runs another, with its arguments.
pub(crate) fn in_a_child_by(runner: &[&str], test: &str, act: fn()) -> BTreeMap<String, String> {
    let output = child_by(runner, test, act);
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).expect("text");
    told.lines().filter_map(|line| line.strip_prefix(MARK)?.split_once(": ")).map(owned).collect()
}

fn child_by(runner: &[&str], test: &str, act: fn()) -> Output {
    if is_child() {
        act();
        std::process::exit(0);
    }
    let binary = env::current_exe().expect("a program that knows where it is");
    let mut words = runner.iter().map(OsString::from).chain([binary.into_os_string()]);
    let mut command = Command::new(words.next().expect("there is at least the program"));
    command.args(words).args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    command.output().expect("a child")
}

/// Returns true if this process is such a child.
pub(crate) fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

fn owned((what, outcome): (&str, &str)) -> (String, String) {
    (what.to_owned(), outcome.to_owned())
}

/// Reports the result of an attempt named `what` to the parent process.
pub(crate) fn tell(what: &str, outcome: Result<impl Debug, impl Debug>) {
    println!("\n{MARK}{what}: {outcome:?}");
}
