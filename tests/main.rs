//! All tests of the program's behaviour, in one binary. Each folder is one subject; `support` holds the shared parts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests; what cannot fail may panic")]

mod delivery;
mod hostile;
mod proxy;
mod sandbox;
mod secrets;
mod servers;
mod support;
mod tls;
mod usage;
