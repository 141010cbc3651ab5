//! A component that takes all the memory there is when it is asked to log in.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the export that wit-bindgen makes")]

extern crate alloc;

use alloc::vec::Vec;
use hostile_guests::{
    ControlConnection, Guest, GuestSession, Login, Progress, Receipt, Secret, Session, SourceFile, UploadError,
    Verification,
};

struct Eater;

impl Guest for Eater {
    type Session = Self;
}

impl GuestSession for Eater {
    fn open(_: ControlConnection, _: &Secret, _: Login, _: Progress) -> Result<Session, UploadError> {
        let mut hoard = Vec::new();
        loop {
            hoard.push(core::hint::black_box(Vec::<u8>::with_capacity(64 * 1024)));
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

hostile_guests::bindings::export!(Eater with_types_in hostile_guests::bindings);
