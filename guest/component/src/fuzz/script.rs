//! An input of the fuzzer: what is decided, and what the server says. A file that people can read and write, too:
//!
//! ```text
//! 00000 0000 1
//! 220 Hello
//! 331 Password
//! 230 In
//! ```
//!
//! The first line holds decisions, used up one by one where something can happen in more than one way; `0` is what happens
//! usually, and so is what stands behind the last one. Blanks are for the eye. The rest is what the server says: a line at a
//! time, save for the [marks](Word).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::vec::Vec;

/// What is left of an input.
pub(super) struct Script {
    decisions: RefCell<VecDeque<u8>>,
    text: RefCell<VecDeque<u8>>,
}

/// What a byte of the text stands for.
#[derive(PartialEq, Eq)]
enum Word {
    /// `~`: the portion ends here, in the middle of a line.
    Cut,
    /// `&`: the line end before this does not end the portion.
    Joined,
    /// `!`: the connection breaks down here.
    Broken,
    /// `^`: the server says what follows without being asked.
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

    /// One of `ways`, from 0 on.
    pub(super) fn choice(&self, ways: usize) -> usize {
        self.decisions.borrow_mut().pop_front().map_or(0, |byte| usize::from(byte.wrapping_sub(b'0')) % ways)
    }

    /// What the server says next, at most `limit` bytes; nothing where the connection breaks down, or ends.
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

    /// Whether the server says something without being asked.
    pub(super) fn speaks_unasked(&self) -> bool {
        self.text.borrow().front().is_some_and(|&byte| Word::of(byte) == Word::Unasked)
    }

    /// Whether the connection breaks down before anything more is said.
    pub(super) fn breaks_down(&self) -> bool {
        let mut text = self.text.borrow_mut();
        let broken = text.front().is_some_and(|&byte| Word::of(byte) == Word::Broken);
        if broken {
            text.clear();
        }
        broken
    }
}
