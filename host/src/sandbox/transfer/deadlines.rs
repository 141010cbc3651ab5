//! All deadlines of a session, and the rate limit.
//!
//! A deadline counts from the last command that we sent or the last byte of data that moved, not from the last byte
//! received, so that a server cannot hold a session by sending single bytes slowly.

use std::time::{Duration, Instant};

use crate::cancel::{Cancellation, WaitError};
use crate::net::wait::Deadline;
use crate::request::network::Network;
use crate::sandbox::transfer::rate_limit::RateLimit;

/// The longest wait for the reply to QUIT, on which nothing depends.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest wait for the server to close a data connection after its reply has arrived.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest wait, behind a proxy, for the server to close a data connection after our close_notify.
const TLS_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time between two looks at the send queue of a data connection.
const SEND_QUEUE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The number of bytes that a server is expected to hash in a millisecond: 50 MB a second.
const HASH_BYTES_PER_MILLISECOND: u64 = 50_000;

/// The deadlines of one session.
#[derive(Debug)]
pub(crate) struct Deadlines {
    timeout: Duration,
    connect_timeout: Duration,
    /// The time of the last command sent, or of the last byte of data moved.
    started: Instant,
    /// The additional time for the reply to the last command.
    extra: Duration,
    rate: Option<RateLimit>,
    cancellation: Cancellation,
}

impl Deadlines {
    /// Returns the deadlines for the timeouts and the rate limit of `network`. `cancellation` ends every wait.
    pub(crate) fn new(network: &Network, cancellation: &Cancellation) -> Self {
        Self {
            timeout: network.timeout,
            connect_timeout: network.connect_timeout,
            started: Instant::now(),
            extra: Duration::ZERO,
            rate: network.limit_rate.map(RateLimit::new),
            cancellation: cancellation.clone(),
        }
    }

    /// Restarts the deadline of the next reply: a command was sent, or data has moved.
    pub(crate) fn restart(&mut self) {
        self.started = Instant::now();
        self.extra = Duration::ZERO;
    }

    /// Gives the server additional time to read and hash `bytes`.
    pub(crate) fn extend_for_hash_of(&mut self, bytes: u64) {
        self.extra = Duration::from_millis(bytes / HASH_BYTES_PER_MILLISECOND);
    }

    /// Shortens the timeout to that of the reply to QUIT.
    pub(crate) fn shorten_for_quit(&mut self) {
        self.timeout = self.timeout.min(QUIT_TIMEOUT);
    }

    /// Returns the deadline `until`, or earlier if the run must end.
    pub(crate) fn at(&self, until: Instant) -> Deadline<'_> {
        Deadline::new(until, &self.cancellation)
    }

    /// Returns the deadline for the complete reply, or for the next byte of data to move.
    pub(crate) fn reply(&self) -> Deadline<'_> {
        self.at(self.reply_due())
    }

    fn reply_due(&self) -> Instant {
        // The server cannot accept data that the rate limit holds back.
        self.rate_limited_until().map_or(self.started, |until| until.max(self.started)) + self.timeout + self.extra
    }

    /// Returns the deadline for a data connection that is opened now.
    pub(crate) fn connection(&self) -> Deadline<'_> {
        self.at(Instant::now() + self.connect_timeout)
    }

    /// Returns the deadline for the server to close a data connection, if its reply has arrived now.
    pub(crate) fn close(&self) -> Deadline<'_> {
        self.at(Instant::now() + self.timeout.min(CLOSE_TIMEOUT))
    }

    /// Returns the time until which the server may close a data connection before we close it, if close_notify was sent
    /// now.
    pub(crate) fn tls_close(&self) -> Instant {
        Instant::now() + TLS_CLOSE_TIMEOUT.min(self.timeout / 2)
    }

    /// Returns the time of the next look at a send queue, for which no event exists. It is early enough to notice a
    /// silent server in time.
    pub(crate) fn next_check(&self) -> Instant {
        self.reply_due().min(Instant::now() + SEND_QUEUE_CHECK_INTERVAL.min(self.timeout / 4))
    }

    /// Returns the time before which no more of the file may be sent, if there is a rate limit.
    pub(crate) fn rate_limited_until(&self) -> Option<Instant> {
        self.rate.map(|rate| rate.free_at())
    }

    /// Returns the most bytes of the file to send at once.
    pub(crate) fn max_piece(&self) -> u64 {
        self.rate.map_or(u64::MAX, |rate| rate.piece())
    }

    /// Records that `bytes` of the file were sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        if let Some(rate) = &mut self.rate {
            rate.sent(bytes, Instant::now());
        }
        self.restart();
    }

    /// Returns an error if the run must end.
    pub(crate) fn check_cancellation(&self) -> Result<(), WaitError> {
        self.cancellation.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU64;

    const TIMEOUT: Duration = Duration::from_secs(5);

    fn deadlines(limit_rate: Option<NonZeroU64>) -> Deadlines {
        let network = Network { timeout: TIMEOUT, connect_timeout: TIMEOUT, limit_rate, ..Network::default() };
        Deadlines::new(&network, &Cancellation::default())
    }

    #[test]
    fn a_hash_is_waited_for_in_proportion_to_the_size_and_nothing_else_is() {
        let mut deadlines = deadlines(None);
        deadlines.restart();
        deadlines.extend_for_hash_of(500_000_000);
        assert!(deadlines.reply_due() > Instant::now() + TIMEOUT + Duration::from_secs(9));
        deadlines.restart();
        assert!(deadlines.reply_due() <= Instant::now() + TIMEOUT);
    }

    #[test]
    fn the_server_has_its_full_time_after_a_wait_of_ours() {
        let mut limited = deadlines(NonZeroU64::new(1));
        let before = Instant::now();
        limited.sent(1);
        assert!(limited.reply_due() >= before + TIMEOUT + Duration::from_millis(800));
        let mut unlimited = deadlines(None);
        unlimited.sent(1 << 40);
        assert!(unlimited.reply_due() <= Instant::now() + TIMEOUT);
        assert_eq!(unlimited.rate_limited_until(), None);
    }
}
