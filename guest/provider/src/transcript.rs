//! The conversation for a human reader: whole lines, escaped, without the password. The counterpart of
//! `host/src/sandbox/transcript.rs`. `control.rs` calls it; if the user asked for a transcript, it writes to stderr.

use alloc::format;
use alloc::vec::Vec;
use core::mem;

use crate::password::Password;
use ftp_text::escape::Escaped;

/// A line longer than this, in bytes, is printed in pieces.
const MAX_LINE: usize = 4096;

/// Splits the bytes of the control connection into lines.
pub(crate) struct Transcript {
    wanted: bool,
    /// The bytes of the server's current line, which is incomplete.
    unfinished: Vec<u8>,
}

impl Transcript {
    pub(crate) fn new(wanted: bool) -> Self {
        Self { wanted, unfinished: Vec::new() }
    }

    /// Prints a command that was sent.
    pub(crate) fn sent(&self, command: &[u8]) {
        self.tell('>', command);
    }

    /// Prints the complete lines in `bytes`, which may contain any number of line ends.
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
