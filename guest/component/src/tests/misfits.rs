//! Tests of flights whose replies are too few, too many, or not those of the commands.

use super::server::{Run, Server};
use crate::contract::{Connection, UploadError};
use crate::native::{IoError, Step};

/// Announces a file after `prepare` has changed the server, which must lead to no conclusion: the open check is in
/// doubt, and nothing more is sent. Returns the step and the cause.
#[track_caller]
fn leads_nowhere(prepare: impl Fn(&Server)) -> (Step, IoError) {
    let mut last = None;
    for portion in [usize::MAX, 1, 2] {
        let mut run = Run::after_a_file(|server| server.portion.set(portion));
        prepare(&run.server);
        let failed = match run.announce() {
            Err(UploadError::Broken(breakage)) if breakage.connection == Connection::Control => breakage,
            other => panic!("{other:?}"),
        };
        match run.session.check() {
            Err(UploadError::Unconfirmed(doubt)) => assert!(doubt.completed && doubt.cause == failed.cause),
            other => panic!("{other:?}"),
        }
        run.is_over();
        last = Some((failed.step, failed.cause));
    }
    last.unwrap()
}

#[test]
fn a_command_that_is_dropped_leads_to_no_conclusion() {
    for dropped in ["SIZE a", "SIZE b", "EPSV"] {
        let (_, cause) = leads_nowhere(|server| server.on(dropped, ""));
        assert_eq!(cause, IoError::OutOfStep, "{dropped}");
    }
}

#[test]
fn a_reply_too_many_leads_to_no_conclusion() {
    for (line, twice) in [("SIZE a", "213 5\n213 5"), ("SIZE b", "213 9\n213 9"), ("SIZE b", "550 No\n550 No")] {
        leads_nowhere(|server| server.on(line, twice));
    }
    // A second reply to EPSV cannot be the one to STOR, which comes after the anchor.
    let mut run = Run::after_a_file(|server| server.on("STOR b", "229 (|||50000|)\n150 Go"));
    run.announce().unwrap();
    assert!(matches!(run.store("b"), Err(UploadError::Broken(breakage)) if breakage.cause == IoError::OutOfStep));
    run.is_over();
}

#[test]
fn a_connection_that_ends_within_a_flight_leads_to_no_conclusion() {
    for lines in [&["STOR", "EPSV"][..], &["STOR", "EPSV", "SIZE b"], &["STOR", "EPSV", "SIZE"]] {
        let (_, cause) = leads_nowhere(|server| {
            server.silence.set(IoError::Closed);
            lines.iter().for_each(|line| server.on(line, ""));
        });
        assert_eq!(cause, IoError::Closed, "{lines:?}");
    }
}

#[test]
fn an_opening_that_is_refused_behind_which_stor_was_sent_ends_the_session() {
    for reply in ["500 What?", "425 No port", "229 No port", "229 (|||0|)"] {
        let failed = leads_nowhere(|server| server.on("EPSV", reply));
        assert_eq!(failed, (Step::DataConnection, IoError::OutOfStep), "{reply}");
    }
}

#[test]
fn the_end_of_an_earlier_transfer_in_a_flight_leads_to_no_conclusion() {
    leads_nowhere(|server| server.on("SIZE a", "226 Stored"));
    leads_nowhere(|server| server.on("SIZE b", "150 Go"));
}

#[test]
fn a_refusal_that_ends_the_session_keeps_its_words() {
    let mut run = Run::after_a_file(|server| server.on("SIZE b", "421 Bye"));
    assert!(matches!(run.announce(), Err(UploadError::Refused(refusal)) if refusal.code == 421));
    assert!(matches!(run.session.check(), Err(UploadError::Unconfirmed(doubt)) if doubt.completed));
    run.is_over();
}

#[test]
fn a_result_that_was_received_is_kept_if_the_next_question_fails() {
    let mut run = Run::after_a_file(|_| {});
    run.server.on("SIZE b", "");
    assert!(run.session.announce(b"b", crate::contract::Inquiry::Size, false).is_err());
    assert!(run.session.check().is_ok(), "the size of a was told");
}
