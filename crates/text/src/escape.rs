//! Escaping of untrusted text for display: no byte of it can move the cursor of a terminal, change a colour, end a line
//! or reverse the direction of text.
//!
//! Every text from a server, and every file name, is shown through [`Escaped`].

use core::fmt;

/// Untrusted bytes that are shown as text. Control characters, invisible characters, and bytes that are not UTF-8
/// appear as escapes such as `\n`, `\u{1b}` and `\xff`. A backslash stays as it is, except in front of a letter with which it
/// would look like an escape, and in front of an escape: there it appears as `\x5c`.
#[derive(Clone, Copy)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let mut characters = chunk.valid().chars().peekable();
            while let Some(character) = characters.next() {
                match character {
                    '\'' | '"' => write!(f, "{character}")?,
                    '\\' => {
                        let escaped_next = match characters.peek() {
                            Some(next) => forges_escape(*next),
                            None => !chunk.invalid().is_empty(),
                        };
                        // So that text cannot forge an escape.
                        f.write_str(if escaped_next { r"\x5c" } else { r"\" })?;
                    }
                    // `escape_debug` escapes invisible characters.
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

/// Returns true if a backslash in front of `next` would look like an escape, or if `next` is shown as an escape.
fn forges_escape(next: char) -> bool {
    matches!(next, 'n' | 'r' | 't' | '0' | 'u' | 'x' | '\\')
        || !matches!(next, '\'' | '"') && next.escape_debug().len() > 1
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Checks two properties of any bytes, for the fuzzer in `fuzz/`: the shown text has no control character and no
/// invisible character, and the original bytes can be recovered from it.
#[cfg(any(test, fuzzing))]
pub fn fuzz(bytes: &[u8]) {
    let shown = Escaped(bytes).to_string();
    let hides =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(!shown.contains(|c: char| c.is_control() || hides(c)), "{shown}");
    assert_eq!(unescape(&shown).as_deref(), Some(bytes), "{shown}");
}

/// Returns the bytes that are shown as `shown`, or `None` if no bytes are.
#[cfg(any(test, fuzzing))]
fn unescape(shown: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = shown;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, length) = match rest.as_bytes().get(at + 1).unwrap_or(&b' ') {
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
            // A backslash that stays as it is.
            _ => (b'\\', 1),
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
    fn the_original_bytes_can_be_recovered_from_escaped_text() {
        for bytes in [&b"a\\x1b \x1b\0\t\n\r\xff\x80"[..], "'\u{202e}\u{301}\u{e000}\"".as_bytes(), b"\\u{1b}"] {
            fuzz(bytes);
        }
        assert_eq!(unescape(r"\xzz"), None);
    }

    fn shown(bytes: &[u8]) -> String {
        Escaped(bytes).to_string()
    }

    #[test]
    fn plain_text_and_other_alphabets_stay_as_they_are() {
        assert_eq!(shown("530 Login incorrect: 'é' \"日本\"".as_bytes()), "530 Login incorrect: 'é' \"日本\"");
    }

    #[test]
    fn a_backslash_is_never_doubled_and_forges_no_escape() {
        assert_eq!(shown(br"C:\data\images"), r"C:\data\images");
        assert_eq!(shown(br"back\slash\"), r"back\slash\");
        assert_eq!(shown(br"a\\b\new"), r"a\x5c\b\x5cnew");
        assert_eq!(shown(b"a\\\n\\\xff\\\\"), r"a\x5c\n\x5c\xff\x5c\");
    }

    #[test]
    fn nothing_that_drives_a_terminal_or_hides_comes_through() {
        assert_eq!(shown(b"\x1b[2J\r\n\0\x07\x7f"), r"\u{1b}[2J\r\n\0\u{7}\u{7f}");
        assert_eq!(shown("\u{202e}\u{200b}\u{9b}".as_bytes()), r"\u{202e}\u{200b}\u{9b}");
        assert_eq!(shown(b"\xff\xc3"), r"\xff\xc3");
        assert_eq!(shown(br"\x1b"), r"\x5cx1b");
    }
}
