//! Whether to try again after an error, and when: twice as long a wait each time, never quite the same for two clients
//! that failed together.
//!
//! Whether the same may work at all is said in `consequence.rs`; whether the file allows another try, in `ftp-delivery`.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::report::consequence::Again;
use crate::report::error::UploadError;
use crate::request::delivery::Retry;

/// The longest wait, in seconds.
const LONGEST: Duration = Duration::from_secs(60);

/// A server that says that it is overloaded is left alone for so many times longer.
const BUSY: u32 = 10;

/// The tries of one file.
pub(super) struct Retries {
    rule: Retry,
    begun: Instant,
    count: u32,
}

impl Retries {
    /// None so far, in a request that has `begun` then.
    pub(super) fn new(rule: Retry, begun: Instant) -> Self {
        Self { rule, begun, count: 0 }
    }

    /// How many times it was tried again.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// How long to wait before the next try; nothing, if there shall be none.
    pub(super) fn pause_after(&mut self, error: &UploadError) -> Option<Duration> {
        let pause = match error.consequence().again {
            _ if self.count == self.rule.limit => return None,
            Again::Never => return None,
            Again::AtOnce => Duration::ZERO,
            Again::Soon => self.pause(1),
            Again::Later => self.pause(BUSY),
        };
        let late = self.rule.max_time.is_some_and(|most| self.begun.elapsed() + pause >= most);
        self.count += 1;
        (!late).then_some(pause)
    }

    fn pause(&self, times: u32) -> Duration {
        let doubled = self.rule.delay.saturating_mul(1 << self.count.min(16)).saturating_mul(times);
        doubled.min(LONGEST).mul_f64(0.75 + 0.5 * share())
    }
}

/// A random number from 0 to 1. The keys of the standard library's hashers are random enough for this.
fn share() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::error::ServerText;
    use crate::report::step::Step;
    use crate::report::step::{Cause, Connection};

    fn refused(step: Step, code: u16) -> UploadError {
        UploadError::Refused { step, code, text: ServerText(Vec::new()) }
    }

    fn lost() -> UploadError {
        UploadError::Broken { step: Step::Transfer, connection: Connection::Control, cause: Cause::Reset }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_differ_a_little() {
        let mut retries = Retries::new(Retry { limit: 9, ..Retry::default() }, Instant::now());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let pause = retries.pause_after(&lost()).unwrap().as_secs_f64() / f64::from(seconds);
            assert!((0.75..=1.25).contains(&pause), "{seconds} s: {pause}");
        }
        assert_eq!(retries.pause_after(&lost()), None);
        assert_eq!(retries.count(), 9);
    }

    #[test]
    fn a_busy_server_is_left_alone_for_longer() {
        let pause = Retries::new(Retry::default(), Instant::now()).pause_after(&refused(Step::Greeting, 421));
        assert!(pause.unwrap() >= Duration::from_millis(7500));
    }

    #[test]
    fn nothing_is_tried_when_the_time_is_up() {
        let rule = Retry { max_time: Some(Duration::from_millis(500)), ..Retry::default() };
        assert_eq!(Retries::new(rule, Instant::now()).pause_after(&lost()), None);
    }
}
