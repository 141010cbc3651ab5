//! Runs a whole session natively, against a server that the fuzzer simulates, and checks the properties that must hold
//! for every behaviour of the server.
//!
//! Only for the fuzzer `fuzz/fuzz_targets/session.rs`, and for the test below, which runs the inputs in the corpus.
//! `script.rs` parses an input; `server.rs` simulates the server and checks each call; this file runs the session and
//! checks its results.

mod data;
mod script;
mod server;

use crate::contract::{
    Connection, DataMode, Found, Login, Placement, Plan, Protection, Receipt, UploadError, Verification, Verify,
    Violation,
};
use crate::native::{Notice, Progress, Secret, SourceFile, Step, Witness};
use crate::session::Conversation;
use script::Script;
use server::Server;
use std::rc::Rc;

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
    let protection = match script.choice(3) {
        0 => Protection::Clear,
        1 => Protection::Explicit,
        _ => Protection::Implicit,
    };
    let data_mode = if script.choice(2) == 0 { DataMode::Passive } else { DataMode::Active };
    let account = (script.choice(2) == 1).then(|| b"account".to_vec());
    Login { user: b"alice".to_vec(), account, protection, data_mode }
}

/// Opens the session, enters a directory, and does up to four more operations, the first of which stores a file.
fn walk(server: &Rc<Server>, login: &Login) {
    let progress: Progress = Box::new(Unwatched);
    let opened = Conversation::open(server.control(), &Secret, login, progress);
    let Ok(mut session) = opened.map_err(|error| judge(server, &error)) else { return };
    let (directory, create) = (name(server), server.script.choice(2) == 1);
    let entered = session.enter(directory, create);
    if entered.map_err(|error| judge(server, &error)).is_err() && server.script.choice(2) == 0 {
        return session.quit();
    }
    store(server, &mut session);
    for _ in 0..3 {
        match server.script.choice(11) {
            0 => break,
            1 => store(server, &mut session),
            other => ask(server, &mut session, other),
        }
    }
    session.quit();
}

fn store(server: &Rc<Server>, session: &mut Conversation) {
    let placement = match server.script.choice(4) {
        0 => Placement::Replace,
        1 => Placement::Unique,
        2 => Placement::Rest(0),
        _ => Placement::Rest(3),
    };
    let verify = [Verify::Best, Verify::Size, Verify::Nothing][server.script.choice(3)];
    let from = if let Placement::Rest(offset) = placement { offset } else { 0 };
    let source = server.begin_file(from);
    let name = name(server);
    match session.store(&source, name, Plan { placement, verify }) {
        Ok(receipt) => stored(server, &receipt, placement),
        Err(error) => judge(server, &error),
    }
}

/// Checks a receipt: `store` may succeed only if the server confirmed the last byte.
fn stored(server: &Server, receipt: &Receipt, placement: Placement) {
    let transfer = server.transfer();
    assert!(transfer.ended, "stored before the last byte");
    assert!(transfer.finished, "stored without `finish`");
    let proved = !matches!(receipt.verified, Verification::None | Verification::Refused);
    assert!(server.confirmed() || (server.confirmed_early() && proved), "stored without a 2xx after the last byte");
    assert_eq!(receipt.sent, transfer.moved);
    let unique = matches!(placement, Placement::Unique);
    assert!(receipt.name.is_none() || unique);
    let nameless = unique && receipt.name.is_none();
    assert!(!nameless || !proved, "another file was asked about");
    match receipt.verified {
        Verification::Hash(_) => assert!(transfer.hashed && server.told_hash()),
        Verification::Size => assert!(server.told_size(transfer.from + transfer.moved)),
        Verification::None | Verification::Refused => {
            assert!(transfer.delivered, "the end of the file is in doubt and was not verified");
        }
    }
}

fn ask(server: &Rc<Server>, session: &mut Conversation, what: usize) {
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
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Found by the fuzzer: a reset after the last byte was ignored, because the server could not be asked about the
    /// stored file.
    #[test]
    fn a_name_that_no_command_can_carry_resolves_no_doubt() {
        session(b"000 00 10000 0 00 1\n220\n230\n250\n200\n500\n229 (|||50000|)\n150 FILE: a\x07\n226\n");
    }

    /// Also found by the fuzzer: the file that has the requested name is not the one that was stored.
    #[test]
    fn a_name_that_the_server_keeps_to_itself_is_not_asked_about() {
        session(b"000 00 10000 0 00 1\n220\n230\n250\n200\n500\n229 (|||50000|)\n150 Go\n226\n213 5\n");
    }

    #[test]
    fn every_kept_input_holds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/session");
        let tried = fs::read_dir(folder).unwrap().map(|input| session(&fs::read(input.unwrap().path()).unwrap()));
        assert!(tried.count() > 0);
    }
}
