//! Variables that hold secrets: taken, and wiped where the system shows them to others (`/proc/PID/environ`) and where a
//! core dump would have them.
//!
//! A file of its own because std can change a variable but not wipe it. Which ones there are is known to `password.rs` and
//! `proxy.rs`.

use std::env;
use std::ffi::{CStr, CString, c_char};
use std::os::unix::ffi::OsStringExt;

use zeroize::{Zeroize, Zeroizing};

/// The value of the variable `name`, if it is set; from then on it is empty. To be called before the program has a second
/// thread.
pub fn take(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = env::var_os(name)?.into_vec().into();
    if let Ok(name) = CString::new(name) {
        wipe(&name);
    }
    Some(value)
}

#[allow(unsafe_code, reason = "the bytes that the system shows can be reached in no other way")]
fn wipe(name: &CStr) {
    unsafe extern "C" {
        fn getenv(name: *const c_char) -> *mut c_char;
    }
    // SAFETY: `name` ends with NUL. What comes back is null, or the variable's value, NUL behind it, in memory that was
    // writable since the program began, and that nobody looks at now, as there is no other thread.
    unsafe {
        let value = getenv(name.as_ptr());
        if !value.is_null() {
            let length = CStr::from_ptr(value).count_bytes();
            std::slice::from_raw_parts_mut(value.cast::<u8>(), length).zeroize();
        }
    }
}
