//! A component that reports every file stored and sends nothing.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the export that wit-bindgen makes")]

extern crate alloc;

use alloc::vec::Vec;
use hostile_guests::{
    ControlConnection, Guest, GuestSession, Login, Progress, Receipt, Secret, Session, SourceFile, UploadError,
    Verification,
};

struct Liar;

impl Guest for Liar {
    type Session = Self;
}

impl GuestSession for Liar {
    fn open(_: ControlConnection, _: &Secret, _: Login, _: Progress) -> Result<Session, UploadError> {
        Ok(Session::new(Self))
    }

    fn enter(&self, _: Vec<u8>) -> Result<(), UploadError> {
        Ok(())
    }

    fn store(&self, source: &SourceFile, _: Vec<u8>) -> Result<Receipt, UploadError> {
        Ok(Receipt { sent: source.size(), verified: Verification::None })
    }

    fn quit(&self) {}
}

hostile_guests::bindings::export!(Liar with_types_in hostile_guests::bindings);
