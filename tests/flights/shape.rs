//! The form of flights on a server without faults: which commands are sent together, and how many round trips that saves.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::upload::Upload;

#[test]
fn the_check_of_the_last_file_goes_with_the_questions_about_the_next_one_and_its_stor() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(6, 100));
    let outcome = run_to(&server, files.upload("1"));
    files.are_stored(&server, &outcome);
    let record = server.record();
    let waves = record.waves(0);
    for next in 1..6 {
        let (check, stor) = (format!("SIZE f{:03}", next - 1), format!("STOR f{next:03}"));
        let flight = waves.iter().find(|wave| wave.contains(&stor.as_str())).expect("a STOR");
        outcome.claim(flight.first() == Some(&check.as_str()), &format!("{check} first in {flight:?}"));
        outcome.claim(flight.contains(&format!("SIZE f{next:03}").as_str()), &format!("its own SIZE in {flight:?}"));
        outcome.claim(flight.ends_with(&["EPSV", &stor]), &format!("EPSV and {stor} last in {flight:?}"));
    }
}

#[test]
fn nothing_is_sent_between_stor_and_its_final_reply() {
    for jobs in ["1", "4"] {
        let (server, files) = (QuirkyServer::start([]), ManyFiles::new(60, 5000));
        let outcome = run_to(&server, files.upload(jobs));
        files.are_stored(&server, &outcome);
        let record = server.record();
        outcome.claim(record.during_transfers().is_empty(), &format!("nothing like {:?}", record.during_transfers()));
        outcome.claim(!record.in_flight().is_empty(), "flights");
    }
}

#[test]
fn a_file_takes_little_more_than_three_round_trips() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(200, 100));
    let outcome = run_to(&server, files.upload("1"));
    files.are_stored(&server, &outcome);
    // 0.3 s on a quiet machine. A wait that nothing ends takes a second for each file.
    outcome.within(Duration::from_secs(20));
    let round_trips = server.record().round_trips(0);
    // 3.1 a file.
    outcome.claim(round_trips <= 620, &format!("at most 620 round trips for 200 files, not {round_trips}"));
}

#[test]
fn a_file_alone_is_sent_without_a_flight() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(1, 100));
    let outcome = run_to(&server, files.upload("8"));
    files.are_stored(&server, &outcome);
    let record = server.record();
    outcome.claim(record.in_flight().is_empty(), &format!("no command like {:?}", record.in_flight()));
    outcome.claim(record.count("STOR ") == 1, "one STOR");
}

#[test]
fn a_flight_is_not_longer_than_the_bound_of_the_contract() {
    let (server, files) = (QuirkyServer::start([]), ManyFiles::new(20, 100));
    let outcome = run_to(&server, files.upload("1"));
    files.are_stored(&server, &outcome);
    let record = server.record();
    let longest = record.waves(0).iter().map(Vec::len).max().unwrap_or_default();
    outcome.claim((2..=16).contains(&longest), &format!("flights of 2 to 16 commands, not {longest}"));
}

#[test]
fn the_time_limit_in_a_flight_is_no_internal_error() {
    let server = std::sync::Arc::new(QuirkyServer::start([]));
    let other = std::sync::Arc::clone(&server);
    let late = Quirk::LateReplies(Duration::from_secs(3));
    server.at_command(|line| line == "STOR f003", move || other.change_quirks([late]));
    let files = ManyFiles::new(6, 100);
    let outcome = run_to(&server, files.upload("1").options(["--max-time", "1"]));
    outcome.never_says("internal error").claim(outcome.code > 1, "an exit code for lateness");
}

#[test]
fn a_small_file_is_checked_before_a_large_one_is_sent() {
    let server = QuirkyServer::start([]);
    ["a", "b", "c"].iter().for_each(|name| server.place_file(&format!("/inbox/{name}"), b"old"));
    let upload = Upload::of_nothing().and("a", b"new").and("b", b"new").and("c", b"new");
    let outcome = run_to(&server, upload.and("large", &vec![b'x'; 4 << 20]).jobs("1"));
    outcome.succeeds();
    let record = server.record();
    let lines: Vec<_> = record.commands().map(|(line, _)| line.to_owned()).collect();
    let at = |line: &str| lines.iter().rposition(|found| found == line);
    let (checked, sent) = (at("MDTM c"), at("STOR large"));
    outcome.claim(checked.is_some() && checked < sent, &format!("MDTM c, {checked:?}, before STOR large, {sent:?}"));
}
