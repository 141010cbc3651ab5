//! Places where a password must never appear.

pub(crate) mod memory;
pub(crate) mod outputs;
