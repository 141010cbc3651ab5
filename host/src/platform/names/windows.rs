//! Names of files as bytes. On Windows a name is UTF-16, and is sent as UTF-8. Half of a surrogate pair has no form in
//! UTF-8, so a name with one cannot be sent.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Returns true if the name can be sent.
pub(crate) fn is_sendable(name: &OsStr) -> bool {
    name.to_str().is_some()
}

/// Returns the name that consists of `bytes`; `None` if they are not UTF-8.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Returns a path that consists of `bytes`, with slashes between its parts. Bytes that are not UTF-8 are replaced: no local
/// file has such a name.
pub(crate) fn path(bytes: &[u8]) -> Cow<'_, Path> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => Cow::Borrowed(Path::new(text)),
        Cow::Owned(text) => Cow::Owned(text.into()),
    }
}

/// Returns the bytes of `path`, with slashes between its parts.
pub(crate) fn with_slashes(path: &Path) -> Cow<'_, [u8]> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.contains(&b'\\') {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect())
}
