//! The check of a file in the flight of the next one is as honest as one alone.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

#[test]
fn a_cut_file_is_found_though_the_next_one_was_announced_and_is_sent_again() {
    for jobs in ["1", "4"] {
        let (server, files) = (QuirkyServer::start([Quirk::LosesLastByte("/inbox/f005", 1)]), ManyFiles::new(16, 1000));
        let outcome = run_to(&server, files.upload(jobs).retries("2"));
        files.are_stored(&server, &outcome);
        outcome.claim(server.record().count("STOR f005") == 2, "f005 twice");
        outcome.claim(server.record().count("STOR f006") == 1, "f006 once");
    }
}

#[test]
fn a_file_that_is_always_cut_is_reported_and_the_others_are_stored() {
    for (jobs, retries) in [("1", "0"), ("1", "2"), ("4", "0")] {
        let server = QuirkyServer::start([Quirk::LosesLastByte("/inbox/f005", 99)]);
        let mut files = ManyFiles::new(16, 1000);
        let outcome = run_to(&server, files.upload(jobs).retries(retries));
        outcome.exits(10).never_says("Stored f005").says("f005").says("15 of 16 files stored");
        let cut = files.0.remove("f005").expect("a file");
        let stored = server.files();
        outcome.claim(stored.get("/inbox/f005").is_some_and(|bytes| bytes.len() + 1 == cut.len()), "f005 is cut");
        for (name, bytes) in &files.0 {
            outcome.claim(stored.get(&format!("/inbox/{name}")) == Some(bytes), &format!("{name} as it was sent"));
        }
    }
}

#[test]
fn the_last_file_is_checked_too() {
    let (server, files) = (QuirkyServer::start([Quirk::LosesLastByte("/inbox/f015", 99)]), ManyFiles::new(16, 1000));
    let outcome = run_to(&server, files.upload("1"));
    outcome.exits(10).never_says("Stored f015").says("15 of 16 files stored");
}

#[test]
fn a_size_that_was_there_before_proves_nothing_unless_the_time_has_changed() {
    for jobs in ["1", "4"] {
        let (server, files) = (QuirkyServer::start([Quirk::StoresAside("/inbox/f005")]), ManyFiles::new(16, 1000));
        for (name, bytes) in &files.0 {
            server.place_file(&format!("/inbox/{name}"), &vec![0; bytes.len()]);
        }
        let outcome = run_to(&server, files.upload(jobs));
        let says_size = |name: &str| {
            let line = outcome.stderr.lines().find(|line| line.contains(&format!("Stored {name} ")));
            line.is_some_and(|line| line.contains("size confirmed"))
        };
        outcome.claim(!says_size("f005"), "no confirmed size for a file that has not changed");
        for name in files.0.keys().filter(|name| *name != "f005") {
            outcome.claim(says_size(name), &format!("the new time confirms the size of {name}"));
        }
    }
}
