//! The component: one FTP conversation, with nothing but what it is lent. This file holds the bindings that
//! wit-bindgen makes of `wit/` and the export; the conversation itself is `upload.rs`, read that next.
//!
//! no_std on WebAssembly, because std would import clocks, files and an environment that nobody here may have.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the code that wit-bindgen makes; ours is in runtime.rs alone, the others forbid it")]

extern crate alloc;

mod control;
mod data_channel;
mod error;
mod inspection;
mod passive;
#[cfg(target_family = "wasm")]
mod runtime;
mod store;
mod transfer;
mod upload;

/// What wit-bindgen makes of `wit/`.
#[allow(missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all });
}

use alloc::vec::Vec;
use bindings::exports::ftp_uploader::upload::upload::{
    Comparison, Found, Guest, GuestSession, Login, Plan, Receipt, Session, UploadError,
};
use bindings::ftp_uploader::upload::capabilities::{ControlConnection, Progress, Secret, SourceFile};
use core::cell::RefCell;
use upload::Conversation;

struct Component;

impl Guest for Component {
    type Session = RefCell<Conversation>;
}

impl GuestSession for RefCell<Conversation> {
    fn open(
        control: ControlConnection,
        password: &Secret,
        login: Login,
        progress: Progress,
    ) -> Result<Session, UploadError> {
        Conversation::open(control, password, &login, progress).map(|open| Session::new(RefCell::new(open)))
    }

    fn enter(&self, directory: Vec<u8>, create: bool) -> Result<(), UploadError> {
        self.borrow_mut().enter(&directory, create)
    }

    fn store(&self, source: &SourceFile, name: Vec<u8>, plan: Plan) -> Result<Receipt, UploadError> {
        self.borrow_mut().store(source, &name, plan)
    }

    fn look(&self, name: Vec<u8>) -> Result<Found, UploadError> {
        self.borrow_mut().look(&name)
    }

    fn compare(&self, source: &SourceFile, name: Vec<u8>, length: u64) -> Result<Comparison, UploadError> {
        self.borrow_mut().compare(source, &name, length)
    }

    fn can_rename(&self, name: Vec<u8>) -> Result<bool, UploadError> {
        self.borrow_mut().can_rename(&name)
    }

    fn rename(&self, name: Vec<u8>, to: Vec<u8>) -> Result<(), UploadError> {
        self.borrow_mut().rename(&name, &to)
    }

    fn remove(&self, name: Vec<u8>) -> Result<(), UploadError> {
        self.borrow_mut().remove(&name)
    }

    fn set_time(&self, name: Vec<u8>, time: u64) -> Result<(), UploadError> {
        self.borrow_mut().set_time(&name, time)
    }

    fn set_mode(&self, name: Vec<u8>, mode: u16) -> Result<(), UploadError> {
        self.borrow_mut().set_mode(&name, mode)
    }

    fn quit(&self) {
        self.borrow_mut().quit();
    }
}

bindings::export!(Component with_types_in bindings);
