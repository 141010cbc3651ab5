//! Tests of the plan against a model of a server: properties of random scenarios, and the cases that are known from life.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod cases;
mod engine;
mod hostile;
mod model;
mod properties;
mod scenarios;
