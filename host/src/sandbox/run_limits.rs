//! The limits that all sessions of a run share: its cancellation, and its rate limit.

use std::num::NonZeroU64;

use crate::cancel::{CancelToken, Cancellation};
use crate::sandbox::transfer::rate_limit::SharedRateLimit;

/// The limits of a run. Clones share the rate limit.
#[derive(Clone, Debug)]
pub(crate) struct RunLimits {
    /// Ends every wait.
    pub(crate) cancellation: Cancellation,
    pub(super) rate: Option<SharedRateLimit>,
}

impl RunLimits {
    /// The limits of a run that sends at most `bytes_per_second`, over all its connections together.
    pub(crate) fn new(cancellation: Cancellation, bytes_per_second: Option<NonZeroU64>) -> Self {
        Self { cancellation, rate: bytes_per_second.map(SharedRateLimit::new) }
    }

    /// Returns the same limits for a part of the run, which `token` can end alone.
    pub(crate) fn of_part(&self, token: &CancelToken) -> Self {
        Self { cancellation: self.cancellation.of_part(token), ..self.clone() }
    }
}
