//! Runs sessions against a server that knows its files and answers the commands in order, but loses replies or repeats
//! them, joins and splits them, and sometimes stores something else than it was sent. No result about a file may come
//! from the reply about another one.
//!
//! The server of `fuzz/server.rs` says anything, so that it cannot tell which reply belongs to which command.

mod data;
mod server;

use super::script::Script;
use crate::contract::{
    Change, DataMode, Found, Inquiry, Login, Made, Placement, Plan, Protection, Removal, Renaming, UploadError,
    Verification, Verify,
};
use crate::native::{Secret, SourceFile, Step};
use crate::session::Conversation;
use data::{Local, OURS};
use server::{Entry, Line, Server};
use std::boxed::Box;
use std::rc::Rc;
use std::vec::Vec;

const NAMES: [&[u8]; 3] = [b"a", b"b", b"c"];

/// Runs the sessions that `data` describes.
pub fn in_step(data: &[u8]) {
    let server = Rc::new(Server::new(Script::new(data)));
    let login = Login {
        user: b"alice".to_vec(),
        account: None,
        protection: Protection::Clear,
        data_mode: DataMode::Passive,
        flight: true,
    };
    let opened = Conversation::open(Box::new(Line(Rc::clone(&server))), &Secret, &login, Box::new(super::Unwatched));
    let Ok(session) = opened else { return };
    let mut client = Client { server, session, open: None };
    if client.session.enter(b".", false, true).is_ok() {
        (0..8).for_each(|_| client.step());
    }
    client.session.quit();
}

struct Client {
    server: Rc<Server>,
    session: Conversation,
    /// The name of the last file stored, if its check was left open.
    open: Option<&'static [u8]>,
}

impl Client {
    fn step(&mut self) {
        let name = NAMES[self.server.script.choice(3)];
        match self.server.script.choice(9) {
            3 => self.check(),
            4 => self.make_directories(),
            5 => self.ask(),
            6 => self.remove(),
            7 => self.rename(),
            8 => self.list(),
            how => self.store(name, how),
        }
    }

    fn check(&mut self) {
        let checked = self.session.check();
        if let Some(name) = self.open.take() {
            self.judge(name, &checked);
        }
    }

    /// Claims that the result of a check is that of the file.
    fn judge(&self, name: &[u8], checked: &Result<Verification, UploadError>) {
        let is = match self.server.entry(name) {
            Some(Entry::File(bytes)) => bytes,
            Some(Entry::Directory) | None => panic!("a file that was stored is not there"),
        };
        match checked {
            Ok(Verification::Size) => assert_eq!(is.len(), OURS.len(), "the size of another file"),
            Ok(Verification::Hash(_)) => assert_eq!(is, OURS, "the hash of another file"),
            Err(UploadError::Mismatch(sizes)) => assert_eq!(is.len() as u64, sizes.stored, "the size of another file"),
            Err(UploadError::Corrupt(_)) => assert_ne!(is, OURS, "the hash of another file"),
            Err(UploadError::Missing) => panic!("another file is missing"),
            Ok(_) | Err(_) => {}
        }
    }

    fn store(&mut self, name: &'static [u8], how: usize) {
        let flight = how != 1;
        let before = self.server.entry(name);
        if how < 2 {
            let Ok(announced) = self.session.announce(name, Inquiry::SizeAndTime, flight) else { return self.check() };
            match (announced.found, &before) {
                (Found::Bytes(size), Some(Entry::File(bytes))) => assert_eq!(size, bytes.len() as u64),
                (Found::Bytes(_), _) => panic!("the size of another file"),
                (Found::Refused, Some(Entry::File(_))) => panic!("another file is missing"),
                (Found::Refused | Found::Untold, _) => {}
            }
            if let Some(time) = announced.modified {
                assert!(matches!(&before, Some(Entry::File(bytes)) if bytes.len() as u64 == time));
            }
            if let (Some(checked), Some(name)) = (announced.checked, self.open.take()) {
                // If it is the same name, STOR has not changed it yet.
                self.judge(name, &checked);
            }
        }
        self.open = None;
        let source: SourceFile = Box::new(Local);
        let plan = Plan { placement: Placement::Replace, verify: Verify::Best, defer: true };
        match self.session.store(&source, name, plan) {
            Ok(receipt) if matches!(receipt.verified, Verification::Later) => self.open = Some(name),
            Ok(receipt) => self.judge(name, &Ok(receipt.verified)),
            Err(UploadError::Refused(refusal)) if refusal.step == Step::Store => {
                assert!(self.server.refused_stor.get(), "refused by the reply to another command");
            }
            Err(_) => {}
        }
    }

    fn make_directories(&mut self) {
        let paths = [b"d".to_vec(), b"a".to_vec(), b"e".to_vec()];
        let Ok(made) = self.session.make_directories(&paths, true) else { return };
        for (path, made) in paths.iter().zip(made) {
            let there = self.server.entry(path) == Some(Entry::Directory);
            match made {
                Made::Made | Made::Exists => assert!(there, "another directory exists"),
                Made::Refused(_) => assert!(!there, "another directory was refused"),
                Made::Unknown(_) => {}
            }
        }
    }

    fn ask(&mut self) {
        let Ok(known) = self.session.ask(&NAMES.map(<[u8]>::to_vec), Inquiry::SizeAndTime, true) else { return };
        for (name, known) in NAMES.iter().zip(known) {
            let is = match self.server.entry(name) {
                Some(Entry::File(bytes)) => Some(bytes.len() as u64),
                Some(Entry::Directory) | None => None,
            };
            match known.found {
                Found::Bytes(size) => assert_eq!(Some(size), is, "the size of another file"),
                Found::Refused => assert_eq!(is, None, "another file is missing"),
                Found::Untold => {}
            }
            assert!(known.modified.is_none_or(|time| is == Some(time)), "the time of another file");
        }
    }

    /// An open check is of a file that may be removed, so it is made before.
    fn remove(&mut self) {
        self.check();
        let names = [b"a".to_vec(), b"b".to_vec(), b"c".to_vec(), b"d".to_vec(), b"e".to_vec()];
        let was_there = names.each_ref().map(|name| self.server.entry(name).is_some());
        let (files, directories) = names.split_at(3);
        let Ok(mut removals) = self.session.remove_all(files, true) else { return };
        let Ok(others) = self.session.remove_directories(directories, true) else { return };
        removals.extend(others);
        for ((name, was_there), removal) in names.iter().zip(was_there).zip(removals) {
            let is_there = self.server.entry(name).is_some();
            match removal {
                Removal::Removed => assert!(was_there && !is_there, "another file was removed"),
                Removal::Refused(_) => assert_eq!(was_there, is_there, "another file was refused"),
            }
        }
    }

    fn rename(&mut self) {
        self.check();
        self.server.renamed.take();
        let change = |(name, to): (&[u8], &[u8])| Change { name: name.to_vec(), to: to.to_vec(), time: Some(10) };
        let pairs: [(&[u8], &[u8]); 5] = [(b"a", b"x"), (b"b", b"a"), (b"x", b"b"), (b"c", b"y"), (b"y", b"c")];
        let Ok(changed) = self.session.rename_all(&pairs.map(change), true) else { return };
        for ((name, to), changed) in pairs.into_iter().zip(changed) {
            let done = matches!(changed.renaming, Renaming::Done);
            let was = self.server.renamed.borrow().contains(&(name.to_vec(), to.to_vec()));
            assert_eq!(done, was, "the result of another change");
        }
    }

    fn list(&mut self) {
        let flight = self.server.script.choice(2) == 0;
        let Ok(page) = self.session.list(b".", flight) else { return };
        let names: Vec<Vec<u8>> = page.entries.into_iter().map(|entry| entry.name).collect();
        assert!(!page.more && names == self.server.names(), "another listing");
    }
}
