//! Checked arguments of FTP commands: not empty, of limited length, and without control bytes and Telnet's 0xff.
//!
//! This is the one place that prevents command injection. A [`Command`](crate::command::Command) can only be made of
//! these, so no file name can end its line and start another command.

use core::fmt;

/// The longest argument accepted, in bytes: the longest path that common systems have.
pub const MAX_ARGUMENT: usize = 4096;

/// "Interpret as command" (RFC 854).
pub(crate) const TELNET_IAC: u8 = 0xff;

/// The argument of a command (RFC 959 §5.3.2, `pathname` and `username`), as bytes in the server's own charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument<'a>(&'a [u8]);

/// The reason why some bytes cannot be an [`Argument`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnArgument {
    /// There are no bytes. Servers differ in the meaning of an empty name.
    Empty,
    /// More than [`MAX_ARGUMENT`] bytes.
    TooLong,
    /// Contains the control byte given: CR and LF would end the command, others confuse servers and terminals.
    ControlByte(u8),
    /// Contains the byte 0xff. The control connection follows the Telnet protocol (RFC 959 §5.3.1), in which 0xff is
    /// IAC and begins a Telnet command (RFC 854). Some servers drop it and the byte after it, and so store the file
    /// under another name; others expect it once, others twice.
    TelnetCommand,
}

impl<'a> Argument<'a> {
    /// Accepts `bytes` if a command can carry them unchanged.
    ///
    /// # Errors
    /// [`NotAnArgument`] says why.
    pub fn new(bytes: &'a [u8]) -> Result<Self, NotAnArgument> {
        match bytes.iter().find(|byte| byte.is_ascii_control()) {
            Some(&byte) => Err(NotAnArgument::ControlByte(byte)),
            None if bytes.contains(&TELNET_IAC) => Err(NotAnArgument::TelnetCommand),
            None if bytes.is_empty() => Err(NotAnArgument::Empty),
            None if bytes.len() > MAX_ARGUMENT => Err(NotAnArgument::TooLong),
            None => Ok(Self(bytes)),
        }
    }

    /// Returns the checked bytes.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Returns true if the server should be told that names are UTF-8 before this one is sent (RFC 2640 §3).
    pub fn needs_utf8(&self) -> bool {
        !self.0.is_ascii() && core::str::from_utf8(self.0).is_ok()
    }
}

impl fmt::Display for NotAnArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TelnetCommand => write!(f, "contains the byte 0xff, which begins a Telnet command"),
            Self::Empty => write!(f, "is empty"),
            Self::TooLong => write!(f, "is longer than {MAX_ARGUMENT} bytes"),
            Self::ControlByte(b'\r') => write!(f, "contains a carriage return"),
            Self::ControlByte(b'\n') => write!(f, "contains a line feed"),
            Self::ControlByte(byte) => write!(f, "contains the control byte 0x{byte:02x}"),
        }
    }
}

impl core::error::Error for NotAnArgument {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn names_with_spaces_quotes_and_any_8_bit_text_are_accepted() {
        for name in ["a b", "-rf", "100%", "\"q\"", "*", "grün.txt"] {
            assert_eq!(Argument::new(name.as_bytes()).unwrap().as_bytes(), name.as_bytes());
        }
        assert!(Argument::new(&[0xe4, 0xfe]).is_ok());
    }

    #[test]
    fn a_byte_that_begins_a_telnet_command_is_refused() {
        for name in [&b"\xff"[..], b"a\xff", b"\xff\xffa", b"a\xff\xf4b"] {
            assert_eq!(Argument::new(name), Err(NotAnArgument::TelnetCommand));
        }
    }

    #[test]
    fn every_control_byte_is_refused_wherever_it_stands() {
        for byte in (0..0x20).chain([0x7f]) {
            for name in [[byte, b'a', b'a'], [b'a', byte, b'a'], [b'a', b'a', byte]] {
                assert_eq!(Argument::new(&name), Err(NotAnArgument::ControlByte(byte)));
            }
        }
    }

    #[test]
    fn an_empty_or_endless_name_is_refused() {
        assert_eq!(Argument::new(b""), Err(NotAnArgument::Empty));
        assert!(Argument::new(&vec![b'a'; MAX_ARGUMENT]).is_ok());
        assert_eq!(Argument::new(&vec![b'a'; MAX_ARGUMENT + 1]), Err(NotAnArgument::TooLong));
    }

    #[test]
    fn only_text_that_is_utf8_and_not_ascii_is_announced_as_utf8() {
        assert!(!Argument::new(b"plain").unwrap().needs_utf8());
        assert!(Argument::new("grün".as_bytes()).unwrap().needs_utf8());
        assert!(!Argument::new(&[b'g', 0xfc]).unwrap().needs_utf8());
    }

    proptest! {
        #[test]
        fn an_argument_never_holds_a_line_end(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(argument) = Argument::new(&bytes) {
                prop_assert!(!argument.as_bytes().iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
            }
        }
    }
}
