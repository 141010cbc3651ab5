//! The knowledge of a run about flights: several commands that are sent before the reply to the first one. Some servers,
//! and some devices on the network path, cannot take them. Then the run reconnects, and sends one command at a time from
//! then on.

use std::sync::Mutex;
use std::time::Duration;

use crate::report::error::UploadError;
use crate::report::step::Cause;

/// The longest wait for the replies to a flight, before one has worked. A device that drops all commands but the first
/// leaves the client waiting, which should not take the whole timeout. A server that is slower gets one command at a time.
const FIRST_TIMEOUT: Duration = Duration::from_secs(15);

/// The shared knowledge of the workers of a run.
pub(super) struct Flights(Mutex<Knowledge>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    /// No flight was sent yet.
    Untested,
    /// A file was stored by one.
    Work,
    /// The server did not answer one as it must.
    Fail,
}

impl Flights {
    /// Nothing is known.
    pub(super) fn new() -> Self {
        Self(Mutex::new(Knowledge::Untested))
    }

    /// Returns true if flights may be sent.
    pub(super) fn are_allowed(&self) -> bool {
        self.knowledge() != Knowledge::Fail
    }

    /// Returns true if the server is known to take flights.
    pub(super) fn are_proved(&self) -> bool {
        self.knowledge() == Knowledge::Work
    }

    /// Returns the longest wait for the replies to the next flight; `None` for the usual timeout.
    pub(super) fn reply_limit(&self) -> Option<Duration> {
        (!self.are_proved()).then_some(FIRST_TIMEOUT)
    }

    /// Notes that the server has answered a flight as it must.
    pub(super) fn worked(&self) {
        self.change(|known| if known == Knowledge::Untested { Knowledge::Work } else { known });
    }

    /// Notes that the server does the same command alone that it refused in a flight.
    pub(super) fn failed(&self) {
        self.change(|_| Knowledge::Fail);
    }

    /// Notes that a flight ended with `error`. Returns true if the flight itself may be the cause, so that another try
    /// without flights is no retry of the user's.
    pub(super) fn failed_with(&self, error: &UploadError) -> bool {
        let suspect = match error {
            UploadError::Broken { cause: Cause::OutOfStep, .. } | UploadError::Misbehaved { .. } => true,
            // A server or a firewall that drops commands leaves the client waiting, or closes the connection. If flights
            // have worked before, the reason is another one.
            UploadError::Broken { cause: Cause::TimedOut | Cause::Closed | Cause::Reset, .. } => !self.are_proved(),
            _ => false,
        };
        if suspect {
            self.failed();
        }
        suspect
    }

    fn knowledge(&self) -> Knowledge {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn change(&self, to: impl FnOnce(Knowledge) -> Knowledge) {
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = to(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::step::{Connection, Step};

    fn broken(cause: Cause) -> UploadError {
        UploadError::Broken { step: Step::Inspection, connection: Connection::Control, cause }
    }

    #[test]
    fn a_reply_that_does_not_fit_ends_flights_for_the_run() {
        let flights = Flights::new();
        flights.worked();
        assert!(flights.are_proved() && flights.failed_with(&broken(Cause::OutOfStep)));
        flights.worked();
        assert!(!flights.are_allowed() && !flights.are_proved());
    }

    #[test]
    fn a_lost_connection_is_blamed_on_flights_only_before_one_has_worked() {
        for cause in [Cause::TimedOut, Cause::Closed, Cause::Reset] {
            let flights = Flights::new();
            assert!(flights.failed_with(&broken(cause)) && !flights.are_allowed());
            let flights = Flights::new();
            flights.worked();
            assert!(!flights.failed_with(&broken(cause)) && flights.are_allowed());
        }
    }
}
