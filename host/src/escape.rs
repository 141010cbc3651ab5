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

#[cfg(test)]
mod tests {
    use super::*;

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
