//! The export: each function of `session` (`wit/upload.wit`) calls the function of the conversation with the same name.
//! Only the component has this file; the other files also run natively (`lib.rs`).

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Announced, Change, Changed, Comparison, Features, Found, Guest, GuestSession, Inquiry, Known, Login, Made, Page,
    Plan, Portion, Receipt, Removal, Renaming, Session, UploadError, Verification,
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

    fn enter(&self, directory: Vec<u8>, create: bool, flight: bool) -> Result<(), UploadError> {
        self.borrow_mut().enter(&directory, create, flight)
    }

    fn make_directories(&self, paths: Vec<Vec<u8>>, flight: bool) -> Result<Vec<Made>, UploadError> {
        self.borrow_mut().make_directories(&paths, flight)
    }

    fn announce(&self, name: Vec<u8>, inquiry: Inquiry, flight: bool) -> Result<Announced, UploadError> {
        self.borrow_mut().announce(&name, inquiry, flight)
    }

    fn check(&self) -> Result<Verification, UploadError> {
        self.borrow_mut().check()
    }

    fn store(&self, source: &SourceFile, name: Vec<u8>, plan: Plan) -> Result<Receipt, UploadError> {
        self.borrow_mut().store(source, &name, plan)
    }

    fn look(&self, name: Vec<u8>) -> Result<Found, UploadError> {
        self.borrow_mut().look(&name)
    }

    fn features(&self) -> Result<Features, UploadError> {
        self.borrow_mut().told_features()
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

    fn list(&self, path: Vec<u8>, flight: bool) -> Result<Page, UploadError> {
        self.borrow_mut().list(&path, flight)
    }

    fn next_page(&self) -> Result<Page, UploadError> {
        self.borrow_mut().next_page()
    }

    fn fetch(&self, name: Vec<u8>) -> Result<Portion, UploadError> {
        self.borrow_mut().fetch(&name)
    }

    fn next_portion(&self) -> Result<Portion, UploadError> {
        self.borrow_mut().next_portion()
    }

    fn ask(&self, names: Vec<Vec<u8>>, inquiry: Inquiry, flight: bool) -> Result<Vec<Known>, UploadError> {
        self.borrow_mut().ask(&names, inquiry, flight)
    }

    fn rename_all(&self, changes: Vec<Change>, flight: bool) -> Result<Vec<Changed>, UploadError> {
        self.borrow_mut().rename_all(&changes, flight)
    }

    fn remove_all(&self, names: Vec<Vec<u8>>, flight: bool) -> Result<Vec<Removal>, UploadError> {
        self.borrow_mut().remove_all(&names, flight)
    }

    fn remove_directories(&self, paths: Vec<Vec<u8>>, flight: bool) -> Result<Vec<Removal>, UploadError> {
        self.borrow_mut().remove_directories(&paths, flight)
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
