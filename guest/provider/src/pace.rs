//! How long the server may take, and waiting no longer than that. The deadlines are those of `host/src/lent/pace.rs`;
//! every wait of the provider goes through this file.

use alloc::vec::Vec;
use core::cell::Cell;

use wasip2::clocks::monotonic_clock::{Instant, now, subscribe_instant};
use wasip2::io::poll::{Pollable, poll};

use crate::bindings::exports::ftp_uploader::upload::capabilities::IoError;
use crate::bindings::exports::ftp_uploader::wasi::grants::Patience;

const SECOND: u64 = 1_000_000_000;

/// How long to wait for the goodbye. Nothing depends on it.
const FAREWELL: u64 = 2 * SECOND;

/// How long to wait for the server's end of a data connection when its reply is there already.
const GRACE: u64 = SECOND;

/// The deadlines of one conversation, in nanoseconds of WASI's monotonic clock.
pub(crate) struct Pace {
    silence: Cell<u64>,
    connecting: u64,
    /// The last command sent, or the last byte of data moved.
    moved: Cell<Instant>,
}

impl Pace {
    pub(crate) fn new(patience: Patience) -> Self {
        let nanoseconds = |seconds: u32| u64::from(seconds) * SECOND;
        Self {
            silence: Cell::new(nanoseconds(patience.silence)),
            connecting: nanoseconds(patience.connecting),
            moved: Cell::new(now()),
        }
    }

    /// Something was sent or has moved: the next reply has its full time.
    pub(crate) fn mark(&self) {
        self.moved.set(now());
    }

    /// From here on only the goodbye is waited for.
    pub(crate) fn say_farewell(&self) {
        self.silence.set(self.silence.get().min(FAREWELL));
    }

    /// When the whole reply has to be here, or something has to have moved.
    pub(crate) fn due(&self) -> Instant {
        self.moved.get() + self.silence.get()
    }

    /// When a connection that is dialled now has to stand.
    pub(crate) fn connection_due(&self) -> Instant {
        now() + self.connecting
    }

    /// When waiting for the end of a data connection becomes pointless, now that the reply is there.
    pub(crate) fn grace_ends(&self) -> Instant {
        now() + self.silence.get().min(GRACE)
    }
}

/// Waits until one of `things` is ready; tells which are.
///
/// # Errors
/// `TimedOut` when `until` passes before.
pub(crate) fn wait<const N: usize>(things: [&Pollable; N], until: Instant) -> Result<[bool; N], IoError> {
    let deadline = subscribe_instant(until);
    let all: Vec<&Pollable> = things.into_iter().chain([&deadline]).collect();
    let ready = poll(&all);
    let is_ready = core::array::from_fn(|index| ready.iter().any(|&found| usize::try_from(found) == Ok(index)));
    if is_ready.contains(&true) { Ok(is_ready) } else { Err(IoError::TimedOut) }
}
