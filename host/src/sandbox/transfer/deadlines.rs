//! All deadlines of a session, and the rate limit.
//!
//! A deadline counts from the last command that we sent or the last byte of data that moved, not from the last byte
//! received, so that a server cannot hold a session by sending single bytes slowly.

use std::time::{Duration, Instant};

use crate::cancel::{Cancellation, WaitError};
use crate::net::wait::Deadline;
use crate::request::network::Network;
use crate::sandbox::run_limits::RunLimits;
use crate::sandbox::transfer::rate_limit::SharedRateLimit;

/// The longest wait for the reply to QUIT, on which nothing depends.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest wait for the server to close a data connection after its reply has arrived.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest wait, behind a proxy, for the server to close a data connection after our close_notify.
const TLS_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time between two looks at the send queue of a data connection.
const SEND_QUEUE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The length of a wait after which its send queue is looked at. Most waits end before that, without the system call.
const UNOBSERVED_WAIT: Duration = Duration::from_millis(20);

/// The number of bytes that a server is expected to hash in a millisecond: 50 MB a second.
const HASH_BYTES_PER_MILLISECOND: u64 = 50_000;

/// The deadlines of one session.
#[derive(Debug)]
pub(crate) struct Deadlines {
    timeout: Duration,
    connect_timeout: Duration,
    /// A shorter time for replies, in place of `timeout`.
    reply_limit: Option<Duration>,
    /// The time of the last command sent, or of the last byte of data moved.
    started: Instant,
    /// The additional time for the reply to the last command.
    extra: Duration,
    /// The length of the send queue at the last look, if there was one since `started`.
    queued: Option<u64>,
    rate: Option<SharedRateLimit>,
    cancellation: Cancellation,
}

impl Deadlines {
    /// Returns the deadlines for the timeouts of `network`, with the `limits` of the run.
    pub(crate) fn new(network: &Network, limits: &RunLimits) -> Self {
        Self {
            timeout: network.timeout,
            connect_timeout: network.connect_timeout,
            reply_limit: None,
            started: Instant::now(),
            extra: Duration::ZERO,
            queued: None,
            rate: limits.rate.clone(),
            cancellation: limits.cancellation.clone(),
        }
    }

    /// Restarts the deadline of the next reply: a command was sent, or data has moved.
    pub(crate) fn restart(&mut self) {
        self.started = Instant::now();
        self.extra = Duration::ZERO;
        self.queued = None;
    }

    /// Records the length of the send queue. A shorter one than at the last look means that the server has accepted
    /// bytes, and restarts the deadline.
    pub(crate) fn observe_queue(&mut self, queued: Option<u64>) {
        if let (Some(now), Some(before)) = (queued, self.queued)
            && now < before
        {
            self.restart();
        }
        // Without a number there is no change, either.
        self.queued = queued.or(Some(0));
    }

    /// Returns true if the send queue was looked at since the last command, and since data has moved.
    pub(crate) fn has_observed_queue(&self) -> bool {
        self.queued.is_some()
    }

    /// Gives the server additional time to read and hash `bytes`.
    pub(crate) fn extend_for_hash_of(&mut self, bytes: u64) {
        self.extra = Duration::from_millis(bytes / HASH_BYTES_PER_MILLISECOND);
    }

    /// Sets the longest time for replies, or removes it. It never exceeds the timeout.
    pub(crate) fn limit_replies(&mut self, limit: Option<Duration>) {
        self.reply_limit = limit;
    }

    /// Replaces the cancellation: the session now belongs to the whole run.
    pub(crate) fn obey(&mut self, cancellation: &Cancellation) {
        self.cancellation = cancellation.clone();
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

    /// Returns the deadline for the next byte of a listing, which the rate limit does not hold back.
    pub(crate) fn listing(&self) -> Deadline<'_> {
        self.at(Instant::now() + self.silence())
    }

    /// Returns the longest time for which the server may be silent.
    fn silence(&self) -> Duration {
        self.reply_limit.map_or(self.timeout, |limit| limit.min(self.timeout))
    }

    fn reply_due(&self) -> Instant {
        // The server cannot accept data that the rate limit holds back.
        let timeout = self.silence();
        self.rate_limited_until().map_or(self.started, |until| until.max(self.started)) + timeout + self.extra
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
    /// silent server in time. The first look comes soon, because a later one finds only a change since then.
    pub(crate) fn next_check(&self) -> Instant {
        let interval = if self.has_observed_queue() { SEND_QUEUE_CHECK_INTERVAL } else { UNOBSERVED_WAIT };
        self.reply_due().min(Instant::now() + interval.min(self.timeout / 4))
    }

    /// Returns the time before which no more of the file may be sent, if there is a rate limit.
    pub(crate) fn rate_limited_until(&self) -> Option<Instant> {
        self.rate.as_ref().map(|rate| rate.lock().free_at())
    }

    /// Returns the most bytes of the file to send at once.
    pub(crate) fn max_piece(&self) -> u64 {
        self.rate.as_ref().map_or(u64::MAX, |rate| rate.lock().piece())
    }

    /// Records that `bytes` of the file were sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        if let Some(rate) = &self.rate {
            rate.lock().sent(bytes, Instant::now());
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
        let network = Network { timeout: TIMEOUT, connect_timeout: TIMEOUT, ..Network::default() };
        Deadlines::new(&network, &RunLimits::new(Cancellation::default(), limit_rate))
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
