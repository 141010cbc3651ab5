//! The reply to the password, in which some servers repeat it: held back until a line is whole, and masked before the
//! guest, which may not know the password, gets it.
//!
//! Only this one reply: nothing but its code has a meaning. In others a number or a name that happens to be the password
//! must stay what it is; they are masked where they are shown (`transcript.rs`, `../session.rs`).

use alloc::vec::Vec;
use core::mem;

use crate::password::Password;

/// A line longer than this, in bytes, is given on in pieces.
const MAX_LINE: usize = 8192;

/// What was received and not yet given to the guest.
#[derive(Default)]
pub(super) struct Echo {
    /// Whether the last thing that was sent is the password.
    expected: bool,
    /// Lines that may be given on, masked.
    ready: Vec<u8>,
    /// A line that is not whole yet.
    unfinished: Vec<u8>,
}

impl Echo {
    /// The password is on its way.
    pub(super) fn expect(&mut self) {
        self.expected = true;
    }

    /// A command was sent: what comes now is the reply to that. What was held is given on.
    pub(super) fn expect_no_more(&mut self, password: &Password) {
        self.release(password);
        self.expected = false;
    }

    /// Takes what was received; all that may be given on then comes from [`give`](Self::give).
    pub(super) fn take(&mut self, bytes: &[u8], password: &Password) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if !self.expected || piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                self.release(password);
            }
        }
    }

    /// Whether something was received and not yet given on, masked or not.
    pub(super) fn holds_something(&self) -> bool {
        !(self.ready.is_empty() && self.unfinished.is_empty())
    }

    /// At most `most` bytes for the guest.
    pub(super) fn give(&mut self, most: usize) -> Vec<u8> {
        let rest = self.ready.split_off(most.min(self.ready.len()));
        mem::replace(&mut self.ready, rest)
    }

    fn release(&mut self, password: &Password) {
        let line = mem::take(&mut self.unfinished);
        let line = if self.expected { password.masked_in_reply(&line) } else { line };
        self.ready.extend(line);
    }
}
