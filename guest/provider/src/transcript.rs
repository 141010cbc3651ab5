//! The conversation as a person may read it: whole lines, escaped, without the password. The counterpart of
//! `host/src/lent/transcript.rs`; heard from `control.rs`, written on stderr when it was asked for.

use alloc::format;
use alloc::vec::Vec;
use core::mem;

use crate::password::Password;
use ftp_text::escape::Escaped;

/// A line longer than this, in bytes, is shown in pieces.
const MAX_LINE: usize = 4096;

/// Cuts the bytes of the control connection into lines.
pub(crate) struct Transcript {
    wanted: bool,
    /// What the server has said of a line that is not whole yet.
    unfinished: Vec<u8>,
}

impl Transcript {
    pub(crate) fn new(wanted: bool) -> Self {
        Self { wanted, unfinished: Vec::new() }
    }

    /// We have sent a command.
    pub(crate) fn sent(&self, command: &[u8]) {
        self.tell('>', command);
    }

    /// The server has said `bytes`, with any number of line ends in them.
    pub(crate) fn received(&mut self, bytes: &[u8], password: &Password) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                let line = mem::take(&mut self.unfinished);
                self.tell('<', &password.masked_in(&line));
            }
        }
    }

    fn tell(&self, mark: char, line: &[u8]) {
        if self.wanted {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            ftp_guest_console::say(&format!("{mark} {}", Escaped(line)));
        }
    }
}
