//! An input of the fuzzer: a list of decisions, and the bytes that the server sends. It is also a file that people can
//! read and write:
//!
//! ```text
//! 00000 0000 1
//! 220 Hello
//! 331 Password
//! 230 In
//! ```
//!
//! The first line contains decisions. One is used each time something can happen in more than one way; `0` is the usual
//! way, and also stands for every decision after the last one. Blanks are ignored. The rest is sent by the server, one
//! line at a time, except where a [mark](Word) says otherwise.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::vec::Vec;

/// The unused part of an input.
pub(super) struct Script {
    decisions: RefCell<VecDeque<u8>>,
    text: RefCell<VecDeque<u8>>,
}

/// The meaning of a byte of the text.
#[derive(PartialEq, Eq)]
enum Word {
    /// `~`: the portion ends here, in the middle of a line.
    Cut,
    /// `&`: the line end before this does not end the portion.
    Joined,
    /// `!`: the connection fails here.
    Broken,
    /// `^`: the server sends the text after this without being asked.
    Unasked,
    Byte(u8),
}

impl Word {
    fn of(byte: u8) -> Self {
        match byte {
            b'~' => Self::Cut,
            b'&' => Self::Joined,
            b'!' => Self::Broken,
            b'^' => Self::Unasked,
            byte => Self::Byte(byte),
        }
    }
}

impl Script {
    pub(super) fn new(data: &[u8]) -> Self {
        let end = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
        let decisions = data[..end].iter().copied().filter(|&byte| byte != b' ').collect();
        let text = data.iter().skip(end + 1).copied().collect();
        Self { decisions: RefCell::new(decisions), text: RefCell::new(text) }
    }

    /// Returns a number from 0 to `ways - 1`.
    pub(super) fn choice(&self, ways: usize) -> usize {
        self.decisions.borrow_mut().pop_front().map_or(0, |byte| usize::from(byte.wrapping_sub(b'0')) % ways)
    }

    /// Returns the next bytes of the server, at most `limit`; none if the connection fails or ends.
    pub(super) fn portion(&self, limit: usize) -> Vec<u8> {
        let mut text = self.text.borrow_mut();
        let mut portion = Vec::new();
        while portion.len() < limit {
            match text.pop_front().map(Word::of) {
                Some(Word::Byte(byte)) => portion.push(byte),
                Some(Word::Joined | Word::Unasked) => continue,
                Some(Word::Cut) if portion.is_empty() => continue,
                Some(Word::Cut) => break,
                Some(Word::Broken) | None => {
                    text.clear();
                    break;
                }
            }
            let joined = text.front().is_some_and(|&byte| Word::of(byte) == Word::Joined);
            if portion.ends_with(b"\n") && !joined {
                break;
            }
        }
        portion
    }

    /// Returns true if the server sends something without being asked.
    pub(super) fn speaks_unasked(&self) -> bool {
        self.text.borrow().front().is_some_and(|&byte| Word::of(byte) == Word::Unasked)
    }

    /// Returns true if the connection fails before the server sends more.
    pub(super) fn breaks_down(&self) -> bool {
        let mut text = self.text.borrow_mut();
        let broken = text.front().is_some_and(|&byte| Word::of(byte) == Word::Broken);
        if broken {
            text.clear();
        }
        broken
    }
}
