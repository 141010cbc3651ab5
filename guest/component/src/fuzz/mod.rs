//! Runs a whole session natively, against a server that the fuzzer simulates, and checks the properties that must hold
//! for every behaviour of the server.
//!
//! Only for the fuzzer `fuzz/fuzz_targets/session.rs`, and for the test below, which runs the inputs in the corpus.
//! `script.rs` parses an input; `server.rs` simulates the server and checks each call; this file runs the session and
//! checks its results. `in_step/` simulates another kind of server, which knows its files.

mod data;
mod in_step;
mod incoming;
mod many;
mod script;
mod server;

use crate::contract::{
    Connection, DataMode, Found, Inquiry, Login, Placement, Plan, Protection, Receipt, UploadError, Verification,
    Verify, Violation,
};
use crate::native::{Notice, Progress, Secret, SourceFile, Step, Witness};
use crate::session::Conversation;
use script::Script;
use server::Server;
use std::rc::Rc;

pub use in_step::in_step;

/// More calls than any session needs that is not in an endless loop, besides one call for each byte of the input.
const MAX_CALLS: usize = 400;

/// Typical names, and malformed ones.
const NAMES: [&[u8]; 6] = [b"a.txt", "gr\u{fc}n".as_bytes(), b"a/b//c", b"a\r\nDELE b", b"", b"\xff \""];

/// Progress reports that are ignored.
struct Unwatched;

impl Witness for Unwatched {
    fn entered(&self, _: Step) {}

    fn noticed(&self, _: Notice) {}
}

/// Runs the session that `data` describes, to its end.
pub fn session(data: &[u8]) {
    let script = Script::new(data);
    let login = login(&script);
    let server = Rc::new(Server::new(script, login.protection));
    walk(&server, &login);
    assert!(server.calls() <= MAX_CALLS + data.len(), "a loop");
}

fn login(script: &Script) -> Login {
    let choice = script.choice(6);
    let protection = [Protection::Clear, Protection::Explicit, Protection::Implicit][choice % 3];
    let flight = choice >= 3;
    let data_mode = if script.choice(2) == 0 { DataMode::Passive } else { DataMode::Active };
    let account = (script.choice(2) == 1).then(|| b"account".to_vec());
    Login { user: b"alice".to_vec(), account, protection, data_mode, flight }
}

/// Opens the session, enters a directory, and does up to four more operations, the first of which stores a file.
fn walk(server: &Rc<Server>, login: &Login) {
    let progress: Progress = Box::new(Unwatched);
    let opened = Conversation::open(server.control(), &Secret, login, progress);
    let Ok(mut session) = opened.map_err(|error| judge(server, &error)) else { return };
    let (directory, how) = (name(server), server.script.choice(4));
    let entered = session.enter(directory, how % 2 == 1, how >= 2);
    if entered.map_err(|error| judge(server, &error)).is_err() && server.script.choice(2) == 0 {
        return session.quit();
    }
    store(server, &mut session);
    for _ in 0..3 {
        match server.script.choice(16) {
            0 => break,
            1 => store(server, &mut session),
            13..=15 => receive_or_change(server, &mut session),
            other => ask(server, &mut session, other),
        }
    }
    session.quit();
}

/// Begins another count of connections, and calls a function that receives, or one for many files.
fn receive_or_change(server: &Rc<Server>, session: &mut Conversation) {
    drop(server.begin_file(0));
    match server.script.choice(3) {
        0 => incoming::list(server, session),
        1 => incoming::fetch(server, session),
        _ => many::many(server, session),
    }
}

fn store(server: &Rc<Server>, session: &mut Conversation) {
    let choice = server.script.choice(9);
    let placement = match choice {
        1 => Placement::Unique,
        2 => Placement::Rest(0),
        3 => Placement::Rest(3),
        _ => Placement::Replace,
    };
    let verify = [Verify::Best, Verify::Size, Verify::Nothing][server.script.choice(3)];
    let from = if let Placement::Rest(offset) = placement { offset } else { 0 };
    let source = server.begin_file(from);
    let name = name(server);
    let announced = match choice {
        4..=6 => announce(server, session, name, choice),
        _ => Ok(()),
    };
    let defer = choice >= 4;
    let outcome = announced.and_then(|()| {
        server.unchecked.set(None);
        session.store(&source, name, Plan { placement, verify, defer })
    });
    match outcome {
        Ok(receipt) => {
            assert!(defer || !matches!(receipt.verified, Verification::Later));
            stored(server, &receipt, placement);
        }
        Err(error) => judge(server, &error),
    }
}

/// Announces the file that is stored next, in a flight or step by step.
fn announce(server: &Server, session: &mut Conversation, name: &[u8], choice: usize) -> Result<(), UploadError> {
    let inquiry = if choice == 4 { Inquiry::Size } else { Inquiry::SizeAndTime };
    let announced = session.announce(name, inquiry, choice != 6)?;
    if let Found::Bytes(size) = announced.found {
        assert!(server.told_size(size));
    }
    announced.checked.into_iter().for_each(|checked| judge_check(server, &checked));
    Ok(())
}

/// Checks the result of a check that was left open.
fn judge_check(server: &Server, checked: &Result<Verification, UploadError>) {
    let Some(total) = server.unchecked.take() else { panic!("nothing was left open") };
    match checked {
        Ok(Verification::Hash(_)) => assert!(server.told_hash()),
        Ok(Verification::Size) => assert!(server.told_size(total)),
        Ok(Verification::None | Verification::Refused) | Err(UploadError::Missing | UploadError::Corrupt(_)) => {}
        Err(UploadError::Mismatch(sizes)) => {
            assert!(sizes.sent == total && sizes.stored != total && server.told_size(sizes.stored));
        }
        Err(UploadError::Unconfirmed(doubt)) => assert!(doubt.completed),
        other => panic!("{other:?}"),
    }
}

/// Checks a receipt: `store` may succeed only if the server confirmed the last byte.
fn stored(server: &Server, receipt: &Receipt, placement: Placement) {
    let transfer = server.transfer();
    assert!(transfer.ended, "stored before the last byte");
    assert!(transfer.declared, "stored without `shutdown`");
    let proved = matches!(receipt.verified, Verification::Size | Verification::Hash(_));
    if matches!(receipt.verified, Verification::Later) {
        server.unchecked.set(Some(transfer.from + transfer.moved));
    }
    assert!(server.confirmed() || (server.confirmed_early() && proved), "stored without a 2xx after the last byte");
    assert_eq!(receipt.sent, transfer.moved);
    let unique = matches!(placement, Placement::Unique);
    assert!(receipt.name.is_none() || unique);
    let nameless = unique && receipt.name.is_none();
    assert!(!nameless || !proved, "another file was asked about");
    match receipt.verified {
        Verification::Hash(_) => assert!(transfer.hashed && server.told_hash()),
        Verification::Size => assert!(server.told_size(transfer.from + transfer.moved)),
        Verification::None | Verification::Refused | Verification::Later => {
            assert!(transfer.delivered, "the end of the file is in doubt and was not verified");
        }
    }
}

fn ask(server: &Rc<Server>, session: &mut Conversation, what: usize) {
    if what == 11 {
        let checked = session.check();
        return if server.unchecked.get().is_some() {
            judge_check(server, &checked)
        };
    }
    let (one, other) = (name(server), name(server));
    let source: SourceFile = server.begin_file(0);
    let outcome = match what {
        2 => session.look(one).map(|found| {
            if let Found::Bytes(size) = found {
                assert!(server.told_size(size));
            }
        }),
        3 => session.compare(&source, one, 4).map(|_| ()),
        4 => session.can_rename(one).map(|_| ()),
        5 => session.rename(one, other).map(|_| ()),
        9 => session.modified(one).map(|_| ()),
        6 => session.remove(one),
        7 => session.set_time(one, 86_400 * server.script.choice(256) as u64 * 100_000),
        8 => session.site(one),
        12 => {
            let paths = [one.to_vec(), other.to_vec()];
            let made = session.make_directories(&paths, server.script.choice(2) == 1);
            made.map(|made| assert_eq!(made.len(), 2))
        }
        _ => session.set_mode(one, 0o777),
    };
    outcome.unwrap_or_else(|error| judge(server, &error));
}

fn name(server: &Server) -> &'static [u8] {
    NAMES[server.script.choice(NAMES.len())]
}

/// Checks that the facts in an error are true.
fn judge(server: &Server, error: &UploadError) {
    let transfer = server.transfer();
    match error {
        UploadError::Refused(refusal) => {
            assert!(matches!(refusal.code, 200..600) && refusal.text.len() <= 512);
        }
        UploadError::Unconfirmed(doubt) => {
            assert!(transfer.ended, "unconfirmed before the last byte");
            // A reply before the last byte does not confirm it.
            assert!(!doubt.completed || server.confirmed(), "completed without a confirmation");
        }
        UploadError::Missing => assert!(server.confirmed(), "missing without a confirmation"),
        UploadError::Mismatch(sizes) => {
            assert!(sizes.sent == transfer.from + transfer.moved && sizes.sent != sizes.stored);
            assert!(server.told_size(sizes.stored) && server.confirmed());
        }
        UploadError::Corrupt(_) => assert!(transfer.hashed && server.confirmed()),
        UploadError::Misbehaved(_) | UploadError::Broken(_) | UploadError::Unreadable(_) | UploadError::Invalid(_) => {}
    }
    let ends = match error {
        UploadError::Refused(refusal) => {
            refusal.code == 421 || (refusal.code == 500 && refusal.text.starts_with(b"OOPS"))
        }
        UploadError::Misbehaved(misbehaviour) => misbehaviour.what != Violation::NoPort,
        UploadError::Broken(breakage) => breakage.connection == Connection::Control,
        _ => false,
    };
    if ends {
        server.is_left_alone();
    }
}

#[cfg(test)]
mod tests;
