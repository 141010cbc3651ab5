//! The reply to the password, in which some servers repeat it: held back until a line is complete, and redacted before the
//! guest, which must not learn the password, receives it.
//!
//! Only this one reply: of it, nothing but the code has a meaning. In other replies a number or a name that is equal to the
//! password must stay as it is; those are redacted where they are shown.

use alloc::vec::Vec;
use core::mem;

/// A line longer than this, in bytes, is given on in pieces.
const MAX_LINE: usize = 8192;

/// The bytes received and not yet given to the guest.
#[derive(Default)]
pub struct ReplyRedactor {
    /// Whether the last thing that was sent is the password.
    expected: bool,
    /// Lines that may be given on, masked.
    ready: Vec<u8>,
    /// A line that is not whole yet.
    unfinished: Vec<u8>,
}

impl ReplyRedactor {
    /// The password was sent.
    pub fn expect(&mut self) {
        self.expected = true;
    }

    /// Another command was sent: the next bytes belong to its reply. Bytes that were held back become available; `redact`
    /// removes the password from a line of a reply.
    pub fn expect_no_more(&mut self, redact: impl Fn(&[u8]) -> Vec<u8>) {
        self.release(&redact);
        self.expected = false;
    }

    /// Adds bytes that were received; [`give`](Self::give) returns the part of them that the guest may have.
    pub fn take(&mut self, bytes: &[u8], redact: impl Fn(&[u8]) -> Vec<u8>) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if !self.expected || piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                self.release(&redact);
            }
        }
    }

    /// Returns true if bytes were received that [`give`](Self::give) has not returned yet.
    pub fn holds_something(&self) -> bool {
        !(self.ready.is_empty() && self.unfinished.is_empty())
    }

    /// Returns at most `most` bytes for the guest.
    pub fn give(&mut self, most: usize) -> Vec<u8> {
        let rest = self.ready.split_off(most.min(self.ready.len()));
        mem::replace(&mut self.ready, rest)
    }

    fn release(&mut self, redact: &impl Fn(&[u8]) -> Vec<u8>) {
        let line = mem::take(&mut self.unfinished);
        let line = if self.expected { redact(&line) } else { line };
        self.ready.extend(line);
    }
}
