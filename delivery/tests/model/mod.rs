//! A server in miniature: two units of data, four names, and everything that a real server, network or neighbour was seen to
//! do at each step. `world.rs` is the state, `deeds.rs` each way in which an action can end, `run.rs` a delivery in this world
//! and the invariants that have to hold at every moment.

// Each test binary uses a part of this.
#![allow(dead_code, reason = "shared by the tests of this folder")]

pub mod deeds;
pub mod run;
pub mod world;
