//! What the hostile components have in common: the world that the real one is built for, and its runtime. Each file in
//! `examples/` is one component, and does one thing that the host has to stop.
//!
//! Built like the real component, by `host/build.rs`, for the tests in `tests/hostile_guests.rs`.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the code that wit-bindgen makes, and the runtime of the real component")]

extern crate alloc;

#[cfg(target_family = "wasm")]
#[path = "../../../guest/component/src/runtime.rs"]
mod runtime;

/// What wit-bindgen makes of `wit/`.
#[allow(missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
pub mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all, pub_export_macro: true });
}

pub use bindings::exports::ftp_uploader::upload::upload::{
    Guest, GuestSession, Login, Receipt, Session, UploadError, Verification,
};
pub use bindings::ftp_uploader::upload::capabilities::{ControlConnection, Progress, Secret, SourceFile};
