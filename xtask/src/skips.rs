//! The record of the tests that were skipped in a run of `cargo test`. Each of them writes a line
//! (`test-servers/src/skips.rs`), because libtest counts them as passed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The variable with the path of the record, which the tests read.
pub(crate) const VARIABLE: &str = "FTP_UPLOADER_SKIPPED";

/// Returns the path of the record in the target directory.
pub(crate) fn record(target_dir: &Path) -> PathBuf {
    target_dir.join("skipped-tests")
}

/// Returns the path of an empty record in the target directory.
pub(crate) fn new_record(target_dir: &Path) -> Result<PathBuf, String> {
    let record = record(target_dir);
    match fs::remove_file(&record) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", record.display()))
        }
        _ => Ok(record),
    }
}

/// Returns one line with the number of skipped tests and the reasons; `None` if no test was skipped.
pub(crate) fn summary(record: &Path) -> Option<String> {
    summary_of(&fs::read_to_string(record).ok()?)
}

fn summary_of(lines: &str) -> Option<String> {
    let skips: Vec<_> = lines.lines().filter_map(|line| line.split_once(": ")).collect();
    // A test that runs the program several times writes several lines.
    let tests: BTreeSet<_> = skips.iter().map(|(test, _)| test).collect();
    let reasons: BTreeSet<_> = skips.iter().map(|(_, why)| *why).collect();
    let reasons: Vec<_> = reasons.into_iter().collect();
    (!tests.is_empty()).then(|| format!("{} tests were SKIPPED ({})", tests.len(), reasons.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::summary_of;

    #[test]
    fn each_skipped_test_is_counted_and_each_reason_is_printed_once() {
        let lines =
            "SKIPPED a::b: no vsftpd: it is missing\nSKIPPED c: no IPv6\nSKIPPED d: no IPv6\nSKIPPED c: no IPv6\n";
        let summary = "3 tests were SKIPPED (no IPv6; no vsftpd: it is missing)";
        assert_eq!(summary_of(lines).as_deref(), Some(summary));
        assert_eq!(summary_of(""), None);
    }
}
