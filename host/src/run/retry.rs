//! The pauses between the tries of one file: exponential backoff with random jitter, so that clients that failed
//! together do not retry together.
//!
//! `report/consequence.rs` decides if another try can succeed, and `ftp-delivery` decides if the state of the file
//! allows another try.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::report::consequence::Again;
use crate::report::error::UploadError;
use crate::request::delivery::Retry;

/// The maximum pause, before jitter.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The pause is multiplied by this after a reply that means that the server is overloaded.
const OVERLOAD_FACTOR: u32 = 10;

/// The retries of one file.
pub(super) struct Retries {
    rule: Retry,
    begun: Instant,
    count: u32,
}

impl Retries {
    /// No retries so far, in a run that began at `begun`.
    pub(super) fn new(rule: Retry, begun: Instant) -> Self {
        Self { rule, begun, count: 0 }
    }

    /// Returns the number of retries so far.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Counts a retry, and returns the pause before it; `None` if no retry is allowed.
    pub(super) fn pause_after(&mut self, error: &UploadError) -> Option<Duration> {
        let pause = match error.consequence().again {
            _ if self.count == self.rule.limit => return None,
            Again::Never => return None,
            Again::AtOnce => Duration::ZERO,
            Again::Soon => self.pause(1),
            Again::Later => self.pause(OVERLOAD_FACTOR),
        };
        let late = self.rule.max_time.is_some_and(|most| self.begun.elapsed() + pause >= most);
        self.count += 1;
        (!late).then_some(pause)
    }

    /// Returns the pause before the next retry, multiplied by `factor`. It doubles with each retry, and varies by 25 %.
    fn pause(&self, factor: u32) -> Duration {
        let doubled = self.rule.delay.saturating_mul(1 << self.count.min(16)).saturating_mul(factor);
        doubled.min(MAX_PAUSE).mul_f64(0.75 + 0.5 * random_fraction())
    }
}

/// Returns a random number from 0 to 1. The keys of the standard library's hashers are random enough for this.
fn random_fraction() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::server_text::ServerText;
    use crate::report::step::Step;
    use crate::report::step::{Cause, Connection};

    fn refused(step: Step, code: u16) -> UploadError {
        UploadError::Refused { step, code, text: ServerText(Vec::new()) }
    }

    fn lost() -> UploadError {
        UploadError::Broken { step: Step::Transfer, connection: Connection::Control, cause: Cause::Reset }
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_have_jitter() {
        let mut retries = Retries::new(Retry { limit: 9, ..Retry::default() }, Instant::now());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let pause = retries.pause_after(&lost()).unwrap().as_secs_f64() / f64::from(seconds);
            assert!((0.75..=1.25).contains(&pause), "{seconds} s: {pause}");
        }
        assert_eq!(retries.pause_after(&lost()), None);
        assert_eq!(retries.count(), 9);
    }

    #[test]
    fn the_pause_is_longer_for_an_overloaded_server() {
        let pause = Retries::new(Retry::default(), Instant::now()).pause_after(&refused(Step::Greeting, 421));
        assert!(pause.unwrap() >= Duration::from_millis(7500));
    }

    #[test]
    fn no_retry_begins_after_the_time_limit() {
        let rule = Retry { max_time: Some(Duration::from_millis(500)), ..Retry::default() };
        assert_eq!(Retries::new(rule, Instant::now()).pause_after(&lost()), None);
    }
}
