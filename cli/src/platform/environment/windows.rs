//! Takes a variable with a secret out of the environment.
//!
//! The file is separate because std marks the removal of a variable as `unsafe` on every system.

use std::env;

use zeroize::Zeroizing;

/// Returns the value of a variable in UTF-8, if it is set, and removes it from the environment that child processes get. Windows does
/// not show the environment to other users, and copies of the value that the C library made at the start remain.
#[allow(unsafe_code, reason = "the removal of a variable is safe on Windows only")]
pub fn take(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = env::var_os(name)?.into_encoded_bytes().into();
    // SAFETY: `std::env::remove_var` is always safe on Windows, as its documentation says.
    unsafe { env::remove_var(name) };
    Some(value)
}

/// Returns true if a command can carry the value: not if it has half of a surrogate pair, which has no form in UTF-8.
pub fn is_sendable(value: &[u8]) -> bool {
    str::from_utf8(value).is_ok()
}
