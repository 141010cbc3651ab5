//! Tests of the conversation against scripted servers, with a protocol of all that the conversation does.
//!
//! `fuzz/` checks properties for every behaviour of the server; these tests say which commands are sent, in which order,
//! and what follows from the replies.

mod checks;
mod data;
mod directories;
mod listing;
mod many;
mod misfits;
mod opening;
mod receiving;
mod renames;
mod server;
mod storing;
