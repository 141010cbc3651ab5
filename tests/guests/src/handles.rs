//! Handles that do not belong to the component, that no longer exist, or that are too many.

use core::mem::forget;

use crate::bindings::ftp_uploader::upload::capabilities::DataConnection;
use crate::{ControlConnection, Evil, Secret, Session, UploadError};

/// Far more than the host has space for.
const MANY: u32 = 10_000;

/// Returns the state of the session, if the attack returns at all.
pub(crate) fn attack(evil: Evil, password: &Secret) -> Result<Evil, UploadError> {
    match evil.attack.as_str() {
        "sessions without number" => (0..MANY).for_each(|_| forget(Session::new(clone(&evil)))),
        "use after drop" => {
            drop(again(&evil.control));
            let _ = evil.control.send(b"NOOP\r\n");
        }
        "dropping twice" => (0..2).for_each(|_| drop(again(&evil.control))),
        "a forged handle" => {
            let _ = unsafe { ControlConnection::from_handle(7777) }.send(b"NOOP\r\n");
        }
        "a handle of another kind" => {
            let control = unsafe { ControlConnection::from_handle(evil.progress.handle()) };
            let _ = control.send(b"NOOP\r\n");
            forget(control);
        }
        "a data connection that never was" => {
            let _ = unsafe { DataConnection::from_handle(1) }.finish();
        }
        "the password after the login" => *evil.kept.borrow_mut() = password.handle(),
        _ => {}
    }
    Ok(evil)
}

/// Uses a handle that was lent only for an earlier call.
pub(crate) fn after_login(evil: &Evil) {
    if evil.attack == "the password after the login" {
        let secret = unsafe { Secret::from_handle(*evil.kept.borrow()) };
        let _ = evil.control.send_password(&secret);
        forget(secret);
    }
}

/// Returns the same handle a second time.
fn again(control: &ControlConnection) -> ControlConnection {
    unsafe { ControlConnection::from_handle(control.handle()) }
}

fn clone(evil: &Evil) -> Evil {
    Evil {
        attack: evil.attack.clone(),
        port: 0,
        control: again(&evil.control),
        progress: unsafe { crate::Progress::from_handle(evil.progress.handle()) },
        kept: Default::default(),
        loops_when_dropped: false,
    }
}
