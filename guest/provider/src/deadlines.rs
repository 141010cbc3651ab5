//! The deadlines, and waiting until one of them. They are those of `host/src/sandbox/transfer/deadlines.rs`; every wait of the provider
//! goes through this file.

use alloc::vec::Vec;
use core::cell::Cell;

use wasip2::clocks::monotonic_clock::{Instant, now, subscribe_instant};
use wasip2::io::poll::{Pollable, poll};

use crate::bindings::exports::ftp_uploader::upload::capabilities::IoError;
use crate::bindings::exports::ftp_uploader::wasi::grants::Patience;

const SECOND: u64 = 1_000_000_000;

/// The time to wait for the reply to QUIT. Nothing depends on that reply.
const QUIT_TIMEOUT: u64 = 2 * SECOND;

/// The time to wait for the server to close a data connection after its final reply was received.
const CLOSE_TIMEOUT: u64 = SECOND;

/// The deadlines of one conversation, in nanoseconds of WASI's monotonic clock.
pub(crate) struct Deadlines {
    silence: Cell<u64>,
    connecting: u64,
    /// The time of the last command sent, or of the last byte of data moved.
    moved: Cell<Instant>,
}

impl Deadlines {
    pub(crate) fn new(patience: Patience) -> Self {
        let nanoseconds = |seconds: u32| u64::from(seconds) * SECOND;
        Self {
            silence: Cell::new(nanoseconds(patience.silence)),
            connecting: nanoseconds(patience.connecting),
            moved: Cell::new(now()),
        }
    }

    /// Restarts the deadline: something was sent or moved, so the next reply has its full time.
    pub(crate) fn mark(&self) {
        self.moved.set(now());
    }

    /// Shortens the deadline: from here on only the reply to QUIT is expected.
    pub(crate) fn say_farewell(&self) {
        self.silence.set(self.silence.get().min(QUIT_TIMEOUT));
    }

    /// The time by which the whole reply must be received, or something must have moved.
    pub(crate) fn due(&self) -> Instant {
        self.moved.get() + self.silence.get()
    }

    /// The time by which something must be received that has a deadline of its own.
    pub(crate) fn silence_ends(&self) -> Instant {
        now() + self.silence.get()
    }

    /// The time by which a connection that is opened now must be established.
    pub(crate) fn connection_due(&self) -> Instant {
        now() + self.connecting
    }

    /// The end of the wait for the end of a data connection, after the final reply was received.
    pub(crate) fn grace_ends(&self) -> Instant {
        now() + self.silence.get().min(CLOSE_TIMEOUT)
    }
}

/// Waits until one of `things` is ready; returns which ones are.
///
/// # Errors
/// `TimedOut` if `until` passes first.
pub(crate) fn wait<const N: usize>(things: [&Pollable; N], until: Instant) -> Result<[bool; N], IoError> {
    let deadline = subscribe_instant(until);
    let all: Vec<&Pollable> = things.into_iter().chain([&deadline]).collect();
    let ready = poll(&all);
    let is_ready = core::array::from_fn(|index| ready.iter().any(|&found| usize::try_from(found) == Ok(index)));
    if is_ready.contains(&true) { Ok(is_ready) } else { Err(IoError::TimedOut) }
}
