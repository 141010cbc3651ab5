//! What both sides of `bench sandbox` are lent: a server that is nothing but a few answers, and a data connection that
//! takes bytes by counting them. Everything that a call costs beyond this is the side's own.
//!
//! Natively it is behind `native.rs`, for the component behind `confined.rs`.

use std::cell::{Cell, RefCell};

use crate::sink::answer;

/// One server, one file, and how often they were asked for something.
pub(crate) struct Server {
    /// Bytes of every file.
    size: u64,
    /// The most bytes that the data connection takes at a time.
    piece: u64,
    unread: RefCell<Vec<u8>>,
    stored: Cell<u64>,
    calls: Cell<u64>,
}

/// The server has nothing to say: a conversation that waits now is not the one that is to be measured.
#[derive(Debug)]
pub(crate) struct Silent;

impl Server {
    pub(crate) fn new(size: u64, piece: u64) -> Self {
        let greeting = RefCell::new(b"220 sink\r\n".to_vec());
        Self { size, piece, unread: greeting, stored: Cell::new(0), calls: Cell::new(0) }
    }

    /// How many calls there were of methods of the handles, and drops of a data connection.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.get()
    }

    pub(crate) fn receive(&self, limit: u32) -> Result<Vec<u8>, Silent> {
        self.count();
        let mut unread = self.unread.borrow_mut();
        let most = unread.len().min(limit as usize);
        if most == 0 { Err(Silent) } else { Ok(unread.drain(..most).collect()) }
    }

    pub(crate) fn pending(&self) -> bool {
        self.count();
        !self.unread.borrow().is_empty()
    }

    pub(crate) fn send(&self, line: &[u8]) {
        self.count();
        let line = line.trim_ascii_end();
        match line.split(|&byte| byte == b' ').next().unwrap_or_default() {
            b"EPSV" => self.say("229 Entering Extended Passive Mode (|||50000|)"),
            b"STOR" => {
                self.stored.set(0);
                self.say("150 go on");
            }
            b"SIZE" => self.say(&format!("213 {}", self.stored.get())),
            b"QUIT" => self.say("221 bye"),
            verb => self.say(answer(str::from_utf8(verb).unwrap_or_default())),
        }
    }

    pub(crate) fn send_password(&self) {
        self.count();
        self.say(answer("PASS"));
    }

    pub(crate) fn open_data(&self) {
        self.count();
    }

    /// How many bytes were taken; none at the end of the file, or out of order.
    pub(crate) fn splice(&self, offset: u64, length: u64) -> u64 {
        self.count();
        if offset != self.stored.get() {
            return 0;
        }
        let taken = length.min(self.piece).min(self.size - offset);
        self.stored.set(offset + taken);
        taken
    }

    pub(crate) fn finish(&self) {
        self.count();
        self.say("226 stored");
    }

    pub(crate) fn drop_data(&self) {
        self.count();
    }

    pub(crate) fn file_size(&self) -> u64 {
        self.count();
        self.size
    }

    pub(crate) fn entered(&self) {
        self.count();
    }

    fn say(&self, line: &str) {
        let mut unread = self.unread.borrow_mut();
        unread.extend_from_slice(line.as_bytes());
        unread.extend_from_slice(b"\r\n");
    }

    fn count(&self) {
        self.calls.set(self.calls.get() + 1);
    }
}
