//! Takes a variable with a secret out of the environment.
//!
//! The file is separate because wiping needs `unsafe`: std can change a variable, but it leaves the old bytes in
//! memory.

use std::env;
use std::ffi::{CStr, CString, c_char};
use std::os::unix::ffi::OsStringExt;

use zeroize::{Zeroize, Zeroizing};

/// Returns the value of a variable, if it is set, and wipes it in the place where the system shows it to other programs.
/// Call it before the program has a second thread.
pub fn take(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = env::var_os(name)?.into_vec().into();
    if let Ok(name) = CString::new(name) {
        wipe(&name);
    }
    Some(value)
}

/// Returns true if a command can carry the value: always, on Unix, where it is any bytes.
pub fn is_sendable(_: &[u8]) -> bool {
    true
}

#[allow(unsafe_code, reason = "std has no access to the bytes that the system shows to others")]
fn wipe(name: &CStr) {
    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *mut c_char;
    }
    // SAFETY: `name` ends with NUL. The result is null, or points to the variable's value and its NUL, in memory that
    // is writable since the program started. There is no other thread that could read or change the environment
    // meanwhile.
    unsafe {
        let value = getenv(name.as_ptr());
        if !value.is_null() {
            let length = CStr::from_ptr(value).count_bytes();
            std::slice::from_raw_parts_mut(value.cast::<u8>(), length).zeroize();
        }
    }
}
