//! One reply of the server: a code in the valid range, and text that is not checked.
//!
//! `reply_reader.rs` parses replies from bytes; `step/mod.rs` defines the meaning of a reply at a step.

use crate::timestamp::Timestamp;
use alloc::vec::Vec;

/// A complete reply (RFC 959 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The code that the server gave.
    pub code: Code,
    /// The text after the code, its lines joined by LF. Its charset is unknown, and it may be hostile until it is
    /// escaped.
    pub text: Vec<u8>,
}

/// A reply code: 100 to 599.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u16);

/// The first digit of a code (RFC 959 §4.2), the only part that a client may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 1xx: the action was started; another reply follows.
    Preliminary,
    /// 2xx: the action was completed.
    Completion,
    /// 3xx: accepted so far; another command must follow.
    Intermediate,
    /// 4xx: refused for now.
    Transient,
    /// 5xx: refused permanently.
    Permanent,
}

impl Code {
    /// Parses the code at the start of a line, if there is one.
    pub fn parse(line: &[u8]) -> Option<Self> {
        match line {
            [class @ b'1'..=b'5', tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => {
                let digit = |byte: &u8| u16::from(byte - b'0');
                Some(Self(digit(class) * 100 + digit(tens) * 10 + digit(ones)))
            }
            _ => None,
        }
    }

    /// Returns the code as a number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// Returns the class of the code.
    pub fn class(self) -> Class {
        match self.0 / 100 {
            1 => Class::Preliminary,
            2 => Class::Completion,
            3 => Class::Intermediate,
            4 => Class::Transient,
            _ => Class::Permanent,
        }
    }
}

impl Reply {
    /// Returns the number in a reply to SIZE (RFC 3659 §4), if the text contains one and nothing else.
    pub fn size(&self) -> Option<u64> {
        let digits = self.text.trim_ascii();
        let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        core::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
    }
}

impl Reply {
    /// Returns the time in a reply to MDTM (RFC 3659 §3), if the text contains one and nothing else.
    pub fn modified(&self) -> Option<Timestamp> {
        Timestamp::parse(self.text.trim_ascii())
    }

    /// Returns true if the final reply to MLSD or LIST says that entries were left out. Pure-FTPd says `226 Output
    /// truncated to 15 matches`.
    pub fn says_truncated(&self) -> bool {
        self.contains(b"truncated")
    }

    /// Returns true if the final reply to LIST says that nothing was listed. vsftpd accepts LIST for a directory that
    /// does not exist, and says `226 Transfer done (but failed to open directory).`
    pub fn says_not_opened(&self) -> bool {
        self.contains(b"failed to open directory")
    }

    /// Returns true if the text contains `words`, in upper or lower case.
    fn contains(&self, words: &[u8]) -> bool {
        self.text.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words))
    }

    /// Returns the name in a reply to PWD (RFC 959 App. II): between quotes, and a quote in the name is doubled.
    pub fn directory(&self) -> Option<Vec<u8>> {
        let open = self.text.iter().position(|&byte| byte == b'"')?;
        let mut bytes = self.text[open + 1..].iter().copied().peekable();
        let mut name = Vec::new();
        loop {
            let byte = bytes.next()?;
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                return (!name.is_empty()).then_some(name);
            }
            name.push(byte);
        }
    }

    /// Returns the name in a reply to STOU: `FILE: name` (RFC 1123 §4.1.2.9).
    pub fn unique_name(&self) -> Option<&[u8]> {
        let first = self.text.split(|&byte| byte == b'\n').next()?;
        let at = first.windows(6).position(|window| window.eq_ignore_ascii_case(b"FILE: "))?;
        let name = first[at + 6..].trim_ascii();
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn size_in(text: &str) -> Option<u64> {
        let reply = Reply { code: Code::parse(b"213").unwrap(), text: text.as_bytes().to_vec() };
        reply.size()
    }

    #[test]
    fn a_code_is_three_digits_of_which_the_first_is_1_to_5() {
        assert_eq!(Code::parse(b"226 Stored").unwrap().number(), 226);
        assert_eq!(Code::parse(b"599").unwrap().class(), Class::Permanent);
        for line in ["", "2", "22", "022 x", "600 x", "2a2", "SSH-2.0"] {
            assert_eq!(Code::parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_name_that_a_server_chose_stands_behind_its_mark() {
        let name = |text: &str| {
            let reply = Reply { code: Code::parse(b"150").unwrap(), text: text.as_bytes().to_vec() };
            reply.unique_name().map(|name| String::from_utf8_lossy(name).into_owned())
        };
        assert_eq!(name("FILE: a.txt.1").as_deref(), Some("a.txt.1"));
        assert_eq!(name("Ok. file: a b \nmore").as_deref(), Some("a b"));
        assert_eq!(name("Opening BINARY mode data connection"), None);
        assert_eq!(name("FILE: "), None);
    }

    #[test]
    fn the_name_of_a_directory_stands_between_quotes_of_which_those_in_it_are_doubled() {
        let name = |text: &str| {
            let reply = Reply { code: Code::parse(b"257").unwrap(), text: text.as_bytes().to_vec() };
            reply.directory().map(|name| String::from_utf8_lossy(&name).into_owned())
        };
        assert_eq!(name("\"/\" is the current directory").as_deref(), Some("/"));
        assert_eq!(name("\"/a \"\"b\"\"\" is \"it\"").as_deref(), Some("/a \"b\""));
        assert_eq!(name("\"\"\"\"").as_deref(), Some("\""));
        for text in ["", "/a", "\"", "\"/a", "\"/a\"\"", "\"\" none"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn the_end_of_a_listing_may_say_that_it_is_not_all() {
        let reply = |text: &str| Reply { code: Code::parse(b"226").unwrap(), text: text.as_bytes().to_vec() };
        assert!(reply("Options: -l \nOutput truncated to 15 matches").says_truncated());
        assert!(reply("OUTPUT TRUNCATED").says_truncated());
        for text in ["Options: -a -l \n22 matches total", "Transfer complete", "Directory send OK.", ""] {
            assert!(!reply(text).says_truncated() && !reply(text).says_not_opened(), "{text}");
        }
        assert!(reply("Transfer done (but failed to open directory).").says_not_opened());
    }

    #[test]
    fn a_size_is_a_number_and_nothing_else() {
        assert_eq!(size_in("0"), Some(0));
        assert_eq!(size_in(" 4294967296 "), Some(4_294_967_296));
        for nonsense in ["", "-1", "+1", "1 byte", "18446744073709551616", "0x10", "1\n2"] {
            assert_eq!(size_in(nonsense), None, "{nonsense}");
        }
    }
}
