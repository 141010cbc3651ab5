//! A component that computes for ever when it is asked to log in.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the export that wit-bindgen makes")]

extern crate alloc;

use alloc::vec::Vec;
use hostile_guests::{
    ControlConnection, Guest, GuestSession, Login, Progress, Receipt, Secret, Session, SourceFile, UploadError,
    Verification,
};

struct Endless;

impl Guest for Endless {
    type Session = Self;
}

impl GuestSession for Endless {
    fn open(_: ControlConnection, _: &Secret, _: Login, _: Progress) -> Result<Session, UploadError> {
        let mut count = 0_u64;
        loop {
            count = core::hint::black_box(count).wrapping_add(1);
        }
    }

    fn enter(&self, _: Vec<u8>) -> Result<(), UploadError> {
        Ok(())
    }

    fn store(&self, source: &SourceFile, _: Vec<u8>) -> Result<Receipt, UploadError> {
        Ok(Receipt { sent: source.size(), verified: Verification::None })
    }

    fn quit(&self) {}
}

hostile_guests::bindings::export!(Endless with_types_in hostile_guests::bindings);
