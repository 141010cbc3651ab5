//! Redaction of the reply to PASS, in which some servers repeat the password. Each line is held back until it is
//! complete, and redacted before the guest receives it, because the guest must not learn the password.
//!
//! Only these bytes are redacted here, because only the code of that reply has a meaning for the guest. In other
//! replies, a number or a name that equals the password must not change; those replies are redacted where they are
//! shown.
//!
//! Several commands may be outstanding, so the reply to PASS is found by counting final replies (RFC 959 §4.2).

use alloc::vec::Vec;
use core::mem;

/// A line longer than this, in bytes, is released in pieces.
const MAX_LINE: usize = 8192;

/// The bytes that were received and not yet given to the guest.
pub struct ReplyRedactor {
    counter: ReplyCounter,
    /// The number of final replies until the one to PASS was received. `None` if nothing is masked.
    masked: Option<u32>,
    /// The bytes that the guest may have, with the password masked.
    ready: Vec<u8>,
    /// A line that is not complete yet.
    unfinished: Vec<u8>,
}

impl Default for ReplyRedactor {
    fn default() -> Self {
        let counter = ReplyCounter { outstanding: 1, ..ReplyCounter::default() };
        Self { counter, masked: None, ready: Vec::new(), unfinished: Vec::new() }
    }
}

impl ReplyRedactor {
    /// Must be called before PASS is sent. All bytes from here on are masked, until a command is sent after the reply
    /// to PASS is complete.
    pub fn expect_reply_to_password(&mut self) {
        self.counter.outstanding = self.counter.outstanding.saturating_add(1);
        self.masked = Some(self.counter.outstanding);
    }

    /// Must be called before `commands` other than PASS are sent. If the reply to PASS is complete, the bytes from here
    /// on are not masked. `redact` masks the password in a line of a reply.
    pub fn expect_replies(&mut self, commands: u32, redact: impl Fn(&[u8]) -> Vec<u8>) {
        if self.masked == Some(0) {
            self.release(&redact);
            self.masked = None;
        }
        self.counter.outstanding = self.counter.outstanding.saturating_add(commands);
    }

    /// Adds received bytes. [`give`](Self::give) returns the part of them that the guest may have.
    pub fn take(&mut self, bytes: &[u8], redact: impl Fn(&[u8]) -> Vec<u8>) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if self.masked.is_none() || piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                self.release(&redact);
            }
            if self.counter.ends_final_reply(piece) {
                self.masked = self.masked.map(|replies| replies.saturating_sub(1));
            }
        }
    }

    /// Returns true if a command has no final reply yet.
    pub fn awaits_replies(&self) -> bool {
        self.counter.outstanding > 0
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
        let line = if self.masked.is_some() { redact(&line) } else { line };
        self.ready.extend(line);
    }
}

/// Counts final replies in bytes that may be split anywhere.
#[derive(Default)]
struct ReplyCounter {
    /// The number of final replies that were not received yet.
    outstanding: u32,
    /// The first bytes of the current line, at most four.
    head: Vec<u8>,
    /// The code of a reply of several lines whose end was not received yet.
    begun: Option<[u8; 3]>,
}

impl ReplyCounter {
    /// Adds `piece`, which ends at the first line end in it. Returns true if a final reply ends here.
    fn ends_final_reply(&mut self, piece: &[u8]) -> bool {
        let missing = 4_usize.saturating_sub(self.head.len());
        self.head.extend(piece.iter().take(missing));
        if !piece.ends_with(b"\n") {
            return false;
        }
        let head = mem::take(&mut self.head);
        let ended = self.reply_ended_by(&head).is_some_and(|code| code[0] != b'1');
        self.outstanding = self.outstanding.saturating_sub(ended.into());
        ended
    }

    /// Returns the code of the reply that ends with the line that begins with `head` (RFC 959 §4.2).
    fn reply_ended_by(&mut self, head: &[u8]) -> Option<[u8; 3]> {
        let (code, [separator]) = head.split_first_chunk()? else { return None };
        let is_code = matches!(code, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9']);
        match (self.begun, separator) {
            (None, b'-') if is_code => {
                self.begun = Some(*code);
                None
            }
            (None, b' ' | b'\r' | b'\n') if is_code => Some(*code),
            (Some(begun), b' ' | b'\r' | b'\n') if begun == *code => self.begun.take(),
            (None | Some(_), _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::masked_reply;
    use alloc::string::String;
    use alloc::vec;

    const PASSWORD: &[u8] = b"correct horse";

    /// Something that happens on the control connection.
    #[derive(Clone, Copy)]
    enum Happens {
        /// This number of commands is sent.
        Sent(u32),
        /// PASS is sent.
        Password,
        /// The server sends this.
        Said(&'static str),
    }

    use Happens::{Password, Said, Sent};

    fn redact(line: &[u8]) -> Vec<u8> {
        masked_reply(line, PASSWORD)
    }

    fn given(events: &[Happens], portion: usize) -> String {
        let mut redactor = ReplyRedactor::default();
        let mut all = vec![];
        for event in events {
            match event {
                Sent(commands) => redactor.expect_replies(*commands, redact),
                Password => redactor.expect_reply_to_password(),
                Said(text) => text.as_bytes().chunks(portion).for_each(|bytes| redactor.take(bytes, redact)),
            }
            all.extend(redactor.give(usize::MAX));
        }
        String::from_utf8(all).unwrap()
    }

    /// Claims that the guest gets `wanted`, however the server's bytes are split.
    #[track_caller]
    fn gives(events: &[Happens], wanted: &str) {
        for portion in [usize::MAX, 1, 2, 3, 7] {
            assert_eq!(given(events, portion), wanted, "in portions of {portion}");
        }
    }

    #[test]
    fn the_reply_to_the_password_is_masked_and_the_next_one_is_not() {
        let told = [
            Said("220 Hi, correct horse\r\n"),
            Sent(1),
            Said("331 correct horse?\r\n"),
            Password,
            Said("230 correct horse\r\n"),
            Sent(1),
            Said("257 \"/correct horse\"\r\n"),
        ];
        let wanted = "220 Hi, correct horse\r\n331 correct horse?\r\n230 ****\r\n257 \"/correct horse\"\r\n";
        gives(&told, wanted);
    }

    #[test]
    fn a_command_behind_the_password_does_not_end_the_masking() {
        gives(
            &[Said("220 Hi\r\n"), Password, Sent(1), Said("530 correct horse\r\n500 correct horse\r\n")],
            "220 Hi\r\n530 ****\r\n500 ****\r\n",
        );
        gives(
            &[Said("220 Hi\r\n"), Password, Sent(3), Sent(2), Said("530 correct horse\r\n")],
            "220 Hi\r\n530 ****\r\n",
        );
    }

    #[test]
    fn replies_that_were_outstanding_before_the_password_are_not_taken_for_its_reply() {
        // Not even the greeting was received.
        let told = [
            Sent(2),
            Password,
            Said("120 Wait\r\n220 Hi\r\n"),
            Sent(1),
            Said("331 a\r\n200 b\r\n"),
            Sent(1),
            Said("530 correct horse\r\n"),
            Sent(1),
            Said("257 correct horse\r\n"),
        ];
        gives(&told, "120 Wait\r\n220 Hi\r\n331 a\r\n200 b\r\n530 ****\r\n257 correct horse\r\n");
    }

    #[test]
    fn a_reply_of_many_lines_is_masked_to_its_end() {
        let told = [
            Said("220-Hi\r\n220 there\r\n"),
            Password,
            Said("230-correct horse\r\n 230 correct horse\r\n331 correct horse\r\n230-correct horse\r\n"),
            Sent(1),
            Said("correct horse\n230 correct horse\n"),
            Sent(1),
            Said("correct horse\r\n"),
        ];
        let wanted = "220-Hi\r\n220 there\r\n230-****\r\n 230 ****\r\n331 ****\r\n230-****\r\n****\n230 ****\n\
                      correct horse\r\n";
        gives(&told, wanted);
    }

    #[test]
    fn preliminary_replies_and_text_without_a_code_do_not_end_the_masking() {
        let told = [
            Said("220 Hi\r\n"),
            Password,
            Said("150 correct horse\r\n\r\n23\r\n999 correct horse\r\n2300 correct horse\r\n"),
            Sent(1),
            Said("correct horse\r\n230\r\n"),
            Sent(1),
            Said("257 correct horse\r\n"),
        ];
        let wanted = "220 Hi\r\n150 ****\r\n\r\n23\r\n999 ****\r\n2300 ****\r\n****\r\n230\r\n257 correct horse\r\n";
        gives(&told, wanted);
    }

    #[test]
    fn a_line_is_held_back_until_it_is_complete_and_released_masked() {
        let mut redactor = ReplyRedactor::default();
        redactor.take(b"220 Hi\r\n", redact);
        redactor.expect_reply_to_password();
        redactor.give(usize::MAX);
        redactor.take(b"230 correct", redact);
        assert!(redactor.give(usize::MAX).is_empty() && redactor.holds_something());
        redactor.expect_replies(1, redact);
        assert!(redactor.give(usize::MAX).is_empty(), "the reply is not complete");
        redactor.take(b" horse\r\n", redact);
        assert_eq!(redactor.give(usize::MAX), b"230 ****\r\n");
    }
}
