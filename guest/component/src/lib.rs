//! The component: one FTP conversation, which can use only the handles that it is lent. This file contains the bindings
//! that wit-bindgen generates from `wit/`; the conversation is in `session.rs`.
//!
//! On WebAssembly it is no_std, because std would import clocks, files and an environment, to which the component has
//! no right.
//!
//! The same conversation runs natively, for fuzzers and benches: there it is the [`Conversation`], on handles that the
//! caller implements ([`native`]), with the values of [`contract`]. The builds differ in two files: `export.rs` is only for
//! WebAssembly, `native.rs` is only for native builds.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod announce;
mod change;
mod check;
mod control;
mod data_channel;
mod directory;
mod error;
#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the code that wit-bindgen makes")]
mod export;
mod fetch;
mod flights;
#[cfg(all(not(target_family = "wasm"), any(test, fuzzing)))]
pub mod fuzz;
mod listing;
mod login;
mod many;
#[cfg(not(target_family = "wasm"))]
pub mod native;
mod passive;
mod query;
mod receiving;
mod renames;
mod session;
mod store;
#[cfg(test)]
mod tests;
mod transfer;

// Linked for its allocator, panic handler and `cabi_realloc`.
#[cfg(target_family = "wasm")]
use ftp_guest_runtime as _;

/// The bindings that wit-bindgen generates from `wit/`.
#[allow(unsafe_code, missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all });
}

#[cfg(target_family = "wasm")]
use bindings::ftp_uploader::upload::capabilities;
#[cfg(not(target_family = "wasm"))]
use native as capabilities;

#[cfg(not(target_family = "wasm"))]
pub use session::Conversation;

/// The values of `wit/upload.wit`, for programs that run the conversation natively.
#[cfg(not(target_family = "wasm"))]
pub mod contract {
    pub use crate::bindings::exports::ftp_uploader::upload::upload::{
        Announced, Argument, Breakage, Change, Changed, Comparison, Connection, DataMode, Doubt, Entry, Features, Form,
        Found, Inquiry, Kind, Known, Login, Made, Misbehaviour, Page, Placement, Plan, Portion, Protection, Receipt,
        Refusal, Removal, Renaming, SizeMismatch, UploadError, Verification, Verify, Violation,
    };
}
