//! The data that the simulated server sends: listings and files, and the checks of their use and of the results.

use super::data::connect;
use super::server::Server;
use super::{judge, name};
use crate::contract::{Argument, UploadError};
use crate::native::{IoError, Listing, ListingConnection};
use crate::session::Conversation;
use ftp_protocol::listing::is_a_part;
use std::boxed::Box;
use std::cell::Cell;
use std::rc::Rc;
use std::vec::Vec;

/// The commands after which the server sends data.
pub(super) const RETRIEVING: &[&str] = &["MLSD", "LIST", "RETR"];

const FACTS: &[u8] = b"type=cdir; .\r\ntype=file;size=3; a\r\ntype=dir; ../x\r\ntype=OS.unix=slink:; l\r\n";
const LINES: &[u8] = b"total 1\r\n-rw-r--r-- 1 ftp ftp 5 Nov 28 02:10 a b\r\n11-28-26  02:10AM  <DIR>  d\r\n";

/// The state of the last command that asked for data.
#[derive(Default)]
pub(super) struct Retrieval {
    /// The number of final replies before that to the command.
    replies_before: Option<usize>,
    /// True if the data ended properly.
    ended: bool,
}

impl Retrieval {
    pub(super) fn after(replies: usize) -> Self {
        Self { replies_before: Some(replies), ..Self::default() }
    }
}

/// A data connection that receives.
struct Incoming {
    server: Rc<Server>,
    secured: Cell<bool>,
    over: Cell<bool>,
}

pub(super) fn open(server: &Rc<Server>) -> Result<ListingConnection, IoError> {
    connect(server)?;
    Ok(Box::new(Incoming { server: Rc::clone(server), secured: Cell::new(false), over: Cell::new(false) }))
}

impl Incoming {
    fn in_use(&self) {
        self.server.count_call();
        assert!(!self.over.get(), "the data connection was used after its end");
        assert!(self.server.has_asked_for(RETRIEVING), "the data connection was used before the command");
        let before = self.server.retrieval.borrow().replies_before;
        let accepted = self.server.replies_after(before).any(|(code, _)| code / 100 == 1);
        assert!(accepted, "the data connection was used before the server has accepted the transfer");
    }

    fn fails<T>(&self, cause: IoError) -> Result<T, IoError> {
        self.over.set(true);
        Err(cause)
    }
}

impl Listing for Incoming {
    fn secure(&self) -> Result<(), IoError> {
        self.in_use();
        assert!(!self.secured.replace(true) && self.server.is_protected());
        match self.server.script.choice(5) {
            0 => Ok(()),
            1 => self.fails(IoError::Insecure),
            2 => self.fails(IoError::Closed),
            3 => self.fails(IoError::Reset),
            _ => self.fails(IoError::TimedOut),
        }
    }

    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        self.in_use();
        assert!(self.secured.get() || !self.server.is_protected(), "bytes in clear");
        let mut bytes = match self.server.script.choice(9) {
            0 => {
                self.over.set(true);
                self.server.retrieval.borrow_mut().ended = true;
                return Ok(Vec::new());
            }
            1 => FACTS.to_vec(),
            2 => LINES.to_vec(),
            3 => b"type=file; x\r\n".repeat(2_000),
            4 => b"\xff\0type=file; ".to_vec(),
            5 => b"x".repeat(9_000),
            6 => return self.fails(IoError::Reset),
            7 => return self.fails(IoError::TimedOut),
            _ => return self.fails(IoError::Denied),
        };
        bytes.truncate(limit as usize);
        Ok(bytes)
    }
}

/// Lists a directory.
pub(super) fn list(server: &Server, session: &mut Conversation) {
    let flight = server.script.choice(2) == 1;
    let mut page = session.list(name(server), flight);
    loop {
        let more = page.as_ref().is_ok_and(|page| page.more);
        if let Ok(page) = &page {
            assert!(page.entries.len() <= 500 && page.entries.iter().all(|entry| is_a_part(&entry.name)));
            assert!(!(page.more && page.truncated));
        }
        received(server, session, page.map(|page| page.more));
        if !more {
            return;
        }
        page = session.next_page();
    }
}

/// Receives a file.
pub(super) fn fetch(server: &Server, session: &mut Conversation) {
    let mut portion = session.fetch(name(server));
    loop {
        let more = portion.as_ref().is_ok_and(|portion| portion.more);
        assert!(portion.as_ref().is_ok_and(|portion| portion.bytes.len() <= 65_536) || portion.is_err());
        received(server, session, portion.map(|portion| portion.more));
        if !more {
            return;
        }
        portion = session.next_portion();
    }
}

/// Checks one result: data may be complete only if the connection ended properly and the final reply is 226 or 250.
fn received(server: &Server, session: &mut Conversation, more: Result<bool, UploadError>) {
    match more {
        Ok(true) => {
            let other = session.look(b"a");
            assert!(matches!(other, Err(UploadError::Invalid(Argument::Unfinished))));
        }
        Ok(false) => {
            let retrieval = server.retrieval.borrow();
            assert!(retrieval.ended, "complete without the end of the data");
            let last = server.replies_after(retrieval.replies_before).find(|(code, _)| code / 100 != 1);
            assert!(last.is_some_and(|(code, _)| matches!(code, 226 | 250)), "complete without the final reply");
        }
        Err(error) => judge(server, &error),
    }
}
