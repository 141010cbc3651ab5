//! Masking of secrets in text from a server: some servers repeat the password in a reply, and replies are shown to the
//! user.
//!
//! The types that hold secrets are in the host: `request/password.rs` and `request/proxy_auth.rs`.

use alloc::vec::Vec;

/// The text that is shown instead of a secret. Its length is independent of the secret's.
pub const MASK: &[u8] = b"****";

/// A secret of at least this length, in bytes, is masked everywhere: it does not occur in text by chance. A shorter one
/// is masked only where it is not part of a word: a mask within a word, as in `Wel****`, would reveal the secret.
const LONG_SECRET: usize = 8;

/// Returns `text` with each `secret` replaced by [`MASK`].
pub fn masked(text: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(0, 0, text, secret)
}

/// Returns a line from a server, to be shown, with `secret` masked. A secret that lies within the reply code (RFC 959
/// §4.2) is kept. One that extends beyond the code is masked: the secret `202-555-0147` looks like a reply.
pub fn masked_line(line: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(code(line), 0, line, secret)
}

/// Returns a line that will be parsed as a reply, with `secret` masked. The reply code is always kept.
pub fn masked_reply(line: &[u8], secret: &[u8]) -> Vec<u8> {
    masked_beyond(code(line), code(line), line, secret)
}

/// Masks `secret` where it ends after the first `code` bytes, but keeps the first `kept` bytes in any case.
fn masked_beyond(code: usize, kept: usize, text: &[u8], secret: &[u8]) -> Vec<u8> {
    if secret.is_empty() {
        return text.to_vec();
    }
    let mut shown = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if at + secret.len() > code && occurs_at(text, at, secret) {
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

/// Returns the length in bytes of the reply code at the start of a line and the character after it; 0 if there is no
/// code.
fn code(line: &[u8]) -> usize {
    let has_code = matches!(line, [a, b, c, b' ' | b'-', ..] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()));
    if has_code { 4 } else { 0 }
}

/// Returns truncated `text` with `secret` masked. If the cut is within the secret, its beginning is masked, too, unless
/// that is only one to three bytes, which reveal too little.
pub fn masked_cut(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let cut = (4..secret.len()).rev().find(|&length| text.ends_with(&secret[..length])).unwrap_or_default();
    let mut shown = masked(&text[..text.len() - cut], secret);
    if cut > 0 {
        shown.extend_from_slice(MASK);
    }
    shown
}

/// Returns true if `secret` is in `text` at the offset `at` and has to be masked there.
fn occurs_at(text: &[u8], at: usize, secret: &[u8]) -> bool {
    let part_of_a_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    text[at..].starts_with(secret)
        && (secret.len() >= LONG_SECRET
            || !(part_of_a_word(at.checked_sub(1)) || part_of_a_word(Some(at + secret.len()))))
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
    fn a_short_secret_is_masked_only_where_it_is_not_part_of_a_word() {
        assert_eq!(shown("PASS come: welcome, 'come'", "come"), "PASS ****: welcome, '****'");
        assert_eq!(shown("Welcome, alice", "e"), "Welcome, alice");
    }

    #[test]
    fn an_empty_secret_masks_nothing() {
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
