//! A scripted server behind the handles of `native.rs`, and the log of the calls.

use super::data::{Connection, Incoming, Listening};
use crate::contract::{Announced, DataMode, Inquiry, Login, Placement, Plan, Protection, Receipt, UploadError, Verify};
use crate::native::{
    Algorithm, Control, DataConnection, DataListener, IoError, ListingConnection, Notice, Secret, Source, SourceError,
    SourceFile, SpliceError, Step, Witness,
};
use crate::session::Conversation;
use std::borrow::ToOwned;
use std::boxed::Box;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::format;
use std::rc::Rc;
use std::string::String;
use std::vec;
use std::vec::Vec;

/// The size of the local file in these tests, in bytes.
pub(super) const SIZE: u64 = 5;

/// The hash of the local file, in the form in which a server tells it.
pub(super) const HASH: &str = "ABABABAB";

/// The replies of a server with nothing to complain about.
const REPLIES: [(&str, &str); 16] = [
    ("USER", "331 Password"),
    ("FEAT", "211 None"),
    ("CWD", "250 There"),
    ("DELE", "250 Gone"),
    ("RMD", "250 Gone"),
    ("EPSV", "229 (|||50000|)"),
    ("PASV", "227 (127,0,0,1,195,80)"),
    ("STOR", "150 Go"),
    ("SIZE", "213 5"),
    ("MDTM", "213 19700101000010"),
    ("MKD", "257 Made"),
    ("PWD", "257 \"/home\""),
    ("MLSD", "150 Go"),
    ("LIST", "150 Go"),
    ("RETR", "150 Go"),
    ("RNFR", "350 To?"),
];

/// A server, and the log.
pub(super) struct Server {
    /// The replies to lines, of which the last one that fits counts; a line without one gets `200 Ok`.
    replies: RefCell<Vec<(String, String)>>,
    outbox: RefCell<VecDeque<u8>>,
    log: RefCell<Vec<String>>,
    /// The most bytes that one `receive` returns.
    pub(super) portion: Cell<usize>,
    /// The result of the next calls of `open-data`.
    pub(super) dialled: Cell<Result<(), IoError>>,
    /// The reply at the end of the data.
    pub(super) stored: RefCell<String>,
    /// The error of `receive` when the server has nothing more to say.
    pub(super) silence: Cell<IoError>,
    /// The result of `splice` after the control connection was read, or of the first one.
    pub(super) spliced: Cell<Option<SpliceError>>,
    /// The data that the server sends after lines, of which the last one that fits counts.
    data: RefCell<Vec<(String, Vec<u8>)>>,
    /// The data that the session has not received yet.
    pub(super) sending: RefCell<VecDeque<u8>>,
    /// True from the preliminary reply to MLSD, LIST or RETR to the final one.
    pub(super) in_transfer: Cell<bool>,
    /// The final reply after that data.
    pub(super) sent: RefCell<String>,
    /// The end of that data.
    pub(super) ended: Cell<Result<(), IoError>>,
    /// The result of the handshake on a connection that receives.
    pub(super) secured: Cell<Result<(), IoError>>,
    /// The number of lines that were sent since bytes were received, and the most of them.
    unanswered: Cell<usize>,
    pub(super) most_unanswered: Cell<usize>,
}

/// The parts of a session, by the side that they belong to.
pub(super) struct Run {
    pub(super) server: Rc<Server>,
    pub(super) session: Conversation,
}

impl Server {
    fn new() -> Rc<Self> {
        let server = Self {
            replies: RefCell::default(),
            outbox: RefCell::new("220 Hello\r\n".bytes().collect()),
            log: RefCell::default(),
            portion: Cell::new(usize::MAX),
            dialled: Cell::new(Ok(())),
            stored: RefCell::new("226 Stored".to_owned()),
            silence: Cell::new(IoError::TimedOut),
            spliced: Cell::new(None),
            data: RefCell::default(),
            sending: RefCell::default(),
            in_transfer: Cell::new(false),
            sent: RefCell::new("226 Sent".to_owned()),
            ended: Cell::new(Ok(())),
            secured: Cell::new(Ok(())),
            unanswered: Cell::default(),
            most_unanswered: Cell::default(),
        };
        REPLIES.iter().for_each(|(line, reply)| server.on(line, reply));
        Rc::new(server)
    }

    /// Replies to lines that begin with `line` from here on. Several replies are separated by LF; an empty text is no
    /// reply.
    pub(super) fn on(&self, line: &str, reply: &str) {
        self.replies.borrow_mut().push((line.to_owned(), reply.to_owned()));
    }

    /// Sends `data` after lines that begin with `line` from here on, if the transfer is accepted.
    pub(super) fn sends(&self, line: &str, data: impl Into<Vec<u8>>) {
        self.data.borrow_mut().push((line.to_owned(), data.into()));
    }

    pub(super) fn says(&self, text: &str) {
        let lines = text.split('\n').filter(|line| !line.is_empty());
        self.outbox.borrow_mut().extend(lines.flat_map(|line| format!("{line}\r\n").into_bytes()));
    }

    fn hears(&self, line: &str) {
        let replies = self.replies.borrow();
        let reply = replies.iter().rev().find(|(known, _)| line.starts_with(known.as_str()));
        let reply = reply.map_or("200 Ok", |(_, reply)| reply);
        if ["MLSD", "LIST", "RETR"].contains(&&line[..4.min(line.len())]) {
            let data = self.data.borrow();
            let data = data.iter().rev().find(|(known, _)| line.starts_with(known.as_str()));
            self.sending.replace(data.map(|(_, data)| data.iter().copied().collect()).unwrap_or_default());
            self.in_transfer.set(reply.starts_with('1'));
        }
        self.says(reply);
    }

    pub(super) fn notes(&self, what: impl Into<String>) {
        self.log.borrow_mut().push(what.into());
    }

    /// Returns the log since the last call. Lines sent at once are joined by ` + `.
    pub(super) fn log(&self) -> Vec<String> {
        self.log.take()
    }
}

impl Run {
    /// Logs in to a server that `prepare` has changed, and enters a directory, one command at a time.
    pub(super) fn new(prepare: impl FnOnce(&Server)) -> Self {
        Self::protected(Protection::Clear, prepare)
    }

    pub(super) fn protected(protection: Protection, prepare: impl FnOnce(&Server)) -> Self {
        Self::within(".", DataMode::Passive, protection, prepare)
    }

    /// Enters `directory`.
    pub(super) fn within(
        directory: &str,
        mode: DataMode,
        protection: Protection,
        prepare: impl FnOnce(&Server),
    ) -> Self {
        let server = Server::new();
        prepare(&server);
        let mut session = open(&server, mode, protection, false).unwrap();
        session.enter(directory.as_bytes(), false, false).unwrap();
        Self { server, session }
    }

    /// Does the same, and stores the file `a`, whose check is left open.
    pub(super) fn after_a_file(prepare: impl FnOnce(&Server)) -> Self {
        let mut run = Self::new(prepare);
        run.store("a").unwrap();
        run.server.log();
        run
    }

    /// Stores the local file; its check may be left open.
    pub(super) fn store(&mut self, name: &str) -> Result<Receipt, UploadError> {
        self.store_with(name, Placement::Replace, true)
    }

    pub(super) fn store_with(&mut self, name: &str, placement: Placement, defer: bool) -> Result<Receipt, UploadError> {
        let file: SourceFile = Box::new(Local);
        self.session.store(&file, name.as_bytes(), Plan { placement, verify: Verify::Best, defer })
    }

    /// Announces `b`, in a flight, with the question for its size.
    pub(super) fn announce(&mut self) -> Result<Announced, UploadError> {
        self.session.announce(b"b", Inquiry::Size, true)
    }

    /// Claims that nothing more is sent, whichever function is called.
    #[track_caller]
    pub(super) fn is_over(&mut self) {
        self.server.log();
        assert!(self.session.look(b"c").is_err());
        assert!(self.store("c").is_err());
        assert!(self.session.make_directories(&[b"c".to_vec()], true).is_err());
        self.session.quit();
        assert_eq!(self.server.log(), [""; 0], "nothing is sent");
    }
}

/// Logs in.
pub(super) fn login(server: &Rc<Server>, protection: Protection, flight: bool) -> Result<Conversation, UploadError> {
    open(server, DataMode::Passive, protection, flight)
}

fn open(
    server: &Rc<Server>,
    data_mode: DataMode,
    protection: Protection,
    flight: bool,
) -> Result<Conversation, UploadError> {
    let login = Login { user: b"alice".to_vec(), account: None, protection, data_mode, flight };
    let control = Box::new(Line(Rc::clone(server)));
    Conversation::open(control, &Secret, &login, Box::new(Unwatched))
}

/// A server that was not asked anything yet.
pub(super) fn server() -> Rc<Server> {
    Server::new()
}

struct Line(Rc<Server>);

impl Control for Line {
    fn receive(&self, _: u32) -> Result<Vec<u8>, IoError> {
        self.0.unanswered.set(0);
        let mut outbox = self.0.outbox.borrow_mut();
        let count = self.0.portion.get().min(outbox.len());
        if count == 0 { Err(self.0.silence.get()) } else { Ok(outbox.drain(..count).collect()) }
    }

    fn pending(&self) -> bool {
        !self.0.outbox.borrow().is_empty()
    }

    fn secure(&self) -> Result<(), IoError> {
        Ok(())
    }

    fn send(&self, bytes: &[u8]) -> Result<(), IoError> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        self.0.notes(lines.join(" + "));
        self.0.unanswered.set(self.0.unanswered.get() + lines.len());
        self.0.most_unanswered.set(self.0.most_unanswered.get().max(self.0.unanswered.get()));
        lines.into_iter().for_each(|line| self.0.hears(line));
        Ok(())
    }

    fn send_password(&self, _: &Secret) -> Result<(), IoError> {
        self.0.notes("PASS");
        self.0.says("230 In");
        Ok(())
    }

    fn open_data(&self, port: u16) -> Result<DataConnection, IoError> {
        self.0.notes(format!("[dial {port}]"));
        self.0.dialled.get().map(|()| Box::new(Connection(Rc::clone(&self.0))) as DataConnection)
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        Ok(Box::new(Listening(Rc::clone(&self.0))))
    }

    fn open_listing(&self, port: u16) -> Result<ListingConnection, IoError> {
        self.0.notes(format!("[dial listing {port}]"));
        self.0.dialled.get().map(|()| Box::new(Incoming(Rc::clone(&self.0))) as ListingConnection)
    }
}

/// The local file.
struct Local;

impl Source for Local {
    fn size(&self) -> Option<u64> {
        Some(SIZE)
    }

    fn prepare_digest(&self, _: Algorithm) {}

    fn digest(&self, algorithm: Algorithm, length: u64) -> Result<Vec<u8>, SourceError> {
        let bytes = if algorithm == Algorithm::Sha256 { 32 } else { 4 };
        if length == SIZE { Ok(vec![0xab; bytes]) } else { Err(SourceError::Shrank) }
    }
}

struct Unwatched;

impl Witness for Unwatched {
    fn entered(&self, _: Step) {}

    fn noticed(&self, _: Notice) {}
}
