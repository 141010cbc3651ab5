//! Names and texts as bytes. On Unix any bytes are a name.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;

/// Returns the text that consists of `bytes`; `None` if the system has no such text, which does not happen on Unix.
pub fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// Returns true if the text can be sent: always, on Unix.
pub fn is_sendable(_: &OsStr) -> bool {
    true
}
