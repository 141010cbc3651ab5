//! An input of the fuzzer: a series of decisions, which are used one by one. After the last one, everything takes its
//! usual course.

use std::cell::Cell;

/// The source of the decisions.
pub(crate) struct Script {
    bytes: Vec<u8>,
    at: Cell<usize>,
    /// Byte values from this one on mean an unusual event.
    odd_from: u8,
}

impl Script {
    pub(crate) fn new(data: &[u8]) -> Self {
        let oddness = usize::from(data.first().copied().unwrap_or_default() % 4);
        Self { bytes: data.to_vec(), at: Cell::new(1), odd_from: [250, 236, 212, 180][oddness] }
    }

    fn next(&self) -> Option<u8> {
        let at = self.at.get();
        self.at.set(at + 1);
        self.bytes.get(at).copied()
    }

    /// Returns one of `ways` with equal probability; 0 after the end of the input.
    pub(crate) fn choice(&self, ways: usize) -> usize {
        self.next().map_or(0, |byte| usize::from(byte) % ways)
    }

    /// Returns 0 in most cases, which is the usual event; else one of `ways`.
    pub(crate) fn odd(&self, ways: usize) -> usize {
        if self.next().is_some_and(|byte| byte >= self.odd_from) { self.choice(ways) } else { 0 }
    }

    pub(crate) fn yes(&self) -> bool {
        self.choice(2) == 1
    }
}
