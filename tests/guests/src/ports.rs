//! Ports that the component may not use, and too many ports.

use alloc::format;
use alloc::string::String;

use crate::bindings::ftp_uploader::upload::capabilities::IoError;
use crate::{Evil, word};

/// Far more than any upload needs.
const MANY: u32 = 5000;

pub(crate) fn attack(evil: &Evil) -> Option<String> {
    match evil.attack.as_str() {
        "low ports" => Some(low(evil)),
        "a port that needs 17 bits" => Some(beyond(evil)),
        "thousands of connections" => Some(count(|| evil.control.open_data(evil.port))),
        "thousands of ports of our own" => Some(count(|| evil.control.listen_data())),
        "waiting for nobody without end" => Some(await_nobody(evil)),
        _ => None,
    }
}

fn low(evil: &Evil) -> String {
    let denied = (0..1024).filter(|&port| matches!(evil.control.open_data(port), Err(IoError::Denied))).count();
    format!("{denied} of 1024 denied")
}

fn count<T>(open: impl Fn() -> Result<T, IoError>) -> String {
    let (mut open_ones, mut denied) = (0, 0);
    for _ in 0..MANY {
        match open() {
            Ok(_) => open_ones += 1,
            Err(IoError::Denied) => denied += 1,
            Err(_) => {}
        }
    }
    format!("{open_ones} open, {denied} denied")
}

fn await_nobody(evil: &Evil) -> String {
    let listener = match evil.control.listen_data() {
        Ok(listener) => listener,
        refused => return word(&refused).into(),
    };
    let mut waits = 0;
    loop {
        match listener.accept() {
            Err(IoError::TimedOut) => waits += 1,
            other => return format!("{waits} waits, then {}", word(&other)),
        }
    }
}

/// Bypasses the bindings: the component model passes ports in 32 bits.
#[cfg(target_family = "wasm")]
fn beyond(evil: &Evil) -> String {
    #[link(wasm_import_module = "ftp-uploader:upload/capabilities@0.2.0")]
    unsafe extern "C" {
        #[link_name = "[method]control-connection.open-data"]
        fn open_data(control: i32, port: i32, answer: *mut u8);
    }
    let mut answer = [0_u32; 2];
    // If the upper bits were cut off, this would be port 21.
    unsafe { open_data(evil.control.handle().cast_signed(), 65_536 + 21, answer.as_mut_ptr().cast()) };
    // The result: 1 is an error, followed by its number.
    let denied = answer[0] & 0xff == 1 && answer[1] & 0xff == IoError::Denied as u32;
    String::from(if denied { "denied" } else { "done" })
}

#[cfg(not(target_family = "wasm"))]
fn beyond(evil: &Evil) -> String {
    drop(evil.control.open_data(21));
    String::new()
}
