//! JSON in printable ASCII: no character of a server or of a file name can drive a terminal, be invisible, or end a line
//! where a program does not expect it (U+2028).

use std::fmt::Write as _;

/// Escapes all characters of `json` outside printable ASCII. They occur only inside strings, where the escape has the
/// same meaning. Line ends between the values remain.
pub fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\n' | ' '..='~' => ascii.push(character),
            _ => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(ascii, "\\u{unit:04x}");
            }),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = json!({ "näme": "\u{1b}[2J \u{202e}日本\u{1f600}\u{7f}\"\\\n" });
        let text = ascii(&format!("{value:#}"));
        assert!(text.is_ascii() && !text.contains('\u{7f}') && !text.contains('\u{1b}'), "{text}");
        assert_eq!(text.parse::<Value>().unwrap(), value);
    }
}
