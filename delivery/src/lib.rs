//! The delivery of one file as a state machine: its knowledge of the server decides the next action.
//!
//! [`FileDelivery`] says which [`Action`] to take, hears the [`Answer`], and ends with [`Next::Stored`] or
//! [`Next::GaveUp`]. It opens no socket, reads no clock and knows no FTP reply: a caller that holds a session carries the
//! actions out and translates their results. No file is stored, renamed or removed, and none is called stored or
//! missing, but by a rule in this crate.
//!
//! The rules, which the search in `tests/` tries to break in every order of events:
//!
//! 1. A file that may be whole is not overwritten: after every byte was sent and no reply came, the server is asked.
//! 2. "No such file" (550) is a fact only on a server that has told the size of a file before; else it may be hidden.
//! 3. A size that fits proves something only if it was another one before, or the time of modification has changed.
//! 4. A transfer goes on behind bytes only where a hash proves them, or where the name is ours alone and our own transfer
//!    was seen to break.
//! 5. Nothing is removed before the new file has its name. A file in the way is moved aside, and moved back if need be.
//! 6. After a success of the server that its own answers contradict, the file is sent again; but not after the same
//!    contradiction a second time.

#![no_std]

mod answer;
mod contradiction;
pub mod defaults;
mod doubt;
mod leave;
mod machine;
mod rename;
mod rules;
mod store;

pub use answer::{Action, Answer, Compared, Failure, Found, Left, Next, Refusal, Why};
pub use machine::FileDelivery;
pub use rules::{Name, Proof, Rules, Verify};
