//! A component that does one of the things that the host has to stop. Which one, the user name says.
//!
//! Built for the same world and in the same way as the real component, by `host/build.rs`; used by
//! `tests/hostile_guests.rs`.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

#[cfg(target_family = "wasm")]
#[path = "../../../guest/component/src/runtime.rs"]
#[allow(unsafe_code, reason = "an allocator cannot do without")]
mod runtime;

/// What wit-bindgen makes of `wit/`.
#[allow(unsafe_code, missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all });
}

use alloc::vec::Vec;
use core::hint::black_box;

use bindings::exports::ftp_uploader::upload::upload::{
    Argument, Comparison, Found, Guest, GuestSession, Login, Plan, Receipt, Session, UploadError, Verification,
};
use bindings::ftp_uploader::upload::capabilities::{ControlConnection, Progress, Secret, SourceFile};

struct Hostile;

impl Guest for Hostile {
    type Session = Self;
}

impl GuestSession for Hostile {
    fn open(_: ControlConnection, _: &Secret, login: Login, _: Progress) -> Result<Session, UploadError> {
        match login.user.as_slice() {
            b"compute for ever" => compute_for_ever(),
            b"take all memory" => take_all_memory(),
            b"lie" => Ok(Session::new(Self)),
            _ => Err(UploadError::Invalid(Argument::User)),
        }
    }

    fn enter(&self, _: Vec<u8>, _: bool) -> Result<(), UploadError> {
        Ok(())
    }

    /// Reports success, and has sent nothing.
    fn store(&self, source: &SourceFile, _: Vec<u8>, _: Plan) -> Result<Receipt, UploadError> {
        Ok(Receipt { sent: source.size().unwrap_or_default(), verified: Verification::Size, name: None })
    }

    fn look(&self, _: Vec<u8>) -> Result<Found, UploadError> {
        Ok(Found::Nothing)
    }

    fn compare(&self, _: &SourceFile, _: Vec<u8>, _: u64) -> Result<Comparison, UploadError> {
        Ok(Comparison::Unavailable)
    }

    fn can_rename(&self, _: Vec<u8>) -> Result<bool, UploadError> {
        Ok(true)
    }

    fn rename(&self, _: Vec<u8>, _: Vec<u8>) -> Result<(), UploadError> {
        Ok(())
    }

    fn remove(&self, _: Vec<u8>) -> Result<(), UploadError> {
        Ok(())
    }

    fn set_time(&self, _: Vec<u8>, _: u64) -> Result<(), UploadError> {
        Ok(())
    }

    fn set_mode(&self, _: Vec<u8>, _: u16) -> Result<(), UploadError> {
        Ok(())
    }

    fn quit(&self) {}
}

fn compute_for_ever() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count).wrapping_add(1);
    }
}

fn take_all_memory() -> ! {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(Vec::<u8>::with_capacity(64 * 1024)));
    }
}

/// What wit-bindgen makes of the exports.
#[allow(unsafe_code, reason = "generated")]
mod export {
    use super::{Hostile, bindings};

    bindings::export!(Hostile with_types_in bindings);
}
