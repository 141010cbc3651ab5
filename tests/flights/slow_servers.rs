//! A server that answers slowly is not one that cannot take flights.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;

#[test]
fn late_replies_are_waited_for() {
    let (server, files) =
        (QuirkyServer::start([Quirk::LateReplies(Duration::from_millis(250))]), ManyFiles::new(4, 100));
    let outcome = run_to(&server, files.upload("1").timeout("2"));
    files.are_stored(&server, &outcome);
    let record = server.record();
    outcome.claim(server.connections() == 1, "one connection");
    let flights = record.waves(0).iter().filter(|wave| wave.len() > 1).count();
    outcome.claim(flights >= 3, &format!("flights to the end, not {flights}"));
}

#[test]
fn late_merged_and_split_replies_over_four_connections_are_waited_for() {
    let quirks = [Quirk::LateReplies(Duration::from_millis(20)), Quirk::MergedReplies, Quirk::SplitReplies];
    let (server, files) = (QuirkyServer::start(quirks), ManyFiles::new(40, 100));
    let outcome = run_to(&server, files.upload("4"));
    files.are_stored(&server, &outcome);
    outcome.claim(server.connections() == 4, &format!("four connections, not {}", server.connections()));
}
