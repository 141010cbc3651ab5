//! Text from outside, made harmless to look at: no byte of it can move a cursor, change a colour, end a line or
//! turn text around.
//!
//! Everything that a server says, and every file name, is shown through [`Escaped`].

use core::fmt;

/// Shows bytes as text. Control bytes, invisible characters, and what is not UTF-8 appear as escapes.
#[derive(Clone, Copy)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\'' | '"' => write!(f, "{character}")?,
                    // Doubled, so that an escape cannot be forged; this also knows the invisible characters.
                    _ => write!(f, "{}", character.escape_debug())?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// What has to hold for any bytes, for the fuzzer in `fuzz/`: nothing in what is shown drives a terminal or hides, and
/// what was meant can be read back.
#[cfg(any(test, fuzzing))]
pub fn fuzz(bytes: &[u8]) {
    let shown = Escaped(bytes).to_string();
    let hides =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(!shown.contains(|c: char| c.is_control() || hides(c)), "{shown}");
    assert_eq!(meant(&shown).as_deref(), Some(bytes), "{shown}");
}

/// The bytes that are shown as `shown`.
#[cfg(any(test, fuzzing))]
fn meant(shown: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = shown;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, length) = match rest.as_bytes().get(at + 1)? {
            b'x' => (u8::from_str_radix(rest.get(at + 2..at + 4)?, 16).ok()?, 4),
            b'u' => {
                let (digits, _) = rest.get(at + 3..)?.split_once('}')?;
                let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                bytes.extend_from_slice(character.to_string().as_bytes());
                rest = &rest[at + 4 + digits.len()..];
                continue;
            }
            b'n' => (b'\n', 2),
            b'r' => (b'\r', 2),
            b't' => (b'\t', 2),
            b'0' => (0, 2),
            b'\\' => (b'\\', 2),
            _ => return None,
        };
        bytes.push(byte);
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_says_what_was_meant() {
        for bytes in [&b"a\\x1b \x1b\0\t\n\r\xff\x80"[..], "'\u{202e}\u{301}\u{e000}\"".as_bytes(), b"\\u{1b}"] {
            fuzz(bytes);
        }
        assert_eq!(meant(r"\q"), None);
    }

    fn shown(bytes: &[u8]) -> String {
        Escaped(bytes).to_string()
    }

    #[test]
    fn plain_text_and_other_alphabets_stay_as_they_are() {
        assert_eq!(shown("530 Login incorrect: 'é' \"日本\"".as_bytes()), "530 Login incorrect: 'é' \"日本\"");
    }

    #[test]
    fn nothing_that_drives_a_terminal_or_hides_comes_through() {
        assert_eq!(shown(b"\x1b[2J\r\n\0\x07\x7f"), r"\u{1b}[2J\r\n\0\u{7}\u{7f}");
        assert_eq!(shown("\u{202e}\u{200b}\u{9b}".as_bytes()), r"\u{202e}\u{200b}\u{9b}");
        assert_eq!(shown(b"\xff\xc3"), r"\xff\xc3");
        assert_eq!(shown(br"\x1b"), r"\\x1b");
    }
}
