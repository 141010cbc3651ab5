//! Servers that send a reply too many or too few, or replies in another order: no reply is taken for that of another command.

use std::time::Duration;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Order, Quirk, Turn};

const REFUSED: &str = "550 No such file";

#[test]
fn a_final_reply_that_comes_twice_costs_no_file() {
    for late in [0, 30] {
        let late = Duration::from_millis(late);
        is_survived(Quirk::OneReplyTooMany(Turn::Only("STOR", 2), "226 Transfer complete", late));
        is_survived(Quirk::OneReplyTooMany(Turn::Only("STOR", 9), "226 Transfer complete", late));
    }
}

/// Each file is in doubt, and needs a new connection, as without flights.
#[test]
fn final_replies_that_always_come_twice_cost_a_retry_each() {
    for late in [0, 10] {
        let quirk = Quirk::OneReplyTooMany(Turn::Each("STOR"), "226 Transfer complete", Duration::from_millis(late));
        let (server, files) = (QuirkyServer::start([quirk]), ManyFiles::new(6, 1000));
        let outcome = run_to(&server, files.upload("1").timeout("2").retries("3"));
        files.are_stored(&server, &outcome);
        let rest = server.record().of_later_connections();
        outcome.claim(rest.in_flight().is_empty(), &format!("no flight later, not {:?}", rest.in_flight()));
    }
}

#[test]
fn a_stray_reply_behind_a_question_costs_no_file() {
    for reply in ["200 Fine", "213 77", REFUSED, "229 Entering Extended Passive Mode (|||9|)"] {
        for turn in [Turn::Only("SIZE", 3), Turn::Only("SIZE", 12), Turn::Only("EPSV", 3), Turn::Only("MDTM", 4)] {
            // A refusal directly before the reply to STOR is one of STOR.
            match turn {
                Turn::Only("EPSV", _) if reply == REFUSED => {}
                // It may arrive after the file was sent, and then the file is in doubt.
                Turn::Only("EPSV", _) => is_survived_with("1", Quirk::OneReplyTooMany(turn, reply, Duration::ZERO)),
                _ => is_survived(Quirk::OneReplyTooMany(turn, reply, Duration::ZERO)),
            }
        }
    }
}

#[test]
fn a_stray_refusal_that_can_only_be_that_of_stor_fails_one_file_and_no_other() {
    let stray = Quirk::OneReplyTooMany(Turn::Only("EPSV", 4), REFUSED, Duration::ZERO);
    let (server, files) = (QuirkyServer::start([stray]), ManyFiles::new(16, 1000));
    let outcome = run_to(&server, files.upload("1").timeout("2"));
    outcome.exits(7).says("15 of 16 files stored").never_says("Stored f003");
    for (name, bytes) in files.0.iter().filter(|(name, _)| *name != "f003") {
        outcome.claim(server.files().get(&format!("/inbox/{name}")) == Some(bytes), &format!("{name} as it was sent"));
    }
}

#[test]
fn a_missing_reply_in_the_first_flight_costs_no_file() {
    for turn in [Turn::Only("SIZE", 2), Turn::Only("SIZE", 3), Turn::Only("MDTM", 1), Turn::Only("EPSV", 2)] {
        is_survived(Quirk::OneReplyTooFew(turn));
    }
}

#[test]
fn a_missing_reply_in_a_later_flight_costs_a_retry_at_most() {
    for turn in [Turn::Only("SIZE", 12), Turn::Only("SIZE", 13), Turn::Only("MDTM", 7), Turn::Only("EPSV", 8)] {
        let (server, files) = (QuirkyServer::start([Quirk::OneReplyTooFew(turn)]), ManyFiles::new(16, 1000));
        let outcome = run_to(&server, files.upload("1").timeout("2").retries("1"));
        files.are_stored(&server, &outcome);
    }
}

#[test]
fn replies_in_another_order_cost_no_file() {
    for order in [Order::Reversed, Order::FirstTwoExchanged] {
        for there_before in [false, true] {
            let server = QuirkyServer::start([Quirk::ReordersReplies(order)]);
            let files = ManyFiles::new(16, 1000);
            if there_before {
                files.0.iter().for_each(|(name, _)| server.place_file(&format!("/inbox/{name}"), b"old"));
            }
            let outcome = run_to(&server, files.upload("1").timeout("2"));
            outcome.claim(outcome.code == 0, &format!("success in spite of {order:?}, {there_before}"));
            files.are_stored(&server, &outcome);
        }
    }
}

/// Claims that all files are stored without a retry, and that flights are given up.
fn is_survived(quirk: Quirk) {
    is_survived_with("0", quirk);
}

fn is_survived_with(retries: &str, quirk: Quirk) {
    let server = QuirkyServer::start([quirk.clone()]);
    let files = ManyFiles::new(16, 1000);
    let outcome = run_to(&server, files.upload("1").timeout("2").retries(retries));
    outcome.claim(outcome.code == 0, &format!("success in spite of {quirk:?}"));
    files.are_stored(&server, &outcome);
    let rest = server.record().of_later_connections();
    outcome.claim(rest.in_flight().is_empty(), &format!("no flight after {quirk:?}, not {:?}", rest.in_flight()));
}
