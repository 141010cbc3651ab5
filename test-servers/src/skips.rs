//! A test that cannot be run on this machine: said aloud, past the capture of libtest, and written down for the summary
//! of `cargo xtask test`. Nobody shall take a skipped test for a passed one. With CI=true it is a failure.

use std::fs::OpenOptions;
use std::io::Write;

/// Where to write it down (`xtask/src/skips.rs`).
const RECORD: &str = "FTP_UPLOADER_SKIPPED";

/// The running test is skipped, because of this.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}, and CI skips nothing");
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    // Both in one piece: tests run in parallel.
    let line = format!("SKIPPED {name}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(record) = std::env::var_os(RECORD) {
        let file = OpenOptions::new().create(true).append(true).open(record);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the record of skipped tests");
    }
}
