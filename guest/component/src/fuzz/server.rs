//! The server that the fuzzer simulates, behind the handles that a session is lent, and the checks at each call.
//!
//! It does only the things that `wit/capabilities.wit` allows: the embedder is not hostile here. The data connection
//! and the file are in `data.rs`.

use super::data::{File, Listening, STORING, Transfer};
use super::incoming::{RETRIEVING, Retrieval};
use super::many::{CHANGING, MAX_UNANSWERED};
use super::script::Script;
use crate::contract::Protection;
use crate::native::{
    Control, ControlConnection, DataConnection, DataListener, IoError, ListingConnection, Secret, SourceFile,
};
use ftp_protocol::command::commands_in;
use ftp_protocol::reply_reader::ReplyReader;
use std::boxed::Box;
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;
use std::vec::Vec;

/// The commands that the conversation may send, besides PASS, which it cannot send itself.
const VERBS: &[&str] = &[
    "AUTH", "PBSZ", "PROT", "USER", "ACCT", "CLNT", "OPTS", "FEAT", "CWD", "MKD", "PWD", "TYPE", "EPSV", "PASV",
    "EPRT", "PORT", "REST", "STOR", "APPE", "STOU", "SIZE", "HASH", "XSHA256", "XSHA1", "XMD5", "XCRC", "MD5", "NOOP",
    "RNFR", "RNTO", "DELE", "RMD", "MFMT", "MDTM", "SITE", "MLSD", "LIST", "RETR", "QUIT",
];

/// The server, and the known state of the session.
pub(super) struct Server {
    pub(super) script: Script,
    protection: Protection,
    calls: Cell<usize>,
    /// True if the control connection is protected.
    secured: Cell<bool>,
    /// True if the control connection has failed and cannot be used any more.
    broken: Cell<bool>,
    /// True if the session has returned an error after which it may not continue.
    over: Cell<bool>,
    passwords: Cell<u32>,
    /// All bytes that the session has received.
    told: RefCell<Vec<u8>>,
    /// The commands that were sent last, at once.
    asked: RefCell<Vec<Vec<u8>>>,
    /// The number of commands sent; the greeting counts as the reply to one.
    commands: Cell<usize>,
    /// The length of the last file stored, if its check was left open.
    pub(super) unchecked: Cell<Option<u64>>,
    transfer: RefCell<Transfer>,
    pub(super) retrieval: RefCell<Retrieval>,
}

impl Server {
    pub(super) fn new(script: Script, protection: Protection) -> Self {
        Self {
            script,
            protection,
            calls: Cell::new(0),
            secured: Cell::new(false),
            broken: Cell::new(false),
            over: Cell::new(false),
            passwords: Cell::new(0),
            told: RefCell::default(),
            asked: RefCell::default(),
            commands: Cell::new(1),
            unchecked: Cell::new(None),
            transfer: RefCell::default(),
            retrieval: RefCell::default(),
        }
    }

    pub(super) fn control(self: &Rc<Self>) -> ControlConnection {
        Box::new(Line(Rc::clone(self)))
    }

    /// Creates the next file, whose bytes are to be sent from `from` on.
    pub(super) fn begin_file(self: &Rc<Self>, from: u64) -> SourceFile {
        let file = File::new(Rc::clone(self));
        self.transfer.replace(Transfer::of(&file, from));
        Box::new(file)
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.get()
    }

    pub(super) fn count_call(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    pub(super) fn transfer(&self) -> Ref<'_, Transfer> {
        self.transfer.borrow()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Transfer)) {
        change(&mut self.transfer.borrow_mut());
    }

    /// From here on the session may not send anything.
    pub(super) fn is_left_alone(&self) {
        self.over.set(true);
    }

    pub(super) fn is_protected(&self) -> bool {
        self.protection != Protection::Clear
    }

    /// Returns the number of bytes that the session has received.
    pub(super) fn told(&self) -> usize {
        self.told.borrow().len()
    }

    pub(super) fn has_asked_for(&self, verbs: &[&str]) -> bool {
        self.asked.borrow().iter().any(|line| verbs.iter().any(|verb| line.starts_with(verb.as_bytes())))
    }

    /// Returns true if the server sent 2xx after the end of the file and before the next command, and did not send it
    /// before the end.
    pub(super) fn confirmed(&self) -> bool {
        let transfer = self.transfer();
        let Some(ended) = transfer.ended_at else { return false };
        let until = transfer.asked_at.unwrap_or(self.told());
        let done: Vec<usize> = self.replies_to_stor().filter(|(code, _)| code / 100 == 2).map(|(_, end)| end).collect();
        let early = done.iter().any(|&end| end <= ended);
        !early && done.iter().any(|&end| ended < end && end <= until)
    }

    /// Returns true if the server sent 1xx and then 2xx after the command to store the file, and before the end of the
    /// file.
    pub(super) fn confirmed_early(&self) -> bool {
        let transfer = self.transfer();
        let Some(ended) = transfer.ended_at else { return false };
        let mut between = self.replies_to_stor().filter(|&(_, end)| end <= ended);
        between.by_ref().any(|(code, _)| code / 100 == 1) && between.any(|(code, _)| code / 100 == 2)
    }

    /// Returns true if the server has accepted the transfer.
    pub(super) fn accepted(&self) -> bool {
        self.replies_to_stor().any(|(code, _)| code / 100 == 1)
    }

    /// Returns the replies to the command to store the file, and the later ones.
    fn replies_to_stor(&self) -> impl Iterator<Item = (u16, usize)> {
        self.replies_after(self.transfer().replies_before)
    }

    /// Returns the replies after this number of final ones.
    pub(super) fn replies_after(&self, before: Option<usize>) -> impl Iterator<Item = (u16, usize)> {
        let before = before.unwrap_or(usize::MAX);
        let mut finals = 0;
        self.replies().filter(move |(code, _)| {
            let belongs = finals >= before;
            finals += usize::from(code / 100 != 1);
            belongs
        })
    }

    /// Returns the number of final replies received.
    fn finals(&self) -> usize {
        self.replies().filter(|(code, _)| code / 100 != 1).count()
    }

    /// Must be called before commands are sent: nothing may be sent while a reply is outstanding, except for the changes
    /// of names.
    fn is_asked(&self, commands: usize, renaming: bool) {
        let unanswered = self.commands.get().saturating_sub(self.finals());
        let may_go_ahead = renaming && self.has_asked_for(CHANGING) && unanswered + commands <= MAX_UNANSWERED;
        assert!(unanswered == 0 || may_go_ahead, "a command while a reply is outstanding");
        self.commands.set(self.commands.get() + commands);
    }

    /// Returns the replies so far, and the position in the received bytes at which each ends.
    fn replies(&self) -> impl Iterator<Item = (u16, usize)> {
        let mut reader = ReplyReader::default();
        let told = self.told.borrow().clone();
        told.into_iter()
            .enumerate()
            .map_while(move |(at, byte)| {
                reader.feed(&[byte]);
                reader.next_reply().ok().map(|reply| reply.map(|reply| (reply.code.number(), at + 1)))
            })
            .flatten()
    }

    /// Returns true if this number was received.
    pub(super) fn told_size(&self, size: u64) -> bool {
        self.heard(size.to_string().as_bytes())
    }

    /// Returns true if the hash of the file was received.
    pub(super) fn told_hash(&self) -> bool {
        self.heard(b"aaaaaaaa")
    }

    fn heard(&self, part: &[u8]) -> bool {
        self.told.borrow().to_ascii_lowercase().windows(part.len()).any(|window| window == part)
    }

    /// Must be called before any byte is sent or received.
    fn in_use(&self) {
        self.count_call();
        assert!(!self.broken.get(), "the control connection was used after it had failed");
        assert!(!self.over.get(), "the session went on after its end");
    }

    fn fails<T>(&self, cause: IoError) -> Result<T, IoError> {
        self.broken.set(true);
        Err(cause)
    }

    fn lost<T>(&self) -> Result<T, IoError> {
        self.fails([IoError::Closed, IoError::Reset, IoError::TimedOut][self.script.choice(3)])
    }
}

/// The control connection.
struct Line(Rc<Server>);

impl Control for Line {
    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        self.0.in_use();
        self.0.change(|transfer| transfer.heed = false);
        let portion = self.0.script.portion(limit as usize);
        if portion.is_empty() {
            return self.0.lost();
        }
        self.0.told.borrow_mut().extend_from_slice(&portion);
        Ok(portion)
    }

    fn pending(&self) -> bool {
        self.0.in_use();
        self.0.script.speaks_unasked()
    }

    fn secure(&self) -> Result<(), IoError> {
        self.0.in_use();
        assert!(!self.0.secured.get() && self.0.is_protected());
        match self.0.script.choice(5) {
            0 => self.0.secured.set(true),
            1 => return self.0.fails(IoError::Insecure),
            2 => return self.0.fails(IoError::Denied),
            _ => return self.0.lost(),
        }
        Ok(())
    }

    fn send(&self, bytes: &[u8]) -> Result<(), IoError> {
        self.0.in_use();
        let Some(lines) = commands_in(bytes) else { panic!("not one to eight commands") };
        assert!(!self.0.has_asked_for(&["QUIT"]), "a command after QUIT");
        let of_a_change = |line: &&[u8]| CHANGING.iter().any(|verb| line.starts_with(verb.as_bytes()));
        self.0.is_asked(lines.len(), lines.iter().all(of_a_change));
        self.0.asked.take();
        let (told, finals) = (self.0.told(), self.0.finals());
        for (at, line) in lines.iter().map(|line| line.trim_ascii_end()).enumerate() {
            assert!(!line.iter().any(u8::is_ascii_control), "a control byte");
            let verb = line.split(|&byte| byte == b' ').next().unwrap_or_default();
            assert!(VERBS.iter().any(|known| known.as_bytes() == verb), "an unknown command");
            assert!(self.0.secured.get() || !self.0.is_protected() || line == b"AUTH TLS", "in clear");
            let stores = STORING.iter().any(|verb| line.starts_with(verb.as_bytes()));
            let retrieves = RETRIEVING.iter().any(|verb| line.starts_with(verb.as_bytes()));
            assert!(!(stores || retrieves) || at + 1 == lines.len(), "a command behind the one that starts a transfer");
            if retrieves {
                self.0.retrieval.replace(Retrieval::after(finals + at));
            }
            self.0.asked.borrow_mut().push(line.to_vec());
            self.0.change(|transfer| transfer.has_asked(told, stores.then_some(finals + at)));
        }
        if self.0.script.breaks_down() { self.0.lost() } else { Ok(()) }
    }

    fn send_password(&self, _: &Secret) -> Result<(), IoError> {
        self.0.in_use();
        assert!(self.0.secured.get() || !self.0.is_protected(), "a password in clear");
        assert!(self.0.has_asked_for(&["USER"]) && self.0.passwords.replace(1) == 0);
        self.0.is_asked(1, false);
        if self.0.script.breaks_down() { self.0.lost() } else { Ok(()) }
    }

    fn open_data(&self, port: u16) -> Result<DataConnection, IoError> {
        self.0.count_call();
        assert!(port > 0 && self.0.has_asked_for(&["EPSV", "PASV"]));
        super::data::open(&self.0)
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        self.0.count_call();
        match self.0.script.choice(3) {
            0 => Ok(Box::new(Listening::new(Rc::clone(&self.0)))),
            1 => Err(IoError::Denied),
            _ => Err(IoError::Unreachable),
        }
    }

    fn open_listing(&self, port: u16) -> Result<ListingConnection, IoError> {
        self.0.count_call();
        assert!(port > 0 && self.0.has_asked_for(&["EPSV", "PASV"]));
        super::incoming::open(&self.0)
    }
}
