//! The lines about `sync`: its problems, its operations with their reasons, its notes, and its last line.

pub mod notes;
pub mod operations;
mod problem;
pub mod summary;

pub use problem::message;
