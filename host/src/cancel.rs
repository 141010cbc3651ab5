//! The cancellation of a run from outside, and the run's time limit. `net/wait.rs` makes every wait of the host obey
//! both.

use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Cancels uploads at their next blocking call. Clones share the state; it cannot be reset.
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    cancelled: AtomicBool,
    /// Shut down on cancellation, which makes `readable` readable from then on.
    writer: UnixStream,
    readable: UnixStream,
}

impl CancelToken {
    /// Returns a token that is not cancelled.
    ///
    /// # Errors
    /// If the process cannot open two more file descriptors.
    pub fn new() -> io::Result<Self> {
        let (writer, readable) = UnixStream::pair()?;
        Ok(Self(Arc::new(Shared { cancelled: AtomicBool::new(false), writer, readable })))
    }

    /// Ends every upload whose request carries this token, with `UploadError::Interrupted`.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        // Fails only if it was shut down before; then the token is cancelled already.
        let _ = self.0.writer.shutdown(Shutdown::Both);
    }

    /// Returns true after [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }
}

/// The two events that end a run early: its token is cancelled, or its time limit is reached. Each wait has a deadline
/// of its own, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancellation {
    token: Option<CancelToken>,
    deadline: Option<Instant>,
}

impl Cancellation {
    /// Returns the cancellation of a run that begins now and may take no longer than `max_time`.
    pub(crate) fn begin(token: Option<&CancelToken>, max_time: Option<Duration>) -> Self {
        // A time that the clock cannot represent is no limit.
        let deadline = max_time.and_then(|time| Instant::now().checked_add(time));
        Self { token: token.cloned(), deadline }
    }

    /// Adds `time` to the time limit of the run.
    pub(crate) fn postpone(&mut self, time: Duration) {
        self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(time));
    }

    /// Returns an error if the run must end.
    pub(crate) fn check(&self) -> Result<(), WaitError> {
        if self.token.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(WaitError::Interrupted);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(WaitError::OutOfTime);
        }
        Ok(())
    }

    /// Returns the earlier of `until` and the time limit of the run.
    pub(crate) fn limit(&self, until: Instant) -> Instant {
        self.deadline.map_or(until, |deadline| deadline.min(until))
    }

    /// Returns the descriptor that becomes readable on cancellation.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.token.as_ref().map(|token| token.0.readable.as_fd())
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
