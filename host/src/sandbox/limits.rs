//! The bounds of the guest: how much memory it may have, how many things, and how long it may compute.
//!
//! Time that the guest spends waiting inside a call of the host does not count as computing; how long such a wait
//! may be is the host's own affair (`lent/pace.rs`), and how many there may be is `lent/budget.rs`.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasmtime::{Engine, StoreLimits, StoreLimitsBuilder};

/// The guest's memory, in bytes. It needs 1.2 MiB, of which 1 MiB is its stack.
pub(crate) const MEMORY: usize = 4 * 1024 * 1024;

/// Computing time for one call of the guest. It needs milliseconds.
pub(crate) const TIME_PER_CALL: Duration = Duration::from_secs(5);

/// More computing time for each GiB that the call has moved. It needs a few milliseconds, and the host some hundred for
/// moving them in pieces that do not have to be waited for.
pub(crate) const TIME_PER_GIB: Duration = Duration::from_secs(10);

/// What takes less is no wait: a guest that keeps the host busy with one trifle after the other is computing.
const NO_WAIT: Duration = Duration::from_micros(50);

/// How often a guest that does not call the host is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Handles that may exist at once. The guest has five, and one more for each data connection.
pub(crate) const HANDLES: usize = 32;

/// Bytes that the guest may pass in one call of the host: the longest command, and room for its frame.
pub(crate) const CALL_BYTES: usize = 64 * 1024;

/// The limits that wasmtime enforces by itself.
pub(crate) fn store_limits() -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(MEMORY)
        .memories(1)
        .instances(10)
        .tables(10)
        .table_elements(1000)
        .trap_on_grow_failure(true)
        .build()
}

/// The guest has computed for too long.
#[derive(Debug, thiserror::Error)]
#[error("the component computed for more than {} s in one call", TIME_PER_CALL.as_secs())]
pub(crate) struct OutOfTime;

/// Counts how long the guest computes in one call.
#[derive(Debug)]
pub(crate) struct ComputeBudget {
    called: Instant,
    waited: Duration,
    moved: u64,
}

impl ComputeBudget {
    /// Starts counting: the guest is being called.
    pub(crate) fn start() -> Self {
        Self { called: Instant::now(), waited: Duration::ZERO, moved: 0 }
    }

    /// The host has spent the time since `began` on the guest's behalf.
    pub(crate) fn waited_since(&mut self, began: Instant) {
        self.waited += Some(began.elapsed()).filter(|&time| time >= NO_WAIT).unwrap_or_default();
    }

    /// `bytes` of the file were moved.
    pub(crate) fn moved(&mut self, bytes: u64) {
        self.moved += bytes;
    }

    /// Whether the guest may go on.
    pub(crate) fn check(&self) -> Result<(), OutOfTime> {
        let gibibytes = u32::try_from(self.moved >> 30).unwrap_or(u32::MAX);
        let allowed = TIME_PER_CALL + TIME_PER_GIB.saturating_mul(gibibytes);
        let computed = self.called.elapsed().saturating_sub(self.waited);
        if computed > allowed { Err(OutOfTime) } else { Ok(()) }
    }
}

/// Makes the engine's clock tick while a guest is there to be looked at; stops when dropped.
pub(crate) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Self {
        let engine = engine.clone();
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.take();
        // It can only have panicked if the engine's clock can, and then there is nothing left to stop.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spent_in_the_host_is_not_the_guests() {
        let mut compute_budget = ComputeBudget::start();
        compute_budget.called -= Duration::from_secs(100);
        assert!(compute_budget.check().is_err());
        compute_budget.waited_since(Instant::now());
        assert_eq!(compute_budget.waited, Duration::ZERO, "a trifle is no wait");
        compute_budget.waited_since(Instant::now() - Duration::from_secs(99));
        assert!(compute_budget.check().is_ok());
    }

    #[test]
    fn more_bytes_moved_allow_more_time() {
        let mut compute_budget = ComputeBudget::start();
        compute_budget.called -= TIME_PER_CALL + Duration::from_secs(2);
        assert!(compute_budget.check().is_err());
        compute_budget.moved(4 << 30);
        assert!(compute_budget.check().is_ok());
    }
}
