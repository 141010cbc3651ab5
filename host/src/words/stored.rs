//! The line about a stored file.

use ftp_text::escape::Escaped;

use crate::report::summary::{StoredFile, Verification};

use super::{algorithm_name, quantity};

/// The line about `stored`: name, directory, size, time, rate, and the proof that the file is complete. Scripts search
/// for its beginning, `Stored NAME in DIRECTORY: N bytes`.
pub fn line(directory: &str, stored: &StoredFile) -> String {
    let name = Escaped(&stored.remote);
    let renamed = stored.stored_as.as_deref().map(|name| format!(" as {}", Escaped(name))).unwrap_or_default();
    let amount = amount(stored);
    format!("Stored {name}{renamed} in {directory}: {amount}, {}", confirmation(stored.verified))
}

fn amount(stored: &StoredFile) -> String {
    let StoredFile { size, sent, time, .. } = *stored;
    let elapsed = quantity::elapsed(time);
    match quantity::mean_rate(sent, time) {
        Some(rate) if sent == size => format!("{size} bytes in {elapsed} ({rate})"),
        Some(rate) => format!("{size} bytes, the last {sent} of them in {elapsed} ({rate})"),
        None => format!("{size} bytes in {elapsed}"),
    }
}

fn confirmation(verified: Verification) -> String {
    match verified {
        Verification::Hash(algorithm) => format!("{} confirmed by the server", algorithm_name(algorithm)),
        Verification::Size => "size confirmed by the server".to_owned(),
        Verification::None => "confirmed by the server, not verified".to_owned(),
    }
}
