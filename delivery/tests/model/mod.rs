//! A small model of a server: two units of data, four names, and the behaviour that was seen at each step with real
//! servers, networks and other clients. `world.rs` has the state, `deeds.rs` each way in which an action can end, and
//! `run.rs` a delivery in this world with the invariants that must hold at every moment.

// Each test binary uses a part of this module.
#![allow(dead_code, reason = "shared by the tests of this folder")]

pub mod deeds;
pub mod run;
pub mod world;
