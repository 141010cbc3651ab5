//! An input of the fuzzer: a row of decisions, used up one by one. Behind the last one, all goes as it usually does.

use std::cell::Cell;

/// What decides.
pub(crate) struct Script {
    bytes: Vec<u8>,
    at: Cell<usize>,
    /// Bytes from here on stand for something unusual.
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

    /// One of `ways`, all alike; 0 behind the end.
    pub(crate) fn choice(&self, ways: usize) -> usize {
        self.next().map_or(0, |byte| usize::from(byte) % ways)
    }

    /// Mostly 0, which is what usually happens; else one of `ways`.
    pub(crate) fn odd(&self, ways: usize) -> usize {
        if self.next().is_some_and(|byte| byte >= self.odd_from) { self.choice(ways) } else { 0 }
    }

    pub(crate) fn yes(&self) -> bool {
        self.choice(2) == 1
    }
}
