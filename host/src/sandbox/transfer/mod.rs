//! The transfer of a file's bytes: waiting, copying, deadlines and the rate limit.

pub(crate) mod copy;
pub(crate) mod deadlines;
pub(super) mod rate_limit;
pub(crate) mod wait;
