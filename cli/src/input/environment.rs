//! Environment variables with secrets. They are taken once, and wiped in the place where the system shows them to other
//! programs (`/proc/PID/environ`) and where a core dump would contain them.
//!
//! The file is separate because wiping needs `unsafe`: std can change a variable, but it leaves the old bytes in
//! memory.

use std::env;
use std::ffi::{CStr, CString, c_char};
use std::os::unix::ffi::OsStringExt;

use zeroize::{Zeroize, Zeroizing};

use crate::input::proxy;

/// The values of all variables with secrets, if they are set.
#[derive(Default)]
pub struct SecretVariables {
    /// `FTP_PASSWORD`.
    pub password: Option<Zeroizing<Vec<u8>>>,
    /// `FTP_ACCOUNT`.
    pub account: Option<Zeroizing<Vec<u8>>>,
    /// `FTP_PROXY_AUTH`.
    pub proxy_auth: Option<Zeroizing<Vec<u8>>>,
}

impl SecretVariables {
    /// Takes the variables out of the environment, including those that this run does not use. Call it before the
    /// program has a second thread.
    pub fn take() -> Self {
        Self { password: take("FTP_PASSWORD"), account: take("FTP_ACCOUNT"), proxy_auth: take(proxy::AUTH) }
    }

    /// Returns true if the variable with this name was set, and was not empty.
    pub fn has(&self, name: &str) -> bool {
        let value = match name {
            "FTP_PASSWORD" => &self.password,
            "FTP_ACCOUNT" => &self.account,
            proxy::AUTH => &self.proxy_auth,
            _ => return false,
        };
        value.as_ref().is_some_and(|value| !value.is_empty())
    }
}

fn take(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let value = env::var_os(name)?.into_vec().into();
    if let Ok(name) = CString::new(name) {
        wipe(&name);
    }
    Some(value)
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
