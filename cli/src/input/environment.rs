//! Environment variables with secrets. They are taken once, and wiped in the place where the system shows them to other
//! programs (`/proc/PID/environ`) and where a core dump would contain them.

use zeroize::Zeroizing;

use crate::cli_error::CliError;
use crate::input::proxy;
use crate::platform::environment::{is_sendable, take};

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

/// Returns the value of the variable `name`, if a command can carry it on this system.
///
/// # Errors
/// If it is not valid Unicode, on Windows.
pub fn sendable<T: AsRef<[u8]>>(name: &str, value: T) -> Result<T, CliError> {
    if is_sendable(value.as_ref()) {
        return Ok(value);
    }
    Err(CliError::Usage(format!(
        "{name} is not valid Unicode (half of a surrogate pair). No FTP command can carry that; nothing was sent."
    )))
}
