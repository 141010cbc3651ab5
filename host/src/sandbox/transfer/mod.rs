//! Moving the bytes of a file: waiting, copying, deadlines and the rate limit.

pub(crate) mod copy;
pub(crate) mod deadlines;
mod rate_limit;
pub(crate) mod wait;
