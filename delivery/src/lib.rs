//! The delivery of one file as a state machine: the knowledge about the server decides the next action.
//!
//! [`FileDelivery`] returns the next [`Action`], takes its [`Answer`], and ends with [`Next::Stored`] or
//! [`Next::GaveUp`]. It opens no socket, reads no clock and knows no FTP reply: a caller that holds a session carries
//! the actions out and translates their results. Only the rules in this crate decide that a file is stored, renamed or
//! removed, or that it is reported as stored or missing.
//!
//! The search in `tests/` checks these rules in every order of events:
//!
//! 1. A file that may be complete is not overwritten: if every byte was sent and no final reply came, the server is
//!    asked for the file first.
//! 2. A 550 to SIZE means "no such file" only on a server that has returned the size of a file before. On other servers
//!    the file may exist and be hidden.
//! 3. A matching size is a proof only if the size was different before the transfer, or if the time of modification has
//!    changed.
//! 4. A transfer is resumed behind existing bytes only if a hash proves them, or if nobody else uses the name and our
//!    own transfer was seen to break.
//! 5. Nothing is removed before the new file has its name. A file that blocks the name is moved aside, and moved back
//!    if the rename fails.
//! 6. If the server reports success and its own answers contradict that, the file is sent again, but not after the same
//!    contradiction a second time.

#![no_std]

mod answer;
mod contradiction;
pub mod defaults;
mod dispatch;
mod doubt;
mod leave;
mod machine;
mod opening;
mod placed;
mod rename;
mod reply;
mod rules;
mod store;

pub use answer::{Action, Answer, Compared, Failure, Found, Left, Next, Refusal, Why};
pub use machine::FileDelivery;
pub use opening::Opening;
pub use reply::{StoringStage, is_breakdown, is_internal_error, refused};
pub use rules::{Name, Proof, Rules, Verify};
