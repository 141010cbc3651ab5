//! Tests of the login and of `enter`, with flights and without.

use super::server::{Server, login, server};
use crate::contract::{Connection, Protection, UploadError};
use crate::native::{IoError, Step};
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

fn entered(
    directory: &[u8],
    create: bool,
    flight: bool,
    prepare: impl FnOnce(&Server),
) -> (Vec<String>, Result<(), UploadError>) {
    let server = server();
    prepare(&server);
    let mut session = login(&server, Protection::Clear, flight).unwrap();
    server.log();
    let entered = session.enter(directory, create, flight);
    (server.log(), entered)
}

fn protecting(flight: bool, prepare: impl FnOnce(&Server)) -> (Vec<String>, bool) {
    let server: Rc<Server> = server();
    prepare(&server);
    let opened = login(&server, Protection::Explicit, flight).is_ok();
    (server.log(), opened)
}

#[test]
fn the_protection_of_data_is_asked_for_at_once_only_in_a_flight() {
    let (log, opened) = protecting(true, |_| {});
    assert_eq!((log.last().unwrap().as_str(), opened), ("PBSZ 0 + PROT P", true));
    let (log, opened) = protecting(false, |_| {});
    assert_eq!((&log[3..], opened), (&["PBSZ 0".into(), "PROT P".into()][..], true));
}

#[test]
fn the_session_fails_where_prot_is_refused_and_not_where_pbsz_is() {
    for flight in [false, true] {
        assert!(protecting(flight, |server| server.on("PBSZ", "500 What?")).1);
        assert!(!protecting(flight, |server| server.on("PROT", "536 No")).1);
    }
}

#[test]
fn a_directory_is_entered_in_one_flight() {
    let (log, entered) = entered(b"in", false, true, |_| {});
    assert_eq!((log, entered.is_ok()), (["TYPE I + FEAT + CWD in".into()].into(), true));
    let (log, _) = self::entered(b".", false, true, |_| {});
    assert_eq!(log, ["TYPE I + FEAT"]);
}

#[test]
fn a_directory_is_entered_step_by_step_without_flights_and_where_its_name_needs_an_option() {
    let (log, _) = entered(b"in", false, false, |_| {});
    assert_eq!(log, ["CWD in", "TYPE I", "FEAT"]);
    let (log, _) = entered("gr\u{fc}n".as_bytes(), false, true, |_| {});
    assert_eq!(log, ["FEAT", "OPTS UTF8 ON", "CWD gr\u{fc}n", "TYPE I"]);
}

#[test]
fn a_directory_that_is_not_there_is_made_after_a_flight_as_without_one() {
    let missing = |server: &Server| server.on("CWD", "550 No");
    let (log, entered) = entered(b"a/b", true, true, missing);
    assert_eq!(log, ["TYPE I + FEAT + CWD a/b", "MKD a", "MKD a/b", "CWD a/b"]);
    assert!(matches!(entered, Err(UploadError::Refused(refusal)) if refusal.step == Step::Directory));
    let (log, entered) = self::entered(b"a/b", false, true, missing);
    assert_eq!(log.len(), 1);
    assert!(matches!(entered, Err(UploadError::Refused(refusal)) if refusal.code == 550));
}

#[test]
fn a_reply_too_few_or_too_many_when_entering_leads_to_no_conclusion() {
    let out_of_step = |prepare: fn(&Server)| {
        let (log, entered) = entered(b"in", true, true, prepare);
        assert_eq!(log.len(), 1, "nothing is sent after that");
        match entered {
            Err(UploadError::Broken(breakage)) if breakage.connection == Connection::Control => breakage.cause,
            other => panic!("{other:?}"),
        }
    };
    // The refusal of CWD would be that of FEAT, and the reply to CWD never comes.
    assert_eq!(
        out_of_step(|server| {
            server.on("FEAT", "");
            server.on("CWD", "550 No");
        }),
        IoError::TimedOut
    );
    assert_eq!(out_of_step(|server| server.on("TYPE", "")), IoError::OutOfStep);
    assert_eq!(out_of_step(|server| server.on("TYPE", "200 Ok\n200 Ok")), IoError::OutOfStep);
    assert_eq!(out_of_step(|server| server.on("FEAT", "211 a\n211 b")), IoError::OutOfStep);
}
