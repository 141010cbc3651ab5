//! The directories of a tree: several MKD in one flight, and the reasons for which one cannot be made (D10 of the list of
//! faults).

use std::collections::BTreeMap;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

/// Five directories, one of them in another, with two files each.
fn tree() -> ManyFiles {
    let directories = ["css", "js", "js/lib", "img", "doc"];
    let files = directories.iter().zip(1..).flat_map(|(directory, size)| {
        ManyFiles::new(2, size * 100).0.into_iter().map(move |(name, bytes)| (format!("{directory}/{name}"), bytes))
    });
    ManyFiles(files.collect())
}

#[test]
fn directories_are_made_in_few_flights_and_once_for_all_connections() {
    let (server, files) = (QuirkyServer::start([]), tree());
    let outcome = run_to(&server, files.upload_as_tree("4"));
    outcome.succeeds();
    files.are_all_there_is(&server, &outcome, "/inbox/tree");
    let record = server.record();
    outcome.claim(record.count("MKD ") == 6, &format!("6 times MKD, not {}", record.count("MKD ")));
    let waves = record.waves(0);
    let with_mkd = waves.iter().filter(|wave| wave.iter().any(|line| line.starts_with("MKD"))).count();
    // One for each depth: a directory depends on the one above it.
    outcome.claim(with_mkd == 3, &format!("three flights of MKD, not {with_mkd}"));
}

#[test]
fn directories_that_exist_are_no_failure() {
    let (server, files) = (QuirkyServer::start([]), tree());
    for _ in 0..2 {
        let outcome = run_to(&server, files.upload_as_tree("4"));
        outcome.succeeds();
        files.are_all_there_is(&server, &outcome, "/inbox/tree");
    }
}

#[test]
fn servers_that_cannot_take_flights_get_their_directories_one_by_one() {
    for quirk in [Quirk::DropsAllButFirst, Quirk::ClosesOnFlight] {
        let (server, files) = (QuirkyServer::start([quirk]), tree());
        let outcome = run_to(&server, files.upload_as_tree("1").timeout("2"));
        outcome.succeeds();
        files.are_all_there_is(&server, &outcome, "/inbox/tree");
        let rest = server.record().of_later_connections();
        outcome.claim(rest.in_flight().is_empty(), &format!("no flight later, not {:?}", rest.in_flight()));
    }
}

#[test]
fn a_file_in_the_way_fails_its_directory_only_and_a_link_to_a_directory_is_one() {
    for jobs in ["1", "4"] {
        let (server, mut files) = (QuirkyServer::start([]), tree());
        server.place_file("/inbox/tree/css", b"in the way");
        server.place_directory("/elsewhere");
        server.place_link("/inbox/tree/js", "/elsewhere");
        let outcome = run_to(&server, files.upload_as_tree(jobs));
        outcome.exits(7).says("css").says("File exists").never_says("Stored css/");
        files.0.retain(|name, _| !name.starts_with("css/"));
        let found = server.files();
        for (name, bytes) in &files.0 {
            let path = match name.strip_prefix("js/") {
                Some(rest) => format!("/elsewhere/{rest}"),
                None => format!("/inbox/tree/{name}"),
            };
            outcome.claim(found.get(&path) == Some(bytes), &format!("{path} as it was sent"));
        }
        outcome.claim(found.get("/inbox/tree/css").is_some_and(|bytes| bytes == b"in the way"), "the file in the way");
        outcome.claim(found.len() == files.0.len() + 1, "no other file");
    }
}

#[test]
fn an_empty_tree_is_a_directory() {
    let server = QuirkyServer::start([]);
    let upload = ManyFiles(BTreeMap::new()).upload_as_tree("1");
    std::fs::create_dir(upload.path("tree")).expect("a local folder");
    let outcome = run_to(&server, upload);
    outcome.succeeds();
    outcome.claim(server.record().count("MKD tree") == 1, "the directory is made");
}
