//! The commands that an upload sends, as values, and their bytes (RFC 959, 2428, 3659, 4217).
//!
//! PASS is not among them: the component cannot send a password, it can only ask for it to be sent. Text enters a
//! command only as an [`Argument`]. Next: `reply.rs`, what comes back.

use crate::argument::Argument;
use alloc::vec::Vec;

/// A command (RFC 959 §4.1), complete with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// TLS from here on: `AUTH TLS` (RFC 4217 §4).
    AuthTls,
    /// The protection buffer size, which TLS does not use but PROT needs to hear of: `PBSZ 0` (RFC 4217 §9).
    Pbsz,
    /// Data connections are protected, too: `PROT P` (RFC 4217 §9).
    ProtPrivate,
    /// Who logs in (RFC 959 §4.1.1).
    User(Argument<'a>),
    /// The account, for servers that ask for one (RFC 959 §4.1.1).
    Acct(Argument<'a>),
    /// Names are UTF-8 from here on: `OPTS UTF8 ON`, as servers expect it that do not take RFC 2640 as given.
    OptsUtf8,
    /// Change the working directory (RFC 959 §4.1.1).
    Cwd(Argument<'a>),
    /// Bytes as they are: `TYPE I` (RFC 959 §3.1.1.3).
    TypeImage,
    /// Name a port for the data connection, of either IP version (RFC 2428 §3).
    Epsv,
    /// The same for IPv4 alone (RFC 959 §4.1.2).
    Pasv,
    /// Take the data and store it under this name (RFC 959 §4.1.3).
    Stor(Argument<'a>),
    /// How many bytes are stored under this name (RFC 3659 §4).
    Size(Argument<'a>),
    /// Goodbye (RFC 959 §4.1.1).
    Quit,
}

impl Command<'_> {
    /// The command as it goes over the control connection, with its line end (RFC 959 §5.3).
    pub fn to_bytes(self) -> Vec<u8> {
        let (verb, argument) = self.parts();
        let mut line = Vec::with_capacity(verb.len() + argument.map_or(0, |a| a.as_bytes().len() + 1) + 2);
        line.extend_from_slice(verb);
        if let Some(argument) = argument {
            line.push(b' ');
            line.extend_from_slice(argument.as_bytes());
        }
        line.extend_from_slice(b"\r\n");
        line
    }

    fn parts(&self) -> (&'static [u8], Option<Argument<'_>>) {
        match *self {
            Self::AuthTls => (b"AUTH TLS", None),
            Self::Pbsz => (b"PBSZ 0", None),
            Self::ProtPrivate => (b"PROT P", None),
            Self::User(name) => (b"USER", Some(name)),
            Self::Acct(account) => (b"ACCT", Some(account)),
            Self::OptsUtf8 => (b"OPTS UTF8 ON", None),
            Self::Cwd(directory) => (b"CWD", Some(directory)),
            Self::TypeImage => (b"TYPE I", None),
            Self::Epsv => (b"EPSV", None),
            Self::Pasv => (b"PASV", None),
            Self::Stor(name) => (b"STOR", Some(name)),
            Self::Size(name) => (b"SIZE", Some(name)),
            Self::Quit => (b"QUIT", None),
        }
    }
}

/// The longest line that [`is_one_command`] accepts, in bytes with its end.
pub const MAX_COMMAND: usize = 16_384;

/// Whether `bytes` are one line, one command, and not PASS: the second wall, for those who send what a guest gives them.
pub fn is_one_command(bytes: &[u8]) -> bool {
    let Some(line) = bytes.strip_suffix(b"\r\n") else { return false };
    let verb = line.split(|&byte| byte == b' ').next().unwrap_or_default();
    bytes.len() <= MAX_COMMAND
        && !line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
        && !verb.eq_ignore_ascii_case(b"PASS")
}

/// Whether `bytes` are the command that asks for TLS: all that may be sent in clear where TLS is required.
pub fn asks_for_tls(bytes: &[u8]) -> bool {
    bytes == Command::AuthTls.to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_one_command_at_a_time_can_be_sent_and_never_pass() {
        assert!(is_one_command(b"STOR a b\r\n"));
        for bytes in ["", "STOR a", "STOR a\n", "STOR a\r\nDELE b\r\n", "STOR\0\r\n", "PASS x\r\n", "pass\r\n"] {
            assert!(!is_one_command(bytes.as_bytes()), "{bytes:?}");
        }
        let endless = [&[b'x'; MAX_COMMAND][..], b"\r\n"].concat();
        assert!(!is_one_command(&endless));
    }

    #[test]
    fn nothing_but_auth_tls_asks_for_tls() {
        assert!(asks_for_tls(b"AUTH TLS\r\n"));
        for bytes in ["", "AUTH TLS", "AUTH TLS\r\nUSER a\r\n", "USER AUTH TLS\r\n", "AUTH TLS-C\r\n"] {
            assert!(!asks_for_tls(bytes.as_bytes()), "{bytes:?}");
        }
    }

    #[test]
    fn a_command_is_its_verb_a_space_its_argument_and_a_line_end() {
        let name = Argument::new(b"a b.txt").unwrap();
        assert_eq!(Command::Stor(name).to_bytes(), b"STOR a b.txt\r\n");
        assert_eq!(Command::TypeImage.to_bytes(), b"TYPE I\r\n");
        assert_eq!(Command::Quit.to_bytes(), b"QUIT\r\n");
    }

    proptest! {
        #[test]
        fn every_command_is_exactly_one_line(bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
            if let Ok(text) = Argument::new(&bytes) {
                for command in [Command::User(text), Command::Cwd(text), Command::Stor(text), Command::Size(text)] {
                    let line = command.to_bytes();
                    prop_assert!(is_one_command(&line));
                    prop_assert!(line.ends_with(b"\r\n"));
                    prop_assert_eq!(line.iter().filter(|b| matches!(b, b'\r' | b'\n')).count(), 2);
                }
            }
        }
    }
}
