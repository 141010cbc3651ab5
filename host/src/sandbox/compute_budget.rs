//! The computing time of the guest in one call, and the ticker that interrupts a guest that does not call the host.
//!
//! Time inside a host call does not count. The deadlines of such a call are in `transfer/deadlines.rs`;
//! `call_budget.rs` limits the number of calls.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasmtime::Engine;

/// The computing time for one call of the guest. It needs milliseconds.
pub(crate) const TIME_PER_CALL: Duration = Duration::from_secs(5);

/// The additional computing time for each GiB that the call has moved. The guest needs a few milliseconds; the host
/// needs some hundred for pieces that are moved without a wait.
pub(crate) const TIME_PER_GIB: Duration = Duration::from_secs(10);

/// Host calls shorter than this count as compute time, so that many cheap calls cannot dodge the limit.
const MIN_WAIT: Duration = Duration::from_micros(50);

/// The time between two checks of a guest that does not call the host.
const EPOCH_INTERVAL: Duration = Duration::from_millis(50);

/// The guest has computed for too long.
#[derive(Debug, thiserror::Error)]
#[error("the component computed for more than {} s in one call", TIME_PER_CALL.as_secs())]
pub(crate) struct ComputeTimeExceeded;

/// Counts the computing time of the guest in one call.
#[derive(Debug)]
pub(crate) struct ComputeBudget {
    called: Instant,
    waited: Duration,
    /// The bytes of the file that were moved in this call.
    moved: u64,
}

impl ComputeBudget {
    /// Starts counting: the guest is being called.
    pub(crate) fn start() -> Self {
        Self { called: Instant::now(), waited: Duration::ZERO, moved: 0 }
    }

    /// Does not count the time since `began`, which the host has spent in a host call.
    pub(crate) fn waited_since(&mut self, began: Instant) {
        self.waited += Some(began.elapsed()).filter(|&time| time >= MIN_WAIT).unwrap_or_default();
    }

    /// Adds `bytes` of the file that were moved.
    pub(crate) fn moved(&mut self, bytes: u64) {
        self.moved += bytes;
    }

    /// Returns an error if the guest has used up its computing time.
    pub(crate) fn check(&self) -> Result<(), ComputeTimeExceeded> {
        let gibibytes = u32::try_from(self.moved >> 30).unwrap_or(u32::MAX);
        let allowed = TIME_PER_CALL + TIME_PER_GIB.saturating_mul(gibibytes);
        let computed = self.called.elapsed().saturating_sub(self.waited);
        if computed > allowed { Err(ComputeTimeExceeded) } else { Ok(()) }
    }
}

/// Increments the engine's epoch while a guest exists. Dropping it ends its thread.
pub(crate) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start(engine: &Engine) -> Self {
        let engine = engine.clone();
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(EPOCH_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.take();
        // An error means that the thread has panicked, and so has ended as well.
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
        assert_eq!(compute_budget.waited, Duration::ZERO, "a short call counts");
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
