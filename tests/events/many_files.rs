//! Logs of thousands of files: one line for each file, lines of progress at most once a second, and a summary; with
//! `--quiet` only the failures.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::outcome::Outcome;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

const COUNT: usize = 5000;

/// Stores 5,000 files, but for two that the server refuses.
fn run(options: &[&str]) -> Outcome {
    let refusals = ["/inbox/tree/f0777", "/inbox/tree/f4242"].map(|path| Quirk::RefusesStore(path, "550 No"));
    let mut files = ManyFiles::new(0, 0);
    files.0.extend((0..COUNT).map(|number| (format!("f{number:04}"), b"12345".to_vec())));
    let upload = files.upload_as_tree("4").options(options);
    run_to(&QuirkyServer::start(refusals), upload)
}

#[test]
fn five_thousand_files_have_a_line_each_and_few_others() {
    let outcome = run(&[]);
    outcome.exits(7);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    let seconds = usize::try_from(outcome.took.as_secs()).expect("a short time");
    outcome.claim(count("Stored tree/f") == COUNT - 2, "a line for each file");
    outcome.claim(count("Sent ") <= seconds + 1, "progress at most once a second");
    outcome.claim(count("ftp-uploader: tree/f") == 2, "a line for each failure");
    outcome.claim(lines.len() == COUNT - 2 + count("Sent ") + 3, "no other line but the summary");
    outcome.claim(lines.iter().all(|line| line.len() <= 200), "short lines");
    let last = lines.last().copied().unwrap_or_default();
    outcome.claim(last.starts_with("ftp-uploader: 4,998 of 5,000 files stored, 24.4 KiB in "), "the summary");
    outcome.claim(last.ends_with("; all verified by size; 2 failed."), "the end of the summary");
}

#[test]
fn quiet_leaves_only_the_failures_of_five_thousand_files() {
    let outcome = run(&["--quiet"]);
    outcome.exits(7);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    outcome.claim(lines.len() == 3, "two failures and the summary");
    outcome.claim(lines.iter().all(|line| line.starts_with("ftp-uploader: ")), "no other line");
}
