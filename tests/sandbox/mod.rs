//! The sandbox and the fence around the process: what the component imports, what stops it, and what the kernel takes away.
//!
//! `cargo xtask test sandbox` runs the components in `tests/guests/`, which do what they should not, with the real program,
//! and prints each attempt with the limit that stopped it as a table.

mod attack;
mod claims;
mod computing;
mod data;
mod explain;
mod fence;
mod handles;
mod lines;
mod loading;
mod old_kernel;
mod ports;
mod promises;
mod tls;
mod watch;
