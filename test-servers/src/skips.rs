//! Tests that cannot run on this machine. A skipped test is reported on standard error, which libtest does not capture
//! here, and recorded for the summary of `cargo xtask test`, so that it is not mistaken for a passed one. With CI=true
//! a skipped test fails.

use std::fs::OpenOptions;
use std::io::Write;

/// The environment variable with the path of the record (`xtask/src/skips.rs`).
const RECORD: &str = "FTP_UPLOADER_SKIPPED";

/// Reports that the running test is skipped, with the reason.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}, and CI skips nothing");
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    // Each line is written by one call, because tests run in parallel.
    let line = format!("SKIPPED {name}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(record) = std::env::var_os(RECORD) {
        let file = OpenOptions::new().create(true).append(true).open(record);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the record of skipped tests");
    }
}
