//! A hostile component: each attack is an action that the host must stop. The user name selects the attack; a number at
//! its end is a port that the test has opened. The component reports the host's answers in the text of a refusal.
//!
//! `host/build.rs` builds it for the same world and in the same way as the real component. Each kind of attack has its
//! own file. The tests are in `tests/sandbox/`.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(unsafe_code, reason = "the code that wit-bindgen makes, the runtime, and handles that are forged")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "the attacks are unsafe on purpose")]

extern crate alloc;

mod claims;
mod computing;
mod data;
mod handles;
mod lines;
mod memory;
mod ports;
mod reach;
mod receiving;
#[cfg(target_family = "wasm")]
mod runtime;
mod timing;
mod tls;

/// The bindings that wit-bindgen generates from `wit/`.
#[allow(missing_docs, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "uploader", path: "../../wit", generate_all });
}

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use bindings::exports::ftp_uploader::upload::upload::{
    Announced, Change, Changed, Comparison, Features, Found, Guest, GuestSession, Inquiry, Known, Login, Made, Page,
    Plan, Portion, Receipt, Refusal, Removal, Renaming, Session, UploadError, Verification,
};
use bindings::ftp_uploader::upload::capabilities::{ControlConnection, IoError, Progress, Secret, SourceFile, Step};

/// The state that the attacks use.
struct Evil {
    attack: String,
    port: u16,
    control: ControlConnection,
    progress: Progress,
    /// The number of a handle that no longer belongs to the component; or the size of a file that `look` will report.
    kept: RefCell<u32>,
    loops_when_dropped: bool,
}

struct Component;

impl Guest for Component {
    type Session = Evil;
}

impl Evil {
    fn new(control: ControlConnection, progress: Progress, user: &[u8]) -> Self {
        let user = String::from_utf8_lossy(user);
        let (attack, port) = user.rsplit_once(' ').unwrap_or((&user, ""));
        let (attack, port) = port.parse().map_or((&*user, 0), |port| (attack, port));
        Self { attack: attack.into(), port, control, progress, kept: RefCell::new(0), loops_when_dropped: false }
    }

    /// Returns the USER command with the user name of this session.
    fn login_line(&self) -> Vec<u8> {
        let port = if self.port == 0 { String::new() } else { alloc::format!(" {}", self.port) };
        alloc::format!("USER {}{port}\r\n", self.attack).into_bytes()
    }
}

impl GuestSession for Evil {
    fn open(
        control: ControlConnection,
        password: &Secret,
        login: Login,
        progress: Progress,
    ) -> Result<Session, UploadError> {
        let evil = Evil::new(control, progress, &login.user);
        let told = computing::attack(&evil)
            .or_else(|| memory::attack(&evil))
            .or_else(|| lines::attack(&evil, password))
            .or_else(|| tls::attack(&evil, password))
            .or_else(|| ports::attack(&evil));
        if let Some(told) = told {
            return Err(report(Step::Login, told));
        }
        claims::at_login(&evil)?;
        handles::attack(evil, password).map(Session::new)
    }

    fn site(&self, parameters: Vec<u8>) -> Result<(), UploadError> {
        reach::in_site(self, &parameters).map_or(Ok(()), |told| Err(report(Step::Site, told)))
    }

    fn enter(&self, _: Vec<u8>, _: bool, _: bool) -> Result<(), UploadError> {
        handles::after_login(self);
        reach::enter(self);
        lines::after_login(self).map_or(Ok(()), |told| Err(report(Step::Directory, told)))
    }

    fn make_directories(&self, paths: Vec<Vec<u8>>, _: bool) -> Result<Vec<Made>, UploadError> {
        if let Some(told) = reach::in_make_directories(self, &paths) {
            return Err(report(Step::Directory, told));
        }
        Ok(paths.iter().map(|_| Made::Exists).collect())
    }

    fn announce(&self, _: Vec<u8>, _: Inquiry, _: bool) -> Result<Announced, UploadError> {
        Ok(Announced { found: claims::found(self), modified: None, checked: None })
    }

    fn check(&self) -> Result<Verification, UploadError> {
        Ok(Verification::Size)
    }

    fn store(&self, source: &SourceFile, name: Vec<u8>, _: Plan) -> Result<Receipt, UploadError> {
        if let Some(told) = reach::half(self, source) {
            return Err(report(Step::Transfer, told));
        }
        let told = data::attack(self, source).or_else(|| timing::attack(self, source));
        let told = told.or_else(|| reach::in_store(self, &name));
        told.map_or_else(|| claims::receipt(self, source), |told| Err(report(Step::Store, told)))
    }

    fn look(&self, _: Vec<u8>) -> Result<Found, UploadError> {
        Ok(claims::found(self))
    }

    fn features(&self) -> Result<Features, UploadError> {
        Ok(Features { facts: true, tells_times: true, sets_times: true })
    }

    fn modified(&self, _: Vec<u8>) -> Result<Option<u64>, UploadError> {
        Ok(None)
    }

    fn compare(&self, _: &SourceFile, _: Vec<u8>, _: u64) -> Result<Comparison, UploadError> {
        Ok(Comparison::Unavailable)
    }

    fn can_rename(&self, _: Vec<u8>) -> Result<bool, UploadError> {
        Ok(true)
    }

    fn list(&self, path: Vec<u8>, _: bool) -> Result<Page, UploadError> {
        receiving::listed(self, &path)
    }

    fn next_page(&self) -> Result<Page, UploadError> {
        Ok(receiving::next_page(self))
    }

    fn fetch(&self, _: Vec<u8>) -> Result<Portion, UploadError> {
        Ok(Portion { bytes: Vec::new(), more: false })
    }

    fn next_portion(&self) -> Result<Portion, UploadError> {
        self.fetch(Vec::new())
    }

    fn ask(&self, names: Vec<Vec<u8>>, _: Inquiry, _: bool) -> Result<Vec<Known>, UploadError> {
        Ok(names.iter().map(|_| Known { found: Found::Refused, modified: None }).collect())
    }

    fn rename_all(&self, changes: Vec<Change>, _: bool) -> Result<Vec<Changed>, UploadError> {
        if let Some(told) = changes.first().and_then(|change| reach::in_rename(self, &change.name, &change.to)) {
            return Err(report(Step::Renaming, told));
        }
        Ok(changes.iter().map(|_| Changed { renaming: Renaming::Done, time_set: true }).collect())
    }

    fn remove_all(&self, names: Vec<Vec<u8>>, _: bool) -> Result<Vec<Removal>, UploadError> {
        if let Some(told) = names.first().and_then(|name| reach::in_remove(self, name)) {
            return Err(report(Step::Renaming, told));
        }
        Ok(names.iter().map(|_| Removal::Removed).collect())
    }

    fn remove_directories(&self, paths: Vec<Vec<u8>>, _: bool) -> Result<Vec<Removal>, UploadError> {
        Ok(paths.iter().map(|_| Removal::Removed).collect())
    }

    fn rename(&self, name: Vec<u8>, to: Vec<u8>) -> Result<Renaming, UploadError> {
        let told = reach::in_rename(self, &name, &to);
        let refused = |told: String| Refusal { step: Step::Renaming, code: 599, text: told.into_bytes() };
        Ok(told.map_or(Renaming::Done, |told| Renaming::NotTo(refused(told))))
    }

    fn remove(&self, name: Vec<u8>) -> Result<(), UploadError> {
        reach::in_remove(self, &name).map_or(Ok(()), |told| Err(report(Step::Renaming, told)))
    }

    fn set_time(&self, _: Vec<u8>, _: u64) -> Result<(), UploadError> {
        Ok(())
    }

    fn set_mode(&self, name: Vec<u8>, _: u16) -> Result<(), UploadError> {
        reach::in_set_mode(self, &name).map_or(Ok(()), |told| Err(report(Step::Attributes, told)))
    }

    fn quit(&self) {
        computing::at_quit(self);
    }
}

impl Drop for Evil {
    fn drop(&mut self) {
        if self.loops_when_dropped {
            computing::for_ever();
        }
    }
}

/// Returns the host's answers as an error, so that the program prints them.
fn report(step: Step, told: String) -> UploadError {
    UploadError::Refused(Refusal { step, code: 599, text: told.into_bytes() })
}

/// Returns an answer as one word.
fn word<T>(answer: &Result<T, IoError>) -> &'static str {
    match answer {
        Ok(_) => "done",
        Err(IoError::Closed) => "closed",
        Err(IoError::Reset) => "reset",
        Err(IoError::TimedOut) => "timed-out",
        Err(IoError::Refused) => "refused",
        Err(IoError::Unreachable) => "unreachable",
        Err(IoError::Denied) => "denied",
        Err(IoError::Insecure) => "insecure",
        Err(IoError::OutOfStep) => "out-of-step",
    }
}

bindings::export!(Component with_types_in bindings);
