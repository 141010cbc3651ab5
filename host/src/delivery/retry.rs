//! Whether to try again after an error, and when: twice as long a wait each time, never quite the same for two clients
//! that failed together.
//!
//! Only what may go away by itself is worth it. What else speaks against a try, the state of a file knows (`file.rs`).

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::error::{Cause, UploadError, Violation};
use crate::progress::Step;

/// How often, and for how long, to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The most tries for one file after the first.
    pub limit: u32,
    /// The wait before the second try; later ones are longer. Default: a second.
    pub delay: Duration,
    /// No new try is begun when the whole request has taken this long.
    pub max_time: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self { limit: 3, delay: Duration::from_secs(1), max_time: None }
    }
}

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
        if self.count == self.rule.limit || !may_pass(error) {
            return None;
        }
        let pause = self.pause(error);
        let late = self.rule.max_time.is_some_and(|most| self.begun.elapsed() + pause >= most);
        self.count += 1;
        (!late).then_some(pause)
    }

    fn pause(&self, error: &UploadError) -> Duration {
        // Nothing is overloaded: another version of TLS is all that is needed, or another control connection.
        if matches!(error, UploadError::NotResumed { .. } | UploadError::Broken { cause: Cause::OutOfStep, .. }) {
            return Duration::ZERO;
        }
        let busy = if matches!(error, UploadError::Refused { code: 421, .. }) { BUSY } else { 1 };
        let doubled = self.rule.delay.saturating_mul(1 << self.count.min(16)).saturating_mul(busy);
        doubled.min(LONGEST).mul_f64(0.75 + 0.5 * share())
    }
}

/// Whether what went wrong may be gone the next time.
fn may_pass(error: &UploadError) -> bool {
    match error {
        UploadError::Unresolved { .. } | UploadError::NotResumed { .. } => true,
        // In words of our own (`route.rs`): an address or interface of this machine is not what was said.
        UploadError::Unreachable { error, .. } => error.get_ref().is_none(),
        UploadError::Proxy { problem, .. } => problem.may_pass(),
        UploadError::Broken { cause, .. } => !matches!(cause, Cause::Denied | Cause::Insecure),
        UploadError::Unconfirmed { asked, .. } => !asked,
        UploadError::Refused { .. } if error.is_breakdown() => true,
        // RFC 959 §4.2: 4yz, the same may work later; 5yz, it will not. A login is not for trying.
        UploadError::Refused { step, code, .. } => *code < 500 && (*step != Step::Login || *code == 421),
        UploadError::Mismatch { .. } | UploadError::Corrupt { .. } => true,
        // Something on the way has cut the data connection in order, and the server believes it.
        UploadError::Misbehaved { what, .. } => *what == Violation::EarlySuccess,
        UploadError::Argument { .. }
        | UploadError::SameName { .. }
        | UploadError::NotAName { .. }
        | UploadError::ActiveThroughProxy
        | UploadError::Source { .. }
        | UploadError::Tls { .. }
        | UploadError::NoTls { .. }
        | UploadError::CannotRename
        | UploadError::NotReplaced { .. }
        | UploadError::Unverified
        | UploadError::Interrupted { .. }
        | UploadError::OutOfTime { .. }
        | UploadError::Fault(_) => false,
    }
}

/// A random number from 0 to 1. The keys of the standard library's hashers are random enough for this.
fn share() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Connection, ServerText};

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

    #[test]
    fn a_no_for_good_is_taken_for_one() {
        for (step, code, again) in [
            (Step::Login, 530, false),
            (Step::Login, 430, false),
            (Step::Login, 421, true),
            (Step::Store, 550, false),
            (Step::Store, 553, false),
            (Step::Confirmation, 552, false),
            (Step::Confirmation, 451, true),
            (Step::Transfer, 500, true),
            (Step::Store, 500, false),
            (Step::Store, 450, true),
        ] {
            assert_eq!(may_pass(&refused(step, code)), again, "{step:?} {code}");
        }
    }
}
