//! Passwords in the Credential Manager of Windows, as generic credentials. One call of the system reads them, without threads
//! of a client, so that the program needs no process of its own for that.

use std::process::ExitCode;

use keyring::v1::Entry;
use zeroize::Zeroizing;

/// Returns the password of an entry, which other programs write in UTF-16, in UTF-8.
///
/// # Errors
/// The reason, for users.
pub fn password(service: &str, user: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let user = str::from_utf8(user).map_err(|_| "the name is not UTF-8".to_owned())?;
    let password = Entry::new(service, user).and_then(|entry| entry.get_password());
    password.map(|text| Zeroizing::new(text.into_bytes())).map_err(|error| error.to_string())
}

/// Returns `None`: the program is never started for that.
pub fn answer_as_child() -> Option<ExitCode> {
    None
}
