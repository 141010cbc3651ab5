//! Tests of the check of a file that is made later: in a flight, or by itself.

use super::server::{HASH, Run, Server};
use crate::contract::{Inquiry, UploadError, Verification};
use crate::native::{Algorithm, IoError};
use std::format;
use std::string::String;

/// The result of the check in one word.
fn word(result: Result<Verification, UploadError>) -> String {
    match result {
        Ok(Verification::None) => "none".into(),
        Ok(Verification::Refused) => "refused".into(),
        Ok(Verification::Size) => "size".into(),
        Ok(Verification::Hash(Algorithm::Crc32)) => "hash".into(),
        Err(UploadError::Mismatch(sizes)) => format!("{} of {}", sizes.stored, sizes.sent),
        Err(UploadError::Corrupt(_)) => "corrupt".into(),
        Err(UploadError::Missing) => "missing".into(),
        other => format!("{other:?}"),
    }
}

/// Claims that the check of `a` has this result, in a flight, one command at a time, and by itself.
#[track_caller]
fn gives(wanted: &str, prepare: impl Fn(&Server)) {
    let mut run = Run::after_a_file(&prepare);
    assert_eq!(word(run.session.check()), wanted, "by itself");
    assert!(matches!(run.session.check(), Ok(Verification::None)), "asked once");
    for flight in [false, true] {
        let mut run = Run::after_a_file(&prepare);
        let announced = run.session.announce(b"b", Inquiry::Nothing, flight).unwrap();
        assert_eq!(word(announced.checked.unwrap()), wanted, "flight: {flight}");
        assert!(matches!(run.session.check(), Ok(Verification::None)), "asked once");
    }
}

#[test]
fn a_size_decides_where_there_are_no_hashes() {
    gives("size", |_| {});
    gives("4 of 5", |server| server.on("SIZE a", "213 4"));
    gives("refused", |server| server.on("SIZE", "550 No"));
    gives("none", |server| server.on("SIZE", "502 What?"));
    gives("none", |server| server.on("SIZE", "213 five"));
}

#[test]
fn a_hash_decides_where_there_is_one() {
    let hashing = |server: &Server| server.on("FEAT", "211-\n XCRC\n211 End");
    gives("hash", |server| {
        hashing(server);
        server.on("XCRC a", &format!("250 {HASH}"));
    });
    gives("corrupt", |server| {
        hashing(server);
        server.on("XCRC a", "250 00000000");
    });
    gives("4 of 5", |server| {
        hashing(server);
        server.on("XCRC a", "250 00000000");
        server.on("SIZE a", "213 4");
    });
    gives("size", |server| {
        hashing(server);
        server.on("XCRC a", "550 No");
    });
}

#[test]
fn the_option_that_selects_a_hash_is_part_of_the_flight() {
    for (features, wanted) in [
        ("211-\n HASH SHA-256*;MD5\n211 End", "HASH a + SIZE a + SIZE b + EPSV + STOR b"),
        ("211-\n HASH SHA-256;MD5*\n211 End", "OPTS HASH SHA-256 + HASH a + SIZE a + SIZE b + EPSV + STOR b"),
    ] {
        let mut run = Run::after_a_file(|server| {
            server.on("FEAT", features);
            server.on("HASH", &format!("213 SHA-256 0-5 {} a", "ab".repeat(32)));
        });
        let checked = run.announce().unwrap().checked;
        assert_eq!(run.server.log()[0], wanted);
        assert!(matches!(checked, Some(Ok(Verification::Hash(Algorithm::Sha256)))));
    }
}

#[test]
fn a_file_that_is_gone_is_missing_where_sizes_were_told() {
    for flight in [false, true] {
        let mut run = Run::new(|server| server.on("SIZE a", "550 No"));
        run.session.look(b"b").unwrap();
        run.store("a").unwrap();
        let announced = run.session.announce(b"b", Inquiry::Nothing, flight).unwrap();
        assert_eq!(word(announced.checked.unwrap()), "missing");
    }
}

#[test]
fn a_check_that_was_not_answered_leaves_the_file_confirmed_and_in_doubt() {
    let mut run = Run::after_a_file(|server| server.on("SIZE", ""));
    run.server.silence.set(IoError::Reset);
    match run.session.check() {
        Err(UploadError::Unconfirmed(doubt)) => {
            assert!(doubt.completed && doubt.cause == IoError::Reset && !doubt.hashing)
        }
        other => panic!("{other:?}"),
    }
    run.is_over();
}

#[test]
fn a_file_is_checked_at_once_where_its_final_reply_came_early() {
    let mut run = Run::new(|server| {
        server.stored.take();
        server.on("STOR", "150 Go\n226 Early");
    });
    run.server.on("SIZE", "213 9");
    run.session.look(b"a").unwrap();
    run.server.on("SIZE", "213 5");
    assert!(matches!(run.store("a").unwrap().verified, Verification::Size));
    assert!(matches!(run.session.check(), Ok(Verification::None)), "no check is open");
}
