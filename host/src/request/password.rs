//! The password of the login. `sandbox/capabilities/control_connection.rs` sends it, and `ftp_text::redact` removes it
//! from text that servers send.
//!
//! The program reads it from a prompt, the environment or a file (`cli/src/input/password.rs`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_protocol::argument::{Argument, NotAnArgument};
use zeroize::Zeroizing;

use ftp_text::redact::{masked, masked_cut, masked_line, masked_reply};

/// The password of a login (PASS, RFC 959 §4.1.1), checked so that an FTP command can carry it. The default is empty.
///
/// It is wiped from memory when it is dropped. It has no `Debug`, no `Display`, and no public method that returns its
/// bytes.
#[derive(Default)]
pub struct Password(Arc<Zeroizing<Vec<u8>>>);

impl Password {
    /// Takes ownership of `bytes`, and wipes them even if they are refused. An empty password is valid: some servers
    /// require it.
    ///
    /// # Errors
    /// If `bytes` contain a control byte, which could start another command, or are too long for a command.
    pub fn new(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, NotAnArgument> {
        let bytes = bytes.into();
        match Argument::new(&bytes) {
            Ok(_) | Err(NotAnArgument::Empty) => Ok(Self(Arc::new(bytes))),
            Err(error) => Err(error),
        }
    }

    /// Returns another handle to the same bytes, for one more session.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Returns a line from the server, to be shown, with the password masked.
    pub(crate) fn masked_in(&self, line: &[u8]) -> Vec<u8> {
        masked_line(line, &self.0)
    }

    /// Returns a line that will be parsed as a reply, with the password masked and the reply code kept.
    pub(crate) fn masked_in_reply(&self, line: &[u8]) -> Vec<u8> {
        masked_reply(line, &self.0)
    }

    /// Returns the text of a reply, without its code, with the password masked.
    pub(crate) fn masked_in_text(&self, text: &[u8]) -> Vec<u8> {
        masked(text, &self.0)
    }

    /// Returns truncated text from the server with the password masked, also where the cut is inside the password.
    pub(crate) fn masked_in_cut(&self, text: &[u8]) -> Vec<u8> {
        masked_cut(text, &self.0)
    }

    /// Returns the whole PASS line (RFC 959 §4.1.1), which is wiped like the password.
    pub(crate) fn pass_line(&self) -> Zeroizing<Vec<u8>> {
        // Allocated at its full size: growing the vector would leave a copy of the password in freed memory.
        let mut line = Zeroizing::new(Vec::with_capacity(self.0.len() + 7));
        line.extend_from_slice(b"PASS ");
        line.extend_from_slice(&self.0);
        line.extend_from_slice(b"\r\n");
        line
    }
}

/// The password of a request, which can be set through a shared reference: a program may ask for it after the request
/// was prepared.
#[derive(Default)]
pub(crate) struct PasswordSlot(Mutex<Password>);

impl PasswordSlot {
    pub(crate) fn set(&self, password: Password) {
        *self.lock() = password;
    }

    /// Returns another handle to the password that is set.
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
