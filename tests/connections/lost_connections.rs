//! Servers that close connections now and then (D21 of the list of faults): every file gets to its place.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

#[test]
fn a_connection_that_closes_after_every_seventh_transfer_costs_no_file() {
    for jobs in ["1", "4"] {
        let (server, files) = (QuirkyServer::start([Quirk::ClosesAfterTransfers(7)]), ManyFiles::new(50, 1000));
        let outcome = run_to(&server, files.upload(jobs).retries("3"));
        files.are_stored(&server, &outcome);
        outcome.claim(server.connections() >= 7, "several connections");
        outcome.claim(server.record().count("STOR ") == 50, "no file twice");
    }
}

#[test]
fn a_tree_over_connections_that_close_lands_in_its_directories() {
    for jobs in ["1", "4"] {
        let server = QuirkyServer::start([Quirk::ClosesAfterTransfers(7)]);
        let mut files = ManyFiles(std::collections::BTreeMap::new());
        for directory in ["a", "a/b", "c", "d", "e"] {
            files.0.extend(
                ManyFiles::new(10, 500).0.into_iter().map(|(name, bytes)| (format!("{directory}/{name}"), bytes)),
            );
        }
        let outcome = run_to(&server, files.upload_as_tree(jobs).retries("3"));
        outcome.succeeds();
        files.are_all_there_is(&server, &outcome, "/inbox/tree");
    }
}
