//! Redaction of the reply to PASS, in which some servers repeat the password. Each line is held back until it is
//! complete, and redacted before the guest receives it, because the guest must not learn the password.
//!
//! Only this reply is redacted here, because only its code has a meaning for the guest. In other replies, a number or a
//! name that equals the password must not change; those replies are redacted where they are shown.

use alloc::vec::Vec;
use core::mem;

/// A line longer than this, in bytes, is released in pieces.
const MAX_LINE: usize = 8192;

/// The bytes that were received and not yet given to the guest.
#[derive(Default)]
pub struct ReplyRedactor {
    /// True if PASS was the last command sent, so that its reply is expected.
    expected: bool,
    /// The bytes that the guest may have, with the password masked.
    ready: Vec<u8>,
    /// A line that is not complete yet.
    unfinished: Vec<u8>,
}

impl ReplyRedactor {
    /// Notes that PASS was sent: the next reply may contain the password.
    pub fn expect(&mut self) {
        self.expected = true;
    }

    /// Notes that another command was sent: the next bytes belong to its reply. Bytes that were held back are released;
    /// `redact` masks the password in a line of a reply.
    pub fn expect_no_more(&mut self, redact: impl Fn(&[u8]) -> Vec<u8>) {
        self.release(&redact);
        self.expected = false;
    }

    /// Adds received bytes. [`give`](Self::give) returns the part of them that the guest may have.
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

    /// Makes the unfinished line available to the guest.
    fn release(&mut self, redact: &impl Fn(&[u8]) -> Vec<u8>) {
        let line = mem::take(&mut self.unfinished);
        let line = if self.expected { redact(&line) } else { line };
        self.ready.extend(line);
    }
}
