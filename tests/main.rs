//! Tests of the program's behaviour, built as one binary. Each folder covers one subject. Folders share code only
//! through `support`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests; what cannot fail may panic")]

mod check;
mod connections;
mod delivery;
mod events;
mod flights;
mod hostile;
mod proxy;
mod sandbox;
mod secrets;
mod servers;
mod support;
mod sync;
mod tls;
mod trees;
mod usage;
