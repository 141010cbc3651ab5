//! The server for both sides of `bench sandbox`: it consists of a few replies, and of a data connection that only
//! counts the bytes. All other cost of a call belongs to the side that is measured.
//!
//! `native.rs` and `confined/` connect it to the conversation.

use std::cell::{Cell, RefCell};

use crate::sink::answer;

/// One server with one file, and the number of calls.
pub(crate) struct Server {
    /// The size of every file, in bytes.
    size: u64,
    /// The maximum number of bytes that the data connection takes at a time.
    piece: u64,
    unread: RefCell<Vec<u8>>,
    stored: Cell<u64>,
    calls: Cell<u64>,
}

/// The server has no reply: a conversation that waits now differs from the one to be measured.
#[derive(Debug)]
pub(crate) struct Silent;

impl Server {
    pub(crate) fn new(size: u64, piece: u64) -> Self {
        let greeting = RefCell::new(b"220 sink\r\n".to_vec());
        Self { size, piece, unread: greeting, stored: Cell::new(0), calls: Cell::new(0) }
    }

    /// Returns the number of calls of the handles' methods, and of drops of a data connection.
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

    pub(crate) fn send(&self, lines: &[u8]) {
        self.count();
        lines.split_inclusive(|&byte| byte == b'\n').for_each(|line| self.hear(line));
    }

    fn hear(&self, line: &[u8]) {
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

    /// Returns the number of bytes taken; 0 at the end of the file, or out of order.
    pub(crate) fn splice(&self, offset: u64, length: u64) -> u64 {
        self.count();
        if offset != self.stored.get() {
            return 0;
        }
        let taken = length.min(self.piece).min(self.size - offset);
        self.stored.set(offset + taken);
        taken
    }

    pub(crate) fn shutdown(&self) {
        self.count();
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
