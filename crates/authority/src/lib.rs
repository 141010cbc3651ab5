//! The second wall around the component: an embedder knows for each call of an export which commands the call can need,
//! and for which names. Every other line is denied.
//!
//! [`Authority`] holds the state of one session. The embedder tells it each [`Call`], asks it about each line before it is
//! sent, and shows it the bytes that the component receives, from which it learns the working directory.
//!
//! The component may be compromised; the embedder and its request are trusted. A server that lies is beyond this wall: it
//! can do with its files as it likes.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod authority;
mod call;
mod line;
mod table;
mod working_directory;

pub use authority::{Authority, Permit};
pub use call::{Call, Change, Placement, Protection};
