//! Passwords in the keyring of the desktop: the Secret Service on Linux, the keychain on macOS, the Credential Manager on
//! Windows.

use ftp_uploader::Escaped;
use zeroize::Zeroizing;

#[cfg(feature = "keyring")]
use crate::platform::desktop_keyring as asking;

#[cfg(feature = "keyring")]
pub use asking::answer_as_child;

/// The service of the entries, with the host behind it.
const SERVICE: &str = "ftp-uploader:";

/// The message if the program was built without the keyring.
const NOT_BUILT_IN: &str = "--keyring: this program was built without it. Nothing was sent; build it with --features \
                            keyring, or use --netrc or --password-file.";

/// Checks that the program was built with the keyring.
///
/// # Errors
/// The line for the user.
pub fn check() -> Result<(), String> {
    if cfg!(feature = "keyring") { Ok(()) } else { Err(NOT_BUILT_IN.to_owned()) }
}

/// Returns the password of `user` on `host`.
///
/// # Errors
/// The reason, for users, if the program was built without it, or the keyring has no such entry.
pub fn password(host: &str, user: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let service = format!("{SERVICE}{}", host.to_lowercase());
    asking::password(&service, user).map_err(|why| {
        let (service, user) = (Escaped(service.as_bytes()), Escaped(user));
        format!("the keyring has no usable entry of the service {service} and the user {user} ({why})")
    })
}

#[cfg(not(feature = "keyring"))]
mod asking {
    use zeroize::Zeroizing;

    pub(super) fn password(_: &str, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
        Err("this program was built without it".to_owned())
    }
}
