//! Servers and devices on the network path that cannot take flights: all files are stored, without a retry of the user's,
//! and after that each command is sent alone.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::outcome::Outcome;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::journal::Record;
use crate::support::quirky_server::quirk::Quirk;

const REFUSALS_OF_STOR: [&str; 2] = ["425 Can't open data connection", "503 Bad sequence of commands"];

#[test]
fn commands_that_are_lost_behind_the_first_one_cost_one_timeout() {
    for jobs in ["1", "4"] {
        let (server, outcome) = all_are_stored(Quirk::DropsAllButFirst, jobs, "0");
        falls_back(&server, &outcome, jobs);
        outcome.within(Duration::from_secs(12));
    }
}

#[test]
fn a_connection_that_is_closed_at_a_flight_costs_a_login() {
    for jobs in ["1", "4"] {
        for retries in ["0", "3"] {
            let (server, outcome) = all_are_stored(Quirk::ClosesOnFlight, jobs, retries);
            falls_back(&server, &outcome, jobs);
        }
    }
}

#[test]
fn a_stor_that_is_refused_because_there_is_no_data_connection_yet_is_sent_alone() {
    for reply in REFUSALS_OF_STOR {
        for jobs in ["1", "4"] {
            let (server, outcome) = all_are_stored(Quirk::WantsDataConnectionFirst(reply), jobs, "0");
            falls_back(&server, &outcome, jobs);
            outcome.claim(server.refused_sessions() == 0, "no session refused");
        }
    }
}

#[test]
fn a_server_that_ends_a_transfer_at_any_command_never_gets_one() {
    for jobs in ["1", "4"] {
        let (server, outcome) = all_are_stored(Quirk::AbortsAtCommand, jobs, "0");
        let record = server.record();
        outcome.claim(record.replies("426") == 0, "no transfer was aborted");
        outcome.claim(flights(&record) > 10, "flights to the end");
    }
}

#[test]
fn merged_and_split_replies_are_no_reason_to_give_up_flights() {
    for quirk in [Quirk::MergedReplies, Quirk::SplitReplies] {
        let (server, outcome) = all_are_stored(quirk, "1", "0");
        outcome.claim(server.connections() == 1, "one connection");
        outcome.claim(flights(&server.record()) >= 30, "flights to the end");
    }
}

fn all_are_stored(quirk: Quirk, jobs: &str, retries: &str) -> (QuirkyServer, Outcome) {
    let (server, files) = (QuirkyServer::start([quirk]), ManyFiles::new(40, 1000));
    let outcome = run_to(&server, files.upload(jobs).timeout("2").retries(retries));
    files.are_stored(&server, &outcome);
    (server, outcome)
}

/// Claims that each connection has tried flights at most once, and that no new connection has.
fn falls_back(server: &QuirkyServer, outcome: &Outcome, jobs: &str) {
    let record = server.record();
    let jobs: usize = jobs.parse().expect("a number");
    let count = flights(&record);
    outcome.claim(count >= 1, "a flight was tried");
    outcome.claim(count <= jobs, &format!("no flight after the first ones, but there were {count}"));
    outcome.never_says("Trying again");
    if jobs == 1 {
        let rest = record.of_later_connections();
        outcome.claim(rest.in_flight().is_empty(), "no flight on a later connection");
    }
}

/// Returns the number of flights on all connections.
fn flights(record: &Record) -> usize {
    (0..record.connections()).map(|number| record.waves(number).iter().filter(|wave| wave.len() > 1).count()).sum()
}
