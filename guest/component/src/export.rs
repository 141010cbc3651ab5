//! The export: each function of `session` (`wit/upload.wit`) calls the function of the conversation with the same name.
//! Only the component has this file; the other files also run natively (`lib.rs`).

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Comparison, Found, Guest, GuestSession, Login, Plan, Receipt, Renaming, Session, UploadError,
};
use crate::bindings::ftp_uploader::upload::capabilities::{ControlConnection, Progress, Secret, SourceFile};
use crate::session::Conversation;
use alloc::vec::Vec;
use core::cell::RefCell;

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

    fn site(&self, parameters: Vec<u8>) -> Result<(), UploadError> {
        self.borrow_mut().site(&parameters)
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

    fn modified(&self, name: Vec<u8>) -> Result<Option<u64>, UploadError> {
        self.borrow_mut().modified(&name)
    }

    fn compare(&self, source: &SourceFile, name: Vec<u8>, length: u64) -> Result<Comparison, UploadError> {
        self.borrow_mut().compare(source, &name, length)
    }

    fn can_rename(&self, name: Vec<u8>) -> Result<bool, UploadError> {
        self.borrow_mut().can_rename(&name)
    }

    fn rename(&self, name: Vec<u8>, to: Vec<u8>) -> Result<Renaming, UploadError> {
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

crate::bindings::export!(Component with_types_in crate::bindings);
