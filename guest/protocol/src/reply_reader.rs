//! Parses replies from bytes. Packets may be split at any byte and may contain several replies, lines end with LF or CR
//! LF, and one reply never takes more than [`MAX_REPLY`] bytes, for any number of lines.
//!
//! This file knows the form of a reply (RFC 959 §4.2); its meaning is defined in `step/mod.rs`.

use crate::reply::{Code, Reply};
use alloc::vec::Vec;

/// The longest reply accepted, in bytes, including all its lines. Long login banners have a few thousand.
pub const MAX_REPLY: usize = 65_536;

/// Collects bytes and returns complete replies.
#[derive(Debug, Default)]
pub struct ReplyReader {
    unread: Vec<u8>,
    /// The number of `unread` bytes that were searched and contain no line end.
    searched: usize,
    /// The lines so far of an incomplete reply.
    begun: Option<Reply>,
    /// The number of bytes in the lines of `begun`.
    length: usize,
}

/// The reason why the server's bytes are not a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAReply {
    /// A line that should start a reply has no code.
    NoCode,
    /// The reply is longer than [`MAX_REPLY`].
    TooLong,
}

impl ReplyReader {
    /// Appends bytes, in portions of any size.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// Returns true if every byte fed was part of a reply that was returned.
    pub fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.begun.is_none()
    }

    /// Returns the number of bytes held, for checks that it is bounded.
    #[cfg(any(test, fuzzing))]
    pub fn held(&self) -> usize {
        self.unread.len() + self.begun.as_ref().map_or(0, |reply| reply.text.len())
    }

    /// Returns the next complete reply, or `None` if more bytes are needed.
    ///
    /// # Errors [`NotAReply`]. The bytes after it cannot be trusted: do not call this again.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, NotAReply> {
        while let Some(line) = self.next_line()? {
            if let Some(reply) = self.take_line(&line)? {
                self.length = 0;
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    /// Returns a line without its end. A CR before the LF belongs to the end; LF alone is accepted, because some
    /// servers send it.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, NotAReply> {
        let found = self.unread[self.searched..].iter().position(|&byte| byte == b'\n');
        let taken = found.map_or(self.unread.len(), |at| self.searched + at + 1);
        if self.length + taken > MAX_REPLY {
            return Err(NotAReply::TooLong);
        }
        if found.is_none() {
            self.searched = taken;
            return Ok(None);
        }
        self.searched = 0;
        self.length += taken;
        let mut line: Vec<u8> = self.unread.drain(..taken).collect();
        line.pop();
        line.pop_if(|byte| *byte == b'\r');
        Ok(Some(line))
    }

    fn take_line(&mut self, line: &[u8]) -> Result<Option<Reply>, NotAReply> {
        match self.begun.take() {
            None => self.first_line(line),
            Some(reply) => Ok(self.further_line(reply, line)),
        }
    }

    fn first_line(&mut self, line: &[u8]) -> Result<Option<Reply>, NotAReply> {
        let code = Code::parse(line).ok_or(NotAReply::NoCode)?;
        let text = line.get(4..).unwrap_or_default().to_vec();
        match line.get(3) {
            None | Some(b' ') => Ok(Some(Reply { code, text })),
            Some(b'-') => {
                self.begun = Some(Reply { code, text });
                Ok(None)
            }
            Some(_) => Err(NotAReply::NoCode),
        }
    }

    /// Only a line with the same code and no hyphen ends a reply; other lines may start with any digits.
    fn further_line(&mut self, mut reply: Reply, line: &[u8]) -> Option<Reply> {
        let same_code = Code::parse(line) == Some(reply.code);
        let (text, last) = match line.get(3) {
            None if same_code => (&line[3..], true),
            Some(b' ') if same_code => (&line[4..], true),
            Some(b'-') if same_code => (&line[4..], false),
            _ => (line, false),
        };
        reply.text.push(b'\n');
        reply.text.extend_from_slice(text);
        if last {
            return Some(reply);
        }
        self.begun = Some(reply);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::{format, vec};
    use proptest::prelude::*;

    type Read = Vec<Result<(u16, String), NotAReply>>;

    /// Reads `portions` one after the other and collects the replies, up to the first error.
    fn read<'a>(portions: impl Iterator<Item = &'a [u8]>) -> Read {
        let mut reader = ReplyReader::default();
        let mut replies = vec![];
        for portion in portions {
            reader.feed(portion);
            loop {
                match reader.next_reply() {
                    Ok(None) => break,
                    Ok(Some(reply)) => {
                        replies.push(Ok((reply.code.number(), String::from_utf8_lossy(&reply.text).into())));
                    }
                    Err(error) => {
                        replies.push(Err(error));
                        return replies;
                    }
                }
            }
        }
        replies
    }

    /// Reads the bytes in one piece and byte by byte, which must give the same replies.
    fn read_any_way(bytes: &str) -> Read {
        let whole = read([bytes.as_bytes()].into_iter());
        assert_eq!(read(bytes.as_bytes().chunks(1)), whole, "byte by byte");
        whole
    }

    fn ok(code: u16, text: &str) -> Result<(u16, String), NotAReply> {
        Ok((code, text.into()))
    }

    #[test]
    fn a_reply_is_a_code_and_its_text() {
        assert_eq!(read_any_way("220 Hello\r\n"), [ok(220, "Hello")]);
        assert_eq!(read_any_way("220\r\n"), [ok(220, "")]);
        assert_eq!(read_any_way("220 \n"), [ok(220, "")]);
    }

    #[test]
    fn a_reply_of_many_lines_ends_at_its_own_code_and_a_space() {
        let text = "230-Welcome\r\n 230 not yet\r\n226 nor now\r\n230-more\r\n\r\n230 Done\r\n";
        assert_eq!(read_any_way(text), [ok(230, "Welcome\n 230 not yet\n226 nor now\nmore\n\nDone")]);
    }

    #[test]
    fn several_replies_in_one_packet_come_out_one_by_one() {
        assert_eq!(read_any_way("150 Go\r\n226 Done\r\n"), [ok(150, "Go"), ok(226, "Done")]);
    }

    #[test]
    fn a_line_without_a_code_is_no_reply() {
        for line in ["SSH-2.0-x\r\n", "\r\n", "22 x\r\n", "2200 x\r\n", "220x\r\n", "HTTP/1.1 400\r\n"] {
            assert_eq!(read_any_way(line), [Err(NotAReply::NoCode)], "{line:?}");
        }
    }

    #[test]
    fn a_reply_may_be_just_so_long_and_no_longer() {
        let of_length = |n: usize| format!("220 {}\r\n", "x".repeat(n - 6));
        assert_eq!(read([of_length(MAX_REPLY).as_bytes()].into_iter()).len(), 1);
        assert_eq!(read([of_length(MAX_REPLY + 1).as_bytes()].into_iter()), [Err(NotAReply::TooLong)]);
    }

    #[test]
    fn neither_an_endless_line_nor_endless_lines_fill_the_memory() {
        for portion in [&[b'x'; 1000][..], b"220-x\r\n"] {
            let mut reader = ReplyReader::default();
            reader.feed(b"220-");
            let failed = (0..MAX_REPLY).find(|_| {
                reader.feed(portion);
                reader.next_reply() == Err(NotAReply::TooLong)
            });
            assert!(failed.is_some_and(|portions| portions <= MAX_REPLY / portion.len()));
        }
    }

    proptest! {
        #[test]
        fn bytes_split_anywhere_give_the_same_replies(
            bytes in "([1-5][0-9]{2}[ -]?|[a-z ]{0,3}|\r?\n){0,40}",
            cut in proptest::collection::vec(1_usize..9, 1..60),
        ) {
            let whole = read([bytes.as_bytes()].into_iter());
            let mut rest = bytes.as_bytes();
            let portions = cut.iter().cycle().map_while(|&n| {
                let (portion, further) = rest.split_at(n.min(rest.len()));
                rest = further;
                (!portion.is_empty()).then_some(portion)
            });
            prop_assert_eq!(read(portions), whole);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            read(bytes.chunks(7));
        }
    }

    #[test]
    fn bytes_behind_a_reply_are_noticed_whole_or_not() {
        for (behind, empty) in [("", true), ("2", false), ("230 in\r\n", false), ("230-a\r\n", false)] {
            let mut reader = ReplyReader::default();
            reader.feed(format!("234 TLS\r\n{behind}").as_bytes());
            assert!(reader.next_reply().unwrap().is_some());
            assert_eq!(reader.is_empty(), empty, "{behind:?}");
        }
    }
}
