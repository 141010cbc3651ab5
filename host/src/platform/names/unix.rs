//! Names of files as bytes. On Unix a name is any bytes, which are sent as they are.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Returns true if the name can be sent: always, on Unix.
pub(crate) fn is_sendable(_: &OsStr) -> bool {
    true
}

/// Returns the name that consists of `bytes`; `None` if the system has no such name, which does not happen on Unix.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// Returns a path that consists of `bytes`, with slashes between its parts.
pub(crate) fn path(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Borrowed(Path::new(OsStr::from_bytes(bytes)))
}

/// Returns the bytes of `path`, with slashes between its parts.
pub(crate) fn with_slashes(path: &Path) -> Cow<'_, [u8]> {
    Cow::Borrowed(path.as_os_str().as_bytes())
}
