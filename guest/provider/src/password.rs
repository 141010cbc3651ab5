//! `secret`: a password that goes from the environment or standard input to the control connection, and to no other
//! component. If the server repeats it, it is masked: `ftp_text::reply_redactor`.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::mem;

use wasip2::cli::environment::get_environment;
use wasip2::cli::stdin::get_stdin;
use wasip2::cli::terminal_stdin::get_terminal_stdin;

use crate::bindings::exports::ftp_uploader::upload::capabilities::GuestSecret;
use crate::bindings::exports::ftp_uploader::wasi::grants::PasswordError;
use ftp_text::redact::{masked_line, masked_reply};

/// The name of the environment variable.
const VARIABLE: &str = "FTP_PASSWORD";

/// The maximal length of a password, in bytes; input without a line end is read only up to this.
const MAX: usize = 8192;

/// A password. It cannot be printed. The default is empty.
#[derive(Default)]
pub(crate) struct Password(Rc<Vec<u8>>);

impl GuestSecret for Password {}

impl Password {
    /// Takes the password from the environment, or else from the first line of standard input.
    pub(crate) fn take() -> Result<Self, PasswordError> {
        let set = get_environment().into_iter().find(|(name, _)| name == VARIABLE);
        let line = match set {
            Some((_, value)) => value.into_bytes(),
            None if get_terminal_stdin().is_some() => return Err(PasswordError::Visible),
            None => first_line()?,
        };
        if line.iter().any(|&byte| byte.is_ascii_control() || byte == 0xff) {
            return Err(PasswordError::ControlBytes);
        }
        Ok(Self(Rc::new(line)))
    }

    /// Returns the same password, for the conversation in which it is sent.
    pub(crate) fn share(&self) -> Self {
        Self(Rc::clone(&self.0))
    }

    /// Returns a line of the server with the password masked, for display.
    pub(crate) fn masked_in(&self, line: &[u8]) -> Vec<u8> {
        masked_line(line, &self.0)
    }

    /// Does the same for a line that is parsed as a reply, so that its code is not changed.
    pub(crate) fn masked_in_reply(&self, line: &[u8]) -> Vec<u8> {
        masked_reply(line, &self.0)
    }

    /// Returns the command that contains the password (RFC 959 §4.1.1).
    pub(crate) fn pass_line(&self) -> Vec<u8> {
        [b"PASS ", &self.0[..], b"\r\n"].concat()
    }
}

/// Returns the first line of standard input without its line end.
fn first_line() -> Result<Vec<u8>, PasswordError> {
    let stdin = get_stdin();
    let mut line = Vec::new();
    while !line.contains(&b'\n') && line.len() < MAX {
        match stdin.blocking_read(MAX as u64) {
            Ok(bytes) => line.extend(bytes),
            Err(_) if line.is_empty() => return Err(PasswordError::Missing),
            Err(_) => break,
        }
    }
    let text = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
    Ok(mem::take(&mut text.strip_suffix(b"\r").unwrap_or(text).to_vec()))
}
