//! The few words of servers that say more than their code: that a place is taken, not the password wrong; that the server
//! itself is broken; that it wants TLS.
//!
//! Words can only make us wait, or not wait: no word makes a success, or lets anything be overwritten.

use crate::report::error::ServerText;

/// A login or a connection was refused for a limit that others use up: ProFTPD, Pure-FTPd, vsftpd, FileZilla, IIS.
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

/// There may be too many of these, too; then it is the password that is wrong.
const FAILURES: [&str; 4] = ["fail", "attempt", "incorrect", "wrong"];

/// Whether a refusal is about the number of clients, not about who they are.
pub(crate) fn is_too_many(text: &ServerText) -> bool {
    has_any(text, &TOO_MANY) && !has_any(text, &FAILURES)
}

/// Whether the server says that it is broken itself (vsftpd).
pub(crate) fn is_out_of_order(text: &ServerText) -> bool {
    text.0.starts_with(b"OOPS")
}

/// Whether the server refuses to go on in clear.
pub(crate) fn wants_tls(text: &ServerText) -> bool {
    has_any(text, &["cleartext", "clear text", "tls", "ssl", "secure connection", "encrypt"])
}

fn has_any(text: &ServerText, words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(&text.0).to_lowercase();
    words.iter().any(|word| text.contains(word))
}
