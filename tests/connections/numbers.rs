//! The number of connections: as many as the work is worth, at most as many as `--jobs` says.

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;

#[test]
fn three_small_files_take_one_connection() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(3, 100));
    let outcome = run_to(&server, files.upload("8"));
    files.are_stored(&server, &outcome);
    outcome.claim(server.connections() == 1, "one connection");
}

#[test]
fn many_files_use_the_connections_that_jobs_allows_and_no_more() {
    for jobs in [1, 2, 4] {
        // A file that takes its time, so that the other connections are opened before the work is done.
        let server = QuirkyServer::start([slow()]);
        let files = ManyFiles::new(40, 20_000);
        let outcome = run_to(&server, files.upload(&jobs.to_string()));
        files.are_stored(&server, &outcome);
        outcome.claim(server.peak() == jobs, &format!("{jobs} sessions at the same time, not {}", server.peak()));
        outcome.claim(server.connections() == jobs, "no connection more");
    }
}

#[test]
fn without_an_option_there_are_four_connections() {
    let (server, files) = (QuirkyServer::start([slow()]), ManyFiles::new(40, 20_000));
    let outcome = run_to(&server, files.upload("1").without_options());
    files.are_stored(&server, &outcome);
    outcome.claim(server.peak() == 4, &format!("4 sessions at the same time, not {}", server.peak()));
}

#[test]
fn every_file_is_sent_once() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(100, 100));
    let outcome = run_to(&server, files.upload("4"));
    files.are_stored(&server, &outcome);
    outcome.claim(server.record().count("STOR ") == 100, "100 times STOR");
    for name in files.0.keys() {
        outcome.claim(server.record().count(&format!("STOR {name}")) == 1, &format!("{name} once"));
    }
}

fn slow() -> crate::support::quirky_server::quirk::Quirk {
    crate::support::quirky_server::quirk::Quirk::SlowReading(std::time::Duration::from_millis(10))
}
