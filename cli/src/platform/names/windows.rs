//! Names and texts as bytes. On Windows they are UTF-16, and are sent as UTF-8. Half of a surrogate pair has no form in
//! UTF-8.

use std::ffi::{OsStr, OsString};

/// Returns the text that consists of `bytes`; `None` if they are not UTF-8.
pub fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Returns true if the text can be sent.
pub fn is_sendable(text: &OsStr) -> bool {
    text.to_str().is_some()
}
