//! The sandbox and the fence around the process: the component's imports, the limits that stop it, and the rights that
//! the kernel takes away.
//!
//! `cargo xtask test sandbox` runs the hostile components in `tests/guests/` with the real program, and prints each
//! attempt with the limit that stopped it as a table.

mod attack;
mod claims;
mod computing;
mod data;
mod explain;
mod fence;
mod fence_trees;
mod handles;
mod lines;
mod loading;
mod old_kernel;
mod ports;
mod promises;
mod reach;
mod receiving;
mod tls;
mod watch;
