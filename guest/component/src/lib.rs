//! The component: one FTP conversation, with nothing but what it is lent. This file holds the bindings that
//! wit-bindgen makes of `wit/`; the conversation itself is `upload.rs`, read that next.
//!
//! no_std on WebAssembly, because std would import clocks, files and an environment that nobody here may have.
//!
//! The same conversation runs natively, for fuzzers and benches: there it is the [`Conversation`], on handles that the
//! caller implements ([`native`]), with the values of [`contract`]. What differs is this: `export.rs` and the
//! crate `ftp-guest-runtime` are for WebAssembly alone, `native.rs` is not in it.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod control;
mod data_channel;
mod error;
#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the code that wit-bindgen makes")]
mod export;
#[cfg(all(not(target_family = "wasm"), any(test, fuzzing)))]
pub mod fuzz;
mod inspection;
#[cfg(not(target_family = "wasm"))]
pub mod native;
mod passive;
mod store;
mod transfer;
mod upload;

// Linked for its allocator, panic handler and `cabi_realloc`.
#[cfg(target_family = "wasm")]
use ftp_guest_runtime as _;

/// What wit-bindgen makes of `wit/`.
#[allow(unsafe_code, missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all });
}

#[cfg(target_family = "wasm")]
use bindings::ftp_uploader::upload::capabilities as lent;
#[cfg(not(target_family = "wasm"))]
use native as lent;

#[cfg(not(target_family = "wasm"))]
pub use upload::Conversation;

/// The values of `wit/upload.wit`, for those who run the conversation natively.
#[cfg(not(target_family = "wasm"))]
pub mod contract {
    pub use crate::bindings::exports::ftp_uploader::upload::upload::{
        Argument, Breakage, Comparison, Connection, DataMode, Doubt, Found, Login, Misbehaviour, Placement, Plan,
        Protection, Receipt, Refusal, Renaming, SizeMismatch, UploadError, Verification, Verify, Violation,
    };
}
