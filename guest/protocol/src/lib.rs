//! FTP as plain values: the commands of an upload, the server's replies, the meaning of each reply at each step, and the
//! lines of a listing.
//!
//! This crate has no sockets, no clock, no files and no dependencies. It turns bytes into values, so that every line
//! can be tested and fuzzed without a server. The component runs the conversation (`guest/component/src/session.rs`);
//! [`step`] holds the table of the meaning of each reply at each step.
//!
//! ```text
//!          connect            USER          PASS          CWD, TYPE I       EPSV | PASV
//! server ───220──▶ greeting ──331──▶ login ──230──▶ ready ──250,200──▶ there ──229|227──▶ data connection
//!                                                                                            │ STOR
//!          QUIT            SIZE                  226                 the file               ▼
//!  done ◀──221── again ◀──213── stored ◀───────────────── sent ◀─────────────────────────── 150
//! ```
//!
//! In scope: the parts of RFC 959, 1123, 2389, 2428, 2640, 3659 and 4217 that an upload needs, and the listings that
//! tell it which files are on the server. Out of scope: downloads, other than of one small file (RETR).

#![no_std]

extern crate alloc;

pub mod argument;
pub mod command;
pub mod digest;
pub mod endpoint;
pub mod features;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod listing;
pub mod passive;
pub mod reply;
pub mod reply_reader;
pub mod server;
pub mod step;
pub mod timestamp;
