//! The texts of replies that carry more information than their codes: that too many clients are connected, or that
//! the server requires TLS.
//!
//! A text only decides whether and when another try begins. It never makes an upload a success, and never allows a file
//! to be overwritten.

use crate::report::server_text::ServerText;

/// Parts of the replies of ProFTPD, Pure-FTPd, vsftpd, FileZilla and IIS to a client beyond their limit of clients.
const TOO_MANY: [&str; 8] = [
    "too many",
    "maximum number",
    "max clients",
    "maximum clients",
    "connection limit",
    "limit reached",
    "already connected",
    "try again later",
];

/// Words in refusals of a wrong password, such as "too many failed attempts".
const FAILURES: [&str; 4] = ["fail", "attempt", "incorrect", "wrong"];

/// Returns true if a refusal is about the number of clients, and not about the password.
pub(crate) fn is_too_many(text: &ServerText) -> bool {
    has_any(text, &TOO_MANY) && !has_any(text, &FAILURES)
}

/// Returns true if the server refuses to continue in clear text.
pub(crate) fn wants_tls(text: &ServerText) -> bool {
    has_any(text, &["cleartext", "clear text", "tls", "ssl", "secure connection", "encrypt"])
}

/// Returns true if `text` contains one of `words`, in lower or upper case.
fn has_any(text: &ServerText, words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(&text.0).to_lowercase();
    words.iter().any(|word| text.contains(word))
}
