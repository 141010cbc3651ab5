//! A password: wiped from memory when dropped, and impossible to print. It has no `Debug`, no `Display` and no
//! public way to read it; only `lent/control_connection.rs` puts it on the wire, and `mask.rs` takes it out of what
//! servers say.
//!
//! Where it comes from (prompt, environment, file) is the program's business: `cli/src/src/password.rs`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_protocol::argument::{Argument, NotAnArgument};
use zeroize::Zeroizing;

use ftp_text::redact::{masked, masked_cut, masked_line, masked_reply};

/// A password that an FTP command can carry. The default is empty.
#[derive(Default)]
pub struct Password(Arc<Zeroizing<Vec<u8>>>);

impl Password {
    /// Takes `bytes` over, and wipes them also when they are refused. An empty password is one: some servers want it.
    ///
    /// # Errors
    /// When they hold a control byte, which could start a command, or are too long for one.
    pub fn new(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, NotAnArgument> {
        let bytes = bytes.into();
        match Argument::new(&bytes) {
            Ok(_) | Err(NotAnArgument::Empty) => Ok(Self(Arc::new(bytes))),
            Err(error) => Err(error),
        }
    }

    /// The same bytes in memory, for one more session to hold.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// A line of the server's, without the password, to be shown.
    pub(crate) fn masked_in(&self, line: &[u8]) -> Vec<u8> {
        masked_line(line, &self.0)
    }

    /// The same for one that is to be understood as a reply, so that its code stays.
    pub(crate) fn masked_in_reply(&self, line: &[u8]) -> Vec<u8> {
        masked_reply(line, &self.0)
    }

    /// The text of a reply, behind its code, without the password.
    pub(crate) fn masked_in_text(&self, text: &[u8]) -> Vec<u8> {
        masked(text, &self.0)
    }

    /// Part of what the server has said, without the password; it may have been cut off within it.
    pub(crate) fn masked_in_cut(&self, text: &[u8]) -> Vec<u8> {
        masked_cut(text, &self.0)
    }

    /// The whole PASS line (RFC 959 §4.1.1), which is wiped like the password.
    pub(crate) fn pass_line(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: growing would leave a copy behind.
        let mut line = Zeroizing::new(Vec::with_capacity(self.0.len() + 7));
        line.extend_from_slice(b"PASS ");
        line.extend_from_slice(&self.0);
        line.extend_from_slice(b"\r\n");
        line
    }
}

/// The place of a password in a request that is only lent when the password becomes known.
#[derive(Default)]
pub(crate) struct PasswordSlot(Mutex<Password>);

impl PasswordSlot {
    pub(crate) fn set(&self, password: Password) {
        *self.lock() = password;
    }

    /// As [`Password::share`].
    pub(crate) fn share(&self) -> Password {
        self.lock().share()
    }

    fn lock(&self) -> MutexGuard<'_, Password> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(bytes: &[u8]) -> Result<Password, NotAnArgument> {
        Password::new(bytes.to_vec())
    }

    #[test]
    fn the_pass_line_is_the_verb_the_password_and_a_line_end() {
        assert_eq!(password(b"s e cret").unwrap().pass_line().as_slice(), b"PASS s e cret\r\n");
        assert_eq!(password(b"").unwrap().pass_line().as_slice(), b"PASS \r\n");
    }

    #[test]
    fn a_password_cannot_start_a_command_of_its_own() {
        assert_eq!(password(b"x\r\nDELE y").err(), Some(NotAnArgument::ControlByte(b'\r')));
        assert_eq!(password(b"x\n").err(), Some(NotAnArgument::ControlByte(b'\n')));
    }
}
