//! Tests of files that are stored one after the other: the order of commands and bytes, with flights and without.

use super::server::Run;
use crate::contract::{
    Argument, Connection, Found, Inquiry, Placement, Protection, UploadError, Verification, Violation,
};
use crate::native::{IoError, SpliceError, Step};

const FLIGHT: &str = "SIZE a + SIZE b + EPSV + STOR b";

#[test]
fn one_flight_checks_a_file_and_opens_the_next_whose_bytes_do_not_wait_for_the_reply() {
    for portion in [usize::MAX, 1, 3] {
        let mut run = Run::after_a_file(|server| server.portion.set(portion));
        run.server.on("SIZE b", "550 No");
        let announced = run.announce().unwrap();
        assert!(matches!(announced.checked, Some(Ok(Verification::Size))));
        assert!(matches!(announced.found, Found::Refused));
        let receipt = run.store("b").unwrap();
        assert!(receipt.sent == 5 && matches!(receipt.verified, Verification::Later));
        assert_eq!(run.server.log(), [FLIGHT, "[dial 50000]", "[bytes]", "[shutdown]", "[finish]"], "{portion}");
        run.server.on("SIZE b", "213 5");
        assert!(matches!(run.session.check(), Ok(Verification::Size)));
        assert_eq!(run.server.log(), ["SIZE b"]);
    }
}

#[test]
fn the_first_flight_of_a_session_holds_questions_only() {
    let mut run = Run::new(|server| server.on("FEAT", "211-\n MDTM\n211 End"));
    run.server.log();
    let announced = run.session.announce(b"a", Inquiry::SizeAndTime, true).unwrap();
    assert!(announced.checked.is_none());
    assert!(matches!((announced.found, announced.modified), (Found::Bytes(5), Some(10))));
    run.store("a").unwrap();
    let log = run.server.log();
    assert_eq!(log[..4], ["SIZE a + MDTM a", "EPSV", "[dial 50000]", "STOR a"]);
}

#[test]
fn a_flight_asks_for_the_time_only_where_the_server_lists_that_command() {
    let mut run = Run::new(|_| {});
    run.server.log();
    let announced = run.session.announce(b"a", Inquiry::SizeAndTime, true).unwrap();
    assert!(matches!((announced.found, announced.modified), (Found::Bytes(5), None)));
    assert_eq!(run.server.log(), ["SIZE a"]);
}

#[test]
fn without_flights_each_command_waits_for_its_reply() {
    let mut run = Run::after_a_file(|_| {});
    let announced = run.session.announce(b"b", Inquiry::SizeAndTime, false).unwrap();
    assert!(matches!(announced.checked, Some(Ok(Verification::Size))));
    run.store_with("b", Placement::Replace, false).unwrap();
    let wanted = ["SIZE a", "SIZE b", "MDTM b", "EPSV", "[dial 50000]", "STOR b"];
    assert_eq!(run.server.log(), [&wanted[..], &["[bytes]", "[shutdown]", "[finish]", "SIZE b"]].concat());
}

#[test]
fn pasv_takes_the_place_of_epsv_where_that_has_opened_the_last_data_connection() {
    let mut run = Run::after_a_file(|server| server.on("EPSV", "500 What?"));
    run.announce().unwrap();
    run.store("b").unwrap();
    assert_eq!(run.server.log()[0], "SIZE a + SIZE b + PASV + STOR b");
}

#[test]
fn with_tls_the_handshake_waits_for_the_preliminary_reply() {
    let mut run = Run::protected(Protection::Implicit, |_| {});
    run.store("a").unwrap();
    run.server.log();
    run.announce().unwrap();
    run.server.on("SIZE", "213 5");
    run.store("b").unwrap();
    assert_eq!(run.server.log(), [FLIGHT, "[dial 50000]", "[secure]", "[bytes]", "[shutdown]", "[finish]"]);
    // A refusal comes before the handshake.
    run.server.on("STOR c", "553 No");
    run.session.announce(b"c", Inquiry::Nothing, true).unwrap();
    assert!(matches!(run.store("c"), Err(UploadError::Refused(refusal)) if refusal.step == Step::Store));
    assert_eq!(run.server.log(), ["SIZE b + EPSV + STOR c", "[dial 50000]"]);
}

#[test]
fn a_stor_that_is_refused_in_a_flight_is_one_file_less_and_the_session_goes_on() {
    for dialled in [Ok(()), Err(IoError::Refused)] {
        let mut run = Run::after_a_file(|server| server.on("STOR b", "553 No"));
        run.announce().unwrap();
        run.server.dialled.set(dialled);
        let refused = run.store("b");
        assert!(
            matches!(refused, Err(UploadError::Refused(refusal)) if (refusal.step, refusal.code) == (Step::Store, 553))
        );
        run.server.dialled.set(Ok(()));
        run.store("c").unwrap();
        assert!(run.server.log().contains(&"STOR c".into()));
    }
}

#[test]
fn a_refusal_that_comes_when_bytes_were_sent_is_a_refusal_of_stor() {
    let mut run = Run::after_a_file(|server| server.on("STOR b", ""));
    run.announce().unwrap();
    run.server.stored.replace("452 Full".into());
    assert!(
        matches!(run.store("b"), Err(UploadError::Refused(refusal)) if (refusal.step, refusal.code) == (Step::Store, 452))
    );
    let mut run = Run::after_a_file(|server| server.on("STOR b", "421 Bye"));
    run.announce().unwrap();
    assert!(matches!(run.store("b"), Err(UploadError::Refused(refusal)) if refusal.code == 421));
    run.is_over();
}

#[test]
fn a_data_connection_that_cannot_be_opened_for_a_stor_ends_the_session() {
    for (dialled, connection, cause) in [
        (IoError::Unreachable, Connection::Data, IoError::Unreachable),
        // A forbidden port is no reason against another try.
        (IoError::Denied, Connection::Control, IoError::OutOfStep),
    ] {
        let mut run = Run::after_a_file(|server| server.on("STOR b", ""));
        run.announce().unwrap();
        run.server.dialled.set(Err(dialled));
        match run.store("b") {
            Err(UploadError::Broken(breakage)) => {
                let told = (breakage.step, breakage.connection, breakage.cause);
                assert_eq!(told, (Step::DataConnection, connection, cause));
            }
            other => panic!("{other:?}"),
        }
        run.is_over();
    }
}

#[test]
fn a_final_reply_without_a_preliminary_one_counts_only_with_evidence() {
    let stored_without_150 = |size_before: &str| {
        let mut run = Run::after_a_file(|server| server.on("STOR b", ""));
        run.server.on("SIZE b", size_before);
        run.announce().unwrap();
        run.server.on("SIZE b", "213 5");
        run.store("b")
    };
    assert!(matches!(stored_without_150("550 No").unwrap().verified, Verification::Size));
    let same_before = stored_without_150("213 5");
    assert!(matches!(same_before, Err(UploadError::Misbehaved(what)) if what.what == Violation::EarlySuccess));
}

#[test]
fn a_success_before_the_last_byte_is_none() {
    let mut run = Run::after_a_file(|server| server.on("STOR b", "226 Done"));
    run.announce().unwrap();
    assert!(matches!(run.store("b"), Err(UploadError::Misbehaved(what)) if what.what == Violation::EarlySuccess));
    run.is_over();
}

#[test]
fn a_connection_that_breaks_before_the_preliminary_reply_leaves_the_file_in_doubt() {
    let mut run = Run::after_a_file(|server| server.on("STOR b", ""));
    run.announce().unwrap();
    run.server.stored.replace(String::new());
    run.server.silence.set(IoError::Closed);
    match run.store("b") {
        Err(UploadError::Unconfirmed(doubt)) => assert!(doubt.cause == IoError::Closed && !doubt.completed),
        other => panic!("{other:?}"),
    }
    run.is_over();
    // Before the last byte it is a transfer that was cut.
    let mut run = Run::after_a_file(|server| server.on("STOR b", ""));
    run.announce().unwrap();
    run.server.spliced.set(Some(SpliceError::Connection(IoError::Reset)));
    assert!(matches!(run.store("b"), Err(UploadError::Broken(breakage)) if breakage.step == Step::Transfer));
    run.is_over();
}

#[test]
fn nothing_but_the_announced_file_can_follow_an_announcement() {
    let announced = || {
        let mut run = Run::after_a_file(|_| {});
        run.announce().unwrap();
        run
    };
    let is_fault = |error| matches!(error, Some(UploadError::Invalid(Argument::Announced)));
    let mut run = announced();
    assert!(is_fault(run.store("c").err()));
    run.is_over();
    let mut run = announced();
    assert!(is_fault(run.store_with("b", Placement::Rest(1), true).err()));
    run.is_over();
    let mut run = announced();
    assert!(is_fault(run.session.look(b"b").err()));
    run.is_over();
    let mut run = announced();
    assert!(is_fault(run.announce().err()));
    run.is_over();
    let mut run = announced();
    run.session.quit();
    run.is_over();
}
