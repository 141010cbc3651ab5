//! Tests that cannot run on this machine. A skipped test is reported on standard error, which libtest does not capture
//! here, and recorded for the summary of `cargo xtask test`, so that it is not mistaken for a passed one. With CI=true
//! a skipped test fails, unless no machine could run it.

use std::fs::OpenOptions;
use std::io::Write;

/// The environment variable with the path of the record (`xtask/src/skips.rs`).
const RECORD: &str = "FTP_UPLOADER_SKIPPED";

/// Reports that the running test is skipped, with the reason.
///
/// # Panics
///
/// With CI=true.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}, and CI skips nothing");
    skipped_as_expected(why);
}

/// Reports that the running test is skipped for a reason that no machine can change. It is counted also with CI=true.
///
/// # Panics
///
/// If the record cannot be written.
pub fn skipped_as_expected(why: &str) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    // Each line is written by one call, because tests run in parallel.
    let line = format!("SKIPPED {name}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(record) = std::env::var_os(RECORD) {
        let file = OpenOptions::new().create(true).append(true).open(record);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the record of skipped tests");
    }
}

#[cfg(test)]
mod tests {
    use super::{RECORD, skipped, skipped_as_expected};
    use std::env;
    use std::process::{Command, Stdio};

    /// In the process that the test starts: true if the skip is an expected one.
    const EXPECTED: &str = "FTP_UPLOADER_EXPECTED_SKIP";

    #[test]
    fn in_ci_a_skipped_test_fails_unless_that_is_expected_and_then_it_is_counted() {
        match env::var(EXPECTED).as_deref() {
            Ok("true") => return skipped_as_expected("the reason"),
            Ok(_) => return skipped("the reason"),
            Err(_) => {}
        }
        let name = std::thread::current().name().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        let in_ci = |expected: &str| {
            let record = folder.path().join(expected);
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--exact", &name]).envs([("CI", "true"), (EXPECTED, expected)]).env(RECORD, &record);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            (status.success(), std::fs::read_to_string(record).unwrap_or_default())
        };
        assert_eq!(in_ci("true"), (true, format!("SKIPPED {name}: the reason\n")));
        assert_eq!(in_ci("false"), (false, String::new()));
    }
}
