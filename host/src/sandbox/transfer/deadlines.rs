//! How long the server may take, and how fast the file may go: every deadline of a session comes from here.
//!
//! A deadline counts from the last thing that we did or that moved, not from the last byte received, so that a server
//! cannot hold a session by dribbling.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::sandbox::transfer::rate_limit::RateLimit;

/// How long to wait for the goodbye. Nothing depends on it.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// How often to look at a send queue.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait for the server's end of a data connection when its reply is there already.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to let the server end a data connection first, behind a proxy.
const TLS_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of bytes that a server is expected to hash in a millisecond, at least: 50 MB a second.
const HASH_RATE: u64 = 50_000;

/// The deadlines of one session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    timeout: Duration,
    connect_timeout: Duration,
    /// The last command sent, or the last byte of data moved.
    moved: Instant,
    /// What the last command gives the server beyond the timeout.
    extra: Duration,
    rate: Option<RateLimit>,
}

impl Deadlines {
    pub(crate) fn new(timeout: Duration, connect_timeout: Duration, limit: Option<NonZeroU64>) -> Self {
        Self { timeout, connect_timeout, moved: Instant::now(), extra: Duration::ZERO, rate: limit.map(RateLimit::new) }
    }

    /// Something was sent or has moved: the next reply has its full time.
    pub(crate) fn mark(&mut self) {
        self.moved = Instant::now();
        self.extra = Duration::ZERO;
    }

    /// The server has been asked for the hash of so many bytes, all of which it has to read.
    pub(crate) fn wait_for_hash_of(&mut self, bytes: u64) {
        self.extra = Duration::from_millis(bytes / HASH_RATE);
    }

    /// From here on only the goodbye is waited for.
    pub(crate) fn shorten_for_quit(&mut self) {
        self.timeout = self.timeout.min(QUIT_TIMEOUT);
    }

    /// When the whole reply has to be here, or something has to have moved.
    pub(crate) fn due(&self) -> Instant {
        // While we may not send, no one can blame the server for taking nothing.
        self.held_until().map_or(self.moved, |free| free.max(self.moved)) + self.timeout + self.extra
    }

    /// Until when nothing of the file may be sent, because it would be too fast.
    pub(crate) fn held_until(&self) -> Option<Instant> {
        self.rate.map(|rate| rate.free_at())
    }

    /// The most bytes of the file to send at a time.
    pub(crate) fn piece(&self) -> u64 {
        self.rate.map_or(u64::MAX, |rate| rate.piece())
    }

    /// So many bytes of the file were sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        if let Some(rate) = &mut self.rate {
            rate.sent(bytes, Instant::now());
        }
        self.mark();
    }

    /// When to look next whether something moves that cannot be waited for: often enough to notice silence in time.
    pub(crate) fn next_look(&self) -> Instant {
        self.due().min(Instant::now() + LOOK.min(self.timeout / 4))
    }

    /// When a data connection that is dialled now has to stand.
    pub(crate) fn connection_due(&self) -> Instant {
        Instant::now() + self.connect_timeout
    }

    /// Until when the server may end a data connection before we do.
    pub(crate) fn courtesy_ends(&self) -> Instant {
        Instant::now() + TLS_CLOSE_TIMEOUT.min(self.timeout / 2)
    }

    /// When waiting for the end of a data connection becomes pointless, now that the reply is there.
    pub(crate) fn grace_ends(&self) -> Instant {
        Instant::now() + self.timeout.min(CLOSE_TIMEOUT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_waited_for_in_proportion_to_the_size_and_nothing_else_is() {
        let timeout = Duration::from_secs(1);
        let mut deadlines = Deadlines::new(timeout, timeout, None);
        deadlines.mark();
        deadlines.wait_for_hash_of(500_000_000);
        assert!(deadlines.due() > Instant::now() + Duration::from_secs(10));
        deadlines.mark();
        assert!(deadlines.due() <= Instant::now() + timeout);
    }

    #[test]
    fn the_server_has_its_full_time_after_a_wait_of_ours() {
        let (second, timeout) = (Duration::from_secs(1), Duration::from_secs(5));
        let mut deadlines = Deadlines::new(timeout, timeout, NonZeroU64::new(1));
        let before = Instant::now();
        deadlines.sent(1);
        assert!(deadlines.due() >= before + timeout + second * 8 / 10);
        let mut deadlines = Deadlines::new(timeout, timeout, None);
        deadlines.sent(1 << 40);
        assert!(deadlines.due() <= Instant::now() + timeout);
        assert_eq!(deadlines.held_until(), None);
    }
}
