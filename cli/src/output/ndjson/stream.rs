//! Standard output as a stream of events, which can neither block an upload for ever nor end it. A line waits in memory
//! while the pipe is full; if the reader takes nothing for a second, further events are left out and counted until there
//! is space again. A reader that has gone away is no error.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::platform::output::{stdout_is_ready, write_some};

/// The most bytes that wait for the reader.
const MOST_WAITING: usize = 256 << 10;

/// The longest wait of an event for space among them. After one event has waited without success, further ones are left
/// out at once, until there is space again.
const SPACE_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest time at the end in which the reader takes nothing.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest time at the end.
const END_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest time in which the reader takes nothing, and the longest time at all, of a process that ends at once.
const PROMPT_TIMEOUT: Duration = Duration::from_millis(300);

/// The time between two looks at a stream that another thread is using.
const PROMPT_PAUSE: Duration = Duration::from_millis(10);

/// The number of bytes that a pipe accepts without blocking when poll(2) reports it writable (PIPE_BUF, pipe(7)). A line
/// that is not longer is written in one piece, and never cut.
const PIECE: usize = 4096;

/// The reason for leaving out an event while the reader is slow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The next event of the same kind replaces it: it does not wait.
    Passing,
    /// It waits for space.
    Lasting,
}

/// The lines that wait for the reader of standard output.
pub struct Stream(Mutex<State>);

struct State {
    /// Each with its line end. The first one may have been written in part.
    waiting: VecDeque<String>,
    /// The bytes of the first line that are written.
    written: usize,
    /// The bytes that wait.
    bytes: usize,
    /// True after an event has waited for space without success.
    blocked: bool,
    /// The events that were left out since the last one that was not.
    left_out: u64,
    /// All events that were left out.
    all_left_out: u64,
    /// True after the last line, and if nobody reads any more.
    closed: bool,
}

impl Stream {
    /// A stream on which nothing was written.
    pub const fn new() -> Self {
        Self(Mutex::new(State::new()))
    }

    /// Adds a line, without its line end, and writes as much as the reader takes. `left_out` makes the line that tells
    /// how many events are missing at this point.
    pub fn push(&self, line: String, weight: Weight, left_out: impl FnOnce(u64) -> String) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.write(Duration::ZERO);
        if !state.has_space_for(&line) && weight == Weight::Lasting && !state.blocked {
            state.wait_for_space(&line);
        }
        if !state.has_space_for(&line) {
            state.left_out += 1;
            state.all_left_out += 1;
            state.blocked |= weight == Weight::Lasting;
            return;
        }
        state.blocked = false;
        state.add_after_gap(line, left_out);
        state.write(Duration::ZERO);
    }

    /// Adds the last line, made by `last` from the number of all events that were left out, and waits until the reader
    /// has everything, as long as it takes some. Only the first call has an effect.
    pub fn close(&self, last: impl FnOnce(u64) -> String, left_out: impl FnOnce(u64) -> String) {
        self.lock().close(last, left_out, SILENCE_TIMEOUT, END_TIMEOUT);
    }

    /// Does the same in well under a second. If another thread is writing for longer than that, it has no effect.
    pub fn close_promptly(&self, last: impl FnOnce(u64) -> String, left_out: impl FnOnce(u64) -> String) {
        let until = Instant::now() + PROMPT_TIMEOUT;
        while Instant::now() < until {
            let state = match self.0.try_lock() {
                Ok(state) => Some(state),
                Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            };
            if let Some(mut state) = state {
                return state.close(last, left_out, PROMPT_TIMEOUT, PROMPT_TIMEOUT);
            }
            thread::sleep(PROMPT_PAUSE);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            written: 0,
            bytes: 0,
            blocked: false,
            left_out: 0,
            all_left_out: 0,
            closed: false,
        }
    }

    fn has_space_for(&self, line: &str) -> bool {
        // A line that is longer than all the space may wait alone.
        self.waiting.is_empty() || self.bytes + line.len() < MOST_WAITING
    }

    fn wait_for_space(&mut self, line: &str) {
        let until = Instant::now() + SPACE_TIMEOUT;
        while !self.has_space_for(line) && !self.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.write(left) {
                return;
            }
        }
    }

    fn close(
        &mut self,
        last: impl FnOnce(u64) -> String,
        left_out: impl FnOnce(u64) -> String,
        silence: Duration,
        most: Duration,
    ) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        let (line, until) = (last(self.all_left_out), Instant::now() + most);
        self.add_after_gap(line, left_out);
        while !self.waiting.is_empty() && self.write(silence) && Instant::now() < until {}
    }

    /// Adds the line about events that were left out, if there are any, and then `line`.
    fn add_after_gap(&mut self, line: String, left_out: impl FnOnce(u64) -> String) {
        match std::mem::take(&mut self.left_out) {
            0 => {}
            count => self.add(left_out(count)),
        }
        self.add(line);
    }

    fn add(&mut self, mut line: String) {
        line.push('\n');
        self.bytes += line.len();
        self.waiting.push_back(line);
    }

    /// Writes as much as the reader takes, and waits up to `patience` for the first piece. Returns false if it took
    /// nothing.
    fn write(&mut self, patience: Duration) -> bool {
        let mut patience = patience;
        let mut wrote = false;
        while let Some(line) = self.waiting.front() {
            let end = line.len().min(self.written + PIECE);
            let piece = line.as_bytes().get(self.written..end).unwrap_or_default();
            if !stdout_is_ready(&io::stdout(), patience) {
                return wrote;
            }
            match write_some(&io::stdout(), piece) {
                Ok(count) => self.wrote(count),
                // The reader has gone away, or standard output is closed or full. The upload goes on.
                Err(_) => {
                    self.give_up();
                    return false;
                }
            }
            (patience, wrote) = (Duration::ZERO, true);
        }
        wrote
    }

    fn wrote(&mut self, count: usize) {
        self.written += count;
        self.bytes = self.bytes.saturating_sub(count);
        if self.waiting.front().is_some_and(|line| self.written >= line.len()) {
            self.waiting.pop_front();
            self.written = 0;
        }
    }

    fn give_up(&mut self) {
        *self = Self { closed: true, ..Self::new() };
    }
}
