//! The file and the data connection of the simulated server, and the checks of their use.
//!
//! The control connection is in `server.rs`.

use super::server::Server;
use crate::native::{
    Algorithm, Data, DataConnection, Endpoint, IoError, Listener, ListingConnection, Moved, Source, SourceError,
    SourceFile, SpliceError,
};
use std::borrow::ToOwned;
use std::boxed::Box;
use std::cell::Cell;
use std::rc::Rc;
use std::vec;
use std::vec::Vec;

/// The number of data connections that one file may use (`wit/capabilities.wit`, `open-data`).
const MAX_DATA_CONNECTIONS: u32 = 8;

/// The state of the transfer of one file.
#[derive(Default)]
pub(super) struct Transfer {
    /// The offset at which the transfer begins.
    pub(super) from: u64,
    length: u64,
    pub(super) moved: u64,
    /// True if `splice` has returned the end.
    pub(super) ended: bool,
    /// `declared`: `shutdown` was called; `delivered`: `finish` succeeded, so the server has read to the end.
    pub(super) declared: bool,
    pub(super) delivered: bool,
    /// True if a hash of the file was computed.
    pub(super) hashed: bool,
    /// True if the control connection has something to read that the session has not read yet.
    pub(super) heed: bool,
    connections: u32,
    /// The number of final replies before those to the command that stores the file, after it was sent.
    pub(super) replies_before: Option<usize>,
    pub(super) ended_at: Option<usize>,
    pub(super) asked_at: Option<usize>,
}

impl Transfer {
    pub(super) fn of(file: &File, from: u64) -> Self {
        Self { from, length: file.length, ..Self::default() }
    }

    /// Records that a command was sent when `told` bytes were received. If it stores the file, `stores` is the number of
    /// final replies before its own.
    pub(super) fn has_asked(&mut self, told: usize, stores: Option<usize>) {
        self.replies_before = stores.or(self.replies_before);
        if self.ended && self.asked_at.is_none() {
            self.asked_at = Some(told);
        }
    }
}

/// A file or a stream, of a few bytes or of many.
pub(super) struct File {
    server: Rc<Server>,
    length: u64,
    stream: bool,
}

impl File {
    pub(super) fn new(server: Rc<Server>) -> Self {
        let length = [5, 0, 1, 40 << 20][server.script.choice(4)];
        let stream = server.script.choice(2) == 1;
        Self { server, length, stream }
    }
}

impl Source for File {
    fn size(&self) -> Option<u64> {
        self.server.count_call();
        (!self.stream).then_some(self.length)
    }

    fn prepare_digest(&self, _: Algorithm) {
        self.server.count_call();
        assert!(self.server.transfer().moved == 0, "prepare-digest after the first splice");
    }

    fn digest(&self, algorithm: Algorithm, length: u64) -> Result<Vec<u8>, SourceError> {
        self.server.count_call();
        if length > self.length {
            return Err(SourceError::Shrank);
        }
        let bytes = match algorithm {
            Algorithm::Sha256 => 32,
            Algorithm::Sha1 => 20,
            Algorithm::Md5 => 16,
            Algorithm::Crc32 => 4,
        };
        match self.server.script.choice(3) {
            0 => {
                self.server.change(|transfer| transfer.hashed = true);
                Ok(vec![0xaa; bytes])
            }
            1 => Err(SourceError::Unreadable),
            _ => Err(SourceError::Shrank),
        }
    }
}

/// A local port on which the session waits for the server.
pub(super) struct Listening {
    server: Rc<Server>,
}

impl Listening {
    pub(super) fn new(server: Rc<Server>) -> Self {
        Self { server }
    }
}

impl Listener for Listening {
    fn endpoint(&self) -> Endpoint {
        self.server.count_call();
        let host = ["192.0.2.1", "2001:db8::1", "a\r\nDELE b", ""][self.server.script.choice(4)];
        Endpoint { host: host.to_owned(), port: 50_000 }
    }

    fn accept(&self) -> Result<DataConnection, IoError> {
        self.server.count_call();
        assert!(self.server.has_asked_for(STORING), "accept before STOR");
        open(&self.server)
    }

    fn accept_listing(&self) -> Result<ListingConnection, IoError> {
        self.server.count_call();
        assert!(self.server.has_asked_for(super::incoming::RETRIEVING), "accept before the command");
        super::incoming::open(&self.server)
    }
}

/// The commands that start a transfer.
pub(super) const STORING: &[&str] = &["STOR ", "APPE ", "STOU"];

pub(super) fn open(server: &Rc<Server>) -> Result<DataConnection, IoError> {
    connect(server)?;
    Ok(Box::new(Connection {
        server: Rc::clone(server),
        secured: Cell::new(false),
        over: Cell::new(false),
        ending: Cell::new(None),
    }))
}

/// Opens a data connection for either direction.
pub(super) fn connect(server: &Server) -> Result<(), IoError> {
    server.change(|transfer| transfer.connections += 1);
    assert!(server.transfer().connections <= MAX_DATA_CONNECTIONS);
    match server.script.choice(5) {
        0 => Ok(()),
        1 => Err(IoError::Refused),
        2 => Err(IoError::Unreachable),
        3 => Err(IoError::TimedOut),
        _ => Err(IoError::Denied),
    }
}

/// A data connection.
struct Connection {
    server: Rc<Server>,
    secured: Cell<bool>,
    /// True if the connection can only be dropped.
    over: Cell<bool>,
    /// The result of `finish`, after `shutdown`.
    ending: Cell<Option<usize>>,
}

impl Connection {
    fn in_use(&self) {
        self.server.count_call();
        assert!(!self.over.get(), "the data connection was used after its end");
        assert!(self.server.has_asked_for(STORING), "the data connection was used before STOR");
    }

    fn fails<T>(&self, cause: IoError) -> Result<T, IoError> {
        self.over.set(true);
        Err(cause)
    }
}

impl Data for Connection {
    fn secure(&self) -> Result<(), IoError> {
        self.in_use();
        assert!(!self.secured.replace(true) && self.server.is_protected());
        assert!(self.server.accepted(), "a handshake before the server has accepted the transfer");
        match self.server.script.choice(6) {
            0 => Ok(()),
            1 => self.fails(IoError::Insecure),
            2 => self.fails(IoError::Denied),
            3 => self.fails(IoError::Closed),
            4 => self.fails(IoError::Reset),
            _ => self.fails(IoError::TimedOut),
        }
    }

    fn splice(&self, _: &SourceFile, offset: u64, length: u64) -> Result<Moved, SpliceError> {
        self.in_use();
        assert!(self.secured.get() || !self.server.is_protected(), "bytes in clear");
        let (next, end, heed) = {
            let transfer = self.server.transfer();
            (transfer.from + transfer.moved, transfer.length, transfer.heed)
        };
        assert!(self.ending.get().is_none(), "bytes after the end");
        assert!(offset == next && length > 0, "bytes out of order");
        assert!(!heed, "the control connection was not read after `heard`");
        let Some(left) = end.checked_sub(next) else { return self.source_fails(SourceError::Shrank) };
        let moved = match self.server.script.choice(8) {
            0 => left.min(length),
            1 => left.min(1),
            2 => {
                self.server.change(|transfer| transfer.heed = true);
                return Ok(Moved::Heard);
            }
            3 => return self.fails(IoError::Reset).map_err(SpliceError::Connection),
            4 => return self.fails(IoError::TimedOut).map_err(SpliceError::Connection),
            5 => return self.fails(IoError::Closed).map_err(SpliceError::Connection),
            6 => return self.source_fails(SourceError::Shrank),
            _ => return self.source_fails(SourceError::Unreadable),
        };
        self.server.change(|transfer| transfer.moved += moved);
        if moved > 0 {
            return Ok(Moved::Bytes(moved));
        }
        let told = self.server.told();
        self.server.change(|transfer| (transfer.ended, transfer.ended_at) = (true, Some(told)));
        Ok(Moved::End)
    }

    fn shutdown(&self) -> Result<(), IoError> {
        self.in_use();
        assert!(
            self.server.transfer().ended && self.ending.get().is_none(),
            "declared complete before the end, or twice"
        );
        self.server.change(|transfer| transfer.declared = true);
        let ending = self.server.script.choice(8);
        self.ending.set(Some(ending % 4));
        if ending < 4 { Ok(()) } else { self.fails([IoError::Reset, IoError::TimedOut, IoError::Closed][ending % 3]) }
    }

    fn finish(&self) -> Result<(), IoError> {
        self.in_use();
        let Some(ending) = self.ending.get() else { panic!("finished without `shutdown`") };
        assert!(self.server.accepted() || self.server.confirmed(), "finished before a reply to STOR");
        self.over.set(true);
        match ending {
            0 => self.server.change(|transfer| transfer.delivered = true),
            1 => return Err(IoError::Reset),
            2 => return Err(IoError::TimedOut),
            _ => return Err(IoError::Closed),
        }
        Ok(())
    }
}

impl Connection {
    fn source_fails(&self, cause: SourceError) -> Result<Moved, SpliceError> {
        self.over.set(true);
        Err(SpliceError::Source(cause))
    }
}
