//! The server, and the handles with which a session reaches it.

use super::data::{Incoming, Stream, hash};
use crate::fuzz::script::Script;
use crate::native::{Control, DataConnection, DataListener, IoError, ListingConnection, Secret};
use std::borrow::ToOwned;
use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::format;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

/// A file on the server, or a directory.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Entry {
    File(Vec<u8>),
    Directory,
}

/// The server and its files.
pub(super) struct Server {
    pub(super) script: Script,
    /// True if the server loses replies, false if it repeats them. If it did both, one fault could hide the other.
    loses: bool,
    hashes: bool,
    files: RefCell<BTreeMap<Vec<u8>, Entry>>,
    outbox: RefCell<VecDeque<u8>>,
    /// The name and the bytes so far of the file that is being stored.
    pub(super) storing: RefCell<Option<(Vec<u8>, Vec<u8>)>>,
    /// True from STOR to its final reply.
    pub(super) in_transfer: Cell<bool>,
    pub(super) refused_stor: Cell<bool>,
    /// The name of the last RNFR, if it was accepted.
    renaming: RefCell<Option<Vec<u8>>>,
    /// The changes of names that were made.
    pub(super) renamed: RefCell<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl Server {
    pub(super) fn new(script: Script) -> Self {
        let (loses, hashes) = (script.choice(2) == 1, script.choice(2) == 1);
        let files = [(b"a".to_vec(), Entry::File(b"older".to_vec())), (b"b".to_vec(), Entry::File(b"old".to_vec()))];
        Self {
            script,
            loses,
            hashes,
            files: RefCell::new(files.into()),
            outbox: RefCell::new(b"220 Hello\r\n".iter().copied().collect()),
            storing: RefCell::default(),
            in_transfer: Cell::new(false),
            refused_stor: Cell::new(false),
            renaming: RefCell::default(),
            renamed: RefCell::default(),
        }
    }

    fn says(&self, reply: &str) {
        let fault = self.script.choice(12) == 11;
        let times = if !fault {
            1
        } else if self.loses {
            0
        } else {
            2
        };
        for _ in 0..times {
            self.outbox.borrow_mut().extend(format!("{reply}\r\n").bytes());
        }
    }

    /// Returns true if the client has not read all replies.
    pub(super) fn has_said_more(&self) -> bool {
        !self.outbox.borrow().is_empty()
    }

    pub(super) fn entry(&self, name: &[u8]) -> Option<Entry> {
        self.files.borrow().get(name).cloned()
    }

    fn hears(&self, line: &[u8]) {
        assert!(!self.in_transfer.get(), "a command between STOR and its final reply");
        let line = line.trim_ascii_end();
        let (verb, name) = line.split_at(line.iter().position(|&byte| byte == b' ').unwrap_or(line.len()));
        let name = name.trim_ascii_start();
        let file = match self.entry(name) {
            Some(Entry::File(bytes)) => Some(bytes),
            Some(Entry::Directory) | None => None,
        };
        let no = || "550 No".to_owned();
        let reply = match verb {
            b"USER" => "230 In".to_owned(),
            b"FEAT" if self.hashes => "211-\r\n XCRC\r\n MDTM\r\n MLST type*;size*;\r\n211 End".to_owned(),
            b"FEAT" => "502 What?".to_owned(),
            b"EPSV" => "229 (|||50000|)".to_owned(),
            b"PASV" => "227 (1,1,1,1,9,9)".to_owned(),
            b"SIZE" => file.map_or_else(no, |bytes| format!("213 {}", bytes.len())),
            b"MDTM" => file.map_or_else(no, |bytes| format!("213 1970010100000{}", bytes.len())),
            b"XCRC" => file.map_or_else(no, |bytes| format!("250 {}", hex(&hash(&bytes)))),
            b"STOR" => self.opens(name),
            b"MKD" => self.makes(name),
            b"PWD" => "257 \"/\"".to_owned(),
            b"CWD" if name == b"/" || self.entry(&name[1..]) == Some(Entry::Directory) => "250 There".to_owned(),
            b"CWD" => no(),
            b"DELE" | b"RMD" => self.removes(name, verb == b"RMD"),
            b"RNFR" if self.script.choice(4) != 3 && file.is_some() => {
                self.renaming.replace(Some(name.to_vec()));
                "350 To?".to_owned()
            }
            b"RNFR" => no(),
            b"RNTO" => self.renames(name),
            b"MLSD" => {
                self.in_transfer.set(true);
                "150 Go".to_owned()
            }
            b"QUIT" => "221 Bye".to_owned(),
            _ => "200 Ok".to_owned(),
        };
        self.says(&reply);
    }

    fn opens(&self, name: &[u8]) -> String {
        let refused = self.script.choice(6) == 5 || self.entry(name) == Some(Entry::Directory);
        self.refused_stor.set(refused);
        if refused {
            return "553 No".to_owned();
        }
        self.in_transfer.set(true);
        self.storing.replace(Some((name.to_vec(), Vec::new())));
        "150 Go".to_owned()
    }

    fn makes(&self, name: &[u8]) -> String {
        if self.script.choice(4) == 3 || self.entry(name).is_some() {
            return "550 No".to_owned();
        }
        self.files.borrow_mut().insert(name.to_vec(), Entry::Directory);
        "257 Made".to_owned()
    }

    fn removes(&self, name: &[u8], directory: bool) -> String {
        let is_directory = self.entry(name).map(|entry| entry == Entry::Directory);
        if self.script.choice(4) == 3 || is_directory != Some(directory) {
            return "550 No".to_owned();
        }
        self.files.borrow_mut().remove(name);
        "250 Removed".to_owned()
    }

    fn renames(&self, to: &[u8]) -> String {
        let Some(from) = self.renaming.take() else { return "503 RNFR first".to_owned() };
        let entry = self.entry(&from).filter(|_| self.script.choice(4) != 3);
        let Some(entry) = entry else { return "553 No".to_owned() };
        self.files.borrow_mut().remove(&from);
        self.files.borrow_mut().insert(to.to_vec(), entry);
        self.renamed.borrow_mut().push((from, to.to_vec()));
        "250 Renamed".to_owned()
    }

    /// Returns the names of all entries.
    pub(super) fn names(&self) -> Vec<Vec<u8>> {
        self.files.borrow().keys().cloned().collect()
    }

    /// Returns the lines of MLSD.
    pub(super) fn listing(&self) -> VecDeque<u8> {
        let names = self.names().into_iter();
        names.flat_map(|name| [b"type=file; ", &name[..], b"\r\n"].concat()).collect()
    }

    /// The data of MLSD was sent.
    pub(super) fn has_sent(&self) {
        self.in_transfer.set(false);
        self.says("226 Sent");
    }

    /// The client has closed its side.
    pub(super) fn stores(&self) {
        let Some((name, mut bytes)) = self.storing.take() else { return };
        match self.script.choice(6) {
            5 => bytes.truncate(3),
            4 => bytes.fill(b'x'),
            _ => {}
        }
        self.files.borrow_mut().insert(name, Entry::File(bytes));
        self.in_transfer.set(false);
        self.says("226 Stored");
    }
}

pub(super) struct Line(pub(super) Rc<Server>);

impl Control for Line {
    fn receive(&self, _: u32) -> Result<Vec<u8>, IoError> {
        let mut outbox = self.0.outbox.borrow_mut();
        let line = outbox.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let count = [outbox.len(), line, 1][self.0.script.choice(3)].min(outbox.len());
        if count == 0 { Err(IoError::TimedOut) } else { Ok(outbox.drain(..count).collect()) }
    }

    fn pending(&self) -> bool {
        !self.0.outbox.borrow().is_empty()
    }

    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn send(&self, bytes: &[u8]) -> Result<(), IoError> {
        bytes.split_inclusive(|&byte| byte == b'\n').for_each(|line| self.0.hears(line));
        Ok(())
    }

    fn send_password(&self, _: &Secret) -> Result<(), IoError> {
        panic!("the server wants no password")
    }

    fn open_data(&self, _: u16) -> Result<DataConnection, IoError> {
        if self.0.script.choice(12) == 11 { Err(IoError::Refused) } else { Ok(Box::new(Stream(Rc::clone(&self.0)))) }
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        Err(IoError::Denied)
    }

    fn open_listing(&self, _: u16) -> Result<ListingConnection, IoError> {
        if self.0.script.choice(12) == 11 {
            return Err(IoError::Refused);
        }
        Ok(Box::new(Incoming::new(Rc::clone(&self.0))))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
