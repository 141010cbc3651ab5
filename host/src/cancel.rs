//! The cancellation of a run from outside, and the run's time limit. `net/wait.rs` makes every wait of the host obey
//! both.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::fd::BorrowedFd;

use crate::platform::wake_up::WakeUp;

/// The longest time that a run takes after its cancellation, to remove its temporary files or its lock from the server.
pub const CLEAN_UP_LIMIT: Duration = Duration::from_secs(5);

/// Cancels uploads at their next blocking call. Clones share the state; it cannot be reset.
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    cancelled: AtomicBool,
    /// Is rung on cancellation.
    wake_up: WakeUp,
}

impl CancelToken {
    /// Returns a token that is not cancelled.
    ///
    /// # Errors
    /// If the process cannot open two more file descriptors.
    pub fn new() -> io::Result<Self> {
        Ok(Self(Arc::new(Shared { cancelled: AtomicBool::new(false), wake_up: WakeUp::new()? })))
    }

    /// Ends every upload whose request carries this token, with `UploadError::Interrupted`.
    pub fn cancel(&self) {
        if !self.0.cancelled.swap(true, Ordering::AcqRel) {
            self.0.wake_up.ring();
        }
    }

    /// Returns true after [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }
}

/// The events that end a run early: its token is cancelled, or its time limit is reached. Each wait has a deadline of
/// its own, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancellation {
    token: Option<CancelToken>,
    /// Cancels a part of the run: a connection that is not needed any more.
    part: Option<CancelToken>,
    deadline: Option<Instant>,
    /// The nanoseconds that were added to the deadline. Clones share them.
    postponed: Arc<AtomicU64>,
}

impl Cancellation {
    /// Returns the cancellation of a run that begins now and may take no longer than `max_time`.
    pub(crate) fn begin(token: Option<&CancelToken>, max_time: Option<Duration>) -> Self {
        // A time that the clock cannot represent is no limit.
        let deadline = max_time.and_then(|time| Instant::now().checked_add(time));
        Self { token: token.cloned(), part: None, deadline, postponed: Arc::default() }
    }

    /// Returns the cancellation of a part of the run, which `token` can end alone.
    pub(crate) fn of_part(&self, token: &CancelToken) -> Self {
        Self { part: Some(token.clone()), ..self.clone() }
    }

    /// Adds `time` to the time limit of the run, for all clones.
    pub(crate) fn postpone(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // More than 500 years are no limit.
        let add = |sum: u64| Some(sum.saturating_add(nanoseconds));
        let _ = self.postponed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Returns the time that was added to the time limit.
    pub(crate) fn postponed(&self) -> Duration {
        Duration::from_nanos(self.postponed.load(Ordering::Relaxed))
    }

    /// Returns the time at which the run must end. A time that the clock cannot represent is no limit.
    fn deadline(&self) -> Option<Instant> {
        self.deadline?.checked_add(self.postponed())
    }

    /// Returns an error if the run must end.
    pub(crate) fn check(&self) -> Result<(), WaitError> {
        if self.tokens().any(CancelToken::is_cancelled) {
            return Err(WaitError::Interrupted);
        }
        if self.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(WaitError::OutOfTime);
        }
        Ok(())
    }

    /// Returns the earlier of `until` and the time limit of the run.
    pub(crate) fn limit(&self, until: Instant) -> Instant {
        self.deadline().map_or(until, |deadline| deadline.min(until))
    }

    /// Returns the descriptors of which one becomes readable on cancellation.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.tokens().map(|token| token.0.wake_up.as_fd())
    }

    fn tokens(&self) -> impl Iterator<Item = &CancelToken> {
        self.token.iter().chain(&self.part)
    }
}

/// The reason why an operation on a socket ended without a result.
#[derive(Debug)]
pub(crate) enum WaitError {
    /// The connection failed. A deadline that passed is `ErrorKind::TimedOut`.
    Failed(io::Error),
    /// The token was cancelled.
    Interrupted,
    /// The time limit of the run is reached.
    OutOfTime,
}

impl WaitError {
    /// Returns the error of an operation that was not done before its deadline.
    pub(crate) fn timed_out() -> Self {
        Self::Failed(io::ErrorKind::TimedOut.into())
    }
}

impl From<io::Error> for WaitError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_that_is_postponed_is_postponed_for_all_parts_of_the_run() {
        let run = Cancellation::begin(None, Some(Duration::from_millis(1)));
        let part = run.of_part(&CancelToken::new().unwrap());
        std::thread::sleep(Duration::from_millis(2));
        assert!(matches!(part.check(), Err(WaitError::OutOfTime)));
        run.postpone(Duration::from_secs(60));
        run.postpone(Duration::from_secs(60));
        assert!(part.check().is_ok());
        assert_eq!(part.postponed(), Duration::from_secs(120));
        run.postpone(Duration::MAX);
        assert!(part.check().is_ok());
    }
}
