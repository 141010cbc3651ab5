//! The rate limit that the user sets: after each piece of a file, no more is sent until the time of the piece has
//! passed. The sessions of a run share it.
//!
//! `wait.rs` waits for that time.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of pieces that a second is divided into: few enough to cost nothing, enough for a steady stream.
const PIECES_PER_SECOND: u64 = 10;

/// The longest unused time that later pieces may use: the delay with which a thread may be woken.
const MAX_CATCH_UP: Duration = Duration::from_millis(100);

/// A limit, and the time at which it permits the next byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimit {
    bytes_per_second: NonZeroU64,
    /// The time at which the bytes sent so far have used up their share.
    free_at: Instant,
}

/// The rate limit of a run. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct SharedRateLimit(Arc<Mutex<RateLimit>>);

impl SharedRateLimit {
    /// A limit for all sessions of a run together.
    pub(crate) fn new(bytes_per_second: NonZeroU64) -> Self {
        Self(Arc::new(Mutex::new(RateLimit::new(bytes_per_second))))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, RateLimit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateLimit {
    pub(super) fn new(bytes_per_second: NonZeroU64) -> Self {
        Self { bytes_per_second, free_at: Instant::now() }
    }

    /// Returns the most bytes to send at once.
    pub(super) fn piece(&self) -> u64 {
        (self.bytes_per_second.get() / PIECES_PER_SECOND).max(1)
    }

    /// Returns the time from which on the next byte may be sent.
    pub(super) fn free_at(&self) -> Instant {
        self.free_at
    }

    /// Records that `bytes` were sent `now`.
    pub(super) fn sent(&mut self, bytes: u64, now: Instant) {
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second.get());
        let time = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        self.free_at = self.free_at.max(now.checked_sub(MAX_CATCH_UP).unwrap_or(now)) + time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(bytes_per_second: u64) -> RateLimit {
        RateLimit::new(NonZeroU64::new(bytes_per_second).unwrap())
    }

    #[test]
    fn bytes_sent_as_soon_as_they_may_are_sent_at_the_rate() {
        for bytes_per_second in [1, 7, 1000, 1 << 20, 10 << 30] {
            let mut rate = rate(bytes_per_second);
            let (began, mut sent) = (rate.free_at(), 0);
            while sent < bytes_per_second {
                let piece = rate.piece().min(bytes_per_second - sent);
                rate.sent(piece, rate.free_at());
                sent += piece;
            }
            let took = rate.free_at() - began;
            assert!(took.abs_diff(Duration::from_secs(1)) < Duration::from_millis(1), "{bytes_per_second}: {took:?}");
        }
    }

    #[test]
    fn time_in_which_nothing_went_is_not_made_up_for() {
        let mut rate = rate(1000);
        let later = rate.free_at() + Duration::from_secs(3600);
        rate.sent(1000, later);
        assert!(rate.free_at() >= later + Duration::from_millis(900));
    }
}
