//! Secrets in text that a server sends: some servers repeat the password in their reply, and replies are shown.
//!
//! The types that hold a secret are the host's `request/password.rs` and `request/proxy_auth.rs`.

use alloc::vec::Vec;

/// What is shown in a secret's place. It does not tell the length.
pub const MASK: &[u8] = b"****";

/// A secret of so many bytes does not occur by chance. A shorter one is masked only where it stands by itself: a gap
/// within a word, as in `Wel****`, would tell what it is.
const LONG: usize = 8;

/// `text` with [`MASK`] wherever `secret` is.
pub fn masked(text: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(0, 0, text, secret)
}

/// The same for a line of a server's, to be shown. A secret that is only a part of the line's code (RFC 959 §4.2) stays.
/// One that goes on behind it does not: `202-555-0147` looks like a reply.
pub fn masked_line(line: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(code(line), 0, line, secret)
}

/// The same for a line that is to be understood as a reply: it keeps its code whatever the secret is.
pub fn masked_reply(line: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(code(line), code(line), line, secret)
}

/// Masks the secret where it ends behind the first `code` bytes, and keeps the first `kept` bytes all the same.
fn masked_beyond(code: usize, kept: usize, text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if at + secret.len() > code && is_there(text, at, secret) {
            shown.extend_from_slice(text.get(at..kept).unwrap_or_default());
            shown.extend_from_slice(MASK);
            at += secret.len();
        } else {
            shown.push(byte);
            at += 1;
        }
    }
    shown
}

/// How many bytes of a line are the code of a reply and the sign behind it.
fn code(line: &[u8]) -> usize {
    let has_code = matches!(line, [a, b, c, b' ' | b'-', ..] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()));
    if has_code { 4 } else { 0 }
}

/// The same for text that was cut off, perhaps within the secret. Up to three bytes of it tell nothing.
pub fn masked_cut(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let begun = (4..secret.len()).rev().find(|&length| text.ends_with(&secret[..length])).unwrap_or_default();
    let mut shown = masked(&text[..text.len() - begun], secret);
    if begun > 0 {
        shown.extend_from_slice(MASK);
    }
    shown
}

fn is_there(text: &[u8], at: usize, secret: &[u8]) -> bool {
    let part_of_a_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    !secret.is_empty()
        && text[at..].starts_with(secret)
        && (secret.len() >= LONG || !(part_of_a_word(at.checked_sub(1)) || part_of_a_word(Some(at + secret.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, secret: &str) -> String {
        String::from_utf8(masked(text.as_bytes(), secret.as_bytes())).unwrap()
    }

    #[test]
    fn a_long_secret_is_masked_wherever_it_is() {
        assert_eq!(shown("no open sesame, xopen sesamex", "open sesame"), "no ****, x****x");
        assert_eq!(shown("open sesame", "open sesame"), "****");
    }

    #[test]
    fn a_short_secret_is_masked_where_it_stands_by_itself_and_leaves_no_gap_in_a_word() {
        assert_eq!(shown("PASS come: welcome, 'come'", "come"), "PASS ****: welcome, '****'");
        assert_eq!(shown("Welcome, alice", "e"), "Welcome, alice");
    }

    #[test]
    fn an_empty_secret_is_nowhere() {
        assert_eq!(shown("530 No", ""), "530 No");
    }

    #[test]
    fn the_code_of_a_reply_is_no_secret() {
        assert_eq!(masked_line(b"530 Not 530\r\n", b"530"), b"530 Not ****\r\n");
        assert_eq!(masked_line(b"530 \r\n", b"530 "), b"530 \r\n");
        assert_eq!(masked_line(b"secret 12", b"secret 12"), b"****");
    }

    #[test]
    fn a_secret_that_looks_like_a_reply_is_masked_and_only_a_reply_keeps_its_code() {
        for (line, secret, shown, reply) in [
            ("202-555-0147\r\n", "202-555-0147", "****\r\n", "202-****\r\n"),
            ("230 Logged in, 230 Logged in", "230 Logged in", "****, ****", "230 ****, ****"),
            ("202-555-0147", "02-555-0147", "2****", "202-****"),
            ("220-1 2", "220-1", "**** 2", "220-**** 2"),
            ("220-12", "220-1", "220-12", "220-12"),
        ] {
            assert_eq!(masked_line(line.as_bytes(), secret.as_bytes()), shown.as_bytes(), "{line}");
            assert_eq!(masked_reply(line.as_bytes(), secret.as_bytes()), reply.as_bytes(), "{line}");
        }
    }

    #[test]
    fn a_secret_that_is_cut_off_is_masked_too() {
        assert_eq!(masked_cut(b"PASS open ses", b"open sesame"), b"PASS ****");
        assert_eq!(masked_cut(b"PASS open sesame", b"open sesame"), b"PASS ****");
        assert_eq!(masked_cut(b"PASS o", b"open sesame"), b"PASS o");
    }

    proptest! {
        #[test]
        fn a_long_secret_never_comes_through(before in "[ab ]{0,20}", secret in "[ab ]{8,12}", after in "[ab ]{0,20}") {
            let text = format!("{before}{secret}{after}");
            prop_assert!(!shown(&text, &secret).contains(&secret));
        }
    }
}
