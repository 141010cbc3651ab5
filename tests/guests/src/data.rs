//! The data connection: bytes beyond the file, bytes out of order, bytes twice, and bytes after `finish`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::ftp_uploader::upload::capabilities::{DataConnection, Moved, SpliceError};
use crate::{Evil, SourceFile, word};

pub(crate) fn attack(evil: &Evil, source: &SourceFile) -> Option<String> {
    match evil.attack.as_str() {
        "absurd splices" => Some(absurd(&dial(evil), source)),
        "bytes twice and out of order" => Some(twice(&dial(evil), source)),
        "bytes after the shutdown" => Some(after_the_shutdown(&dial(evil), source)),
        "a late preliminary reply" => Some(late_reply(evil, source)),
        "bytes after the end" => Some(after_the_end(&dial(evil), source)),
        "one file over two connections" => Some(two_ways(evil, source)),
        "data in clear" => Some(in_clear(evil, source)),
        _ => None,
    }
}

/// Connects to the port that the test has opened, after the server has said that it is open.
pub(crate) fn dial(evil: &Evil) -> DataConnection {
    let data = dial_at_once(evil);
    let _ = evil.control.receive(u32::MAX);
    data
}

/// Without a connection there is nothing to attack.
pub(crate) fn dial_at_once(evil: &Evil) -> DataConnection {
    match evil.control.open_data(evil.port) {
        Ok(data) => data,
        Err(_) => crate::computing::trap(),
    }
}

fn absurd(data: &DataConnection, source: &SourceFile) -> String {
    let pieces = [(u64::MAX, 1), (u64::MAX, u64::MAX), (6, 1), (1 << 40, 1 << 40), (0, 0), (1, u64::MAX)];
    let answers = pieces.map(|(offset, length)| splice(data, source, offset, length));
    // An absurd length sends the whole file, and a second call sends nothing more.
    format!("{}; {}, {}", answers.join(", "), splice(data, source, 0, u64::MAX), splice(data, source, 6, u64::MAX))
}

fn twice(data: &DataConnection, source: &SourceFile) -> String {
    let pieces = [(3, 3), (0, 3), (0, 3), (2, 1), (4, 2), (3, 1), (3, 1), (4, 2)];
    pieces.map(|(offset, length)| splice(data, source, offset, length)).join(", ")
}

fn after_the_end(data: &DataConnection, source: &SourceFile) -> String {
    let cut = [splice(data, source, 0, 3), word(&data.finish()).into()];
    let more = [splice(data, source, 3, 3), splice(data, source, 0, 6), word(&data.finish()).into()];
    format!("{}; {}", cut.join(", "), more.join(", "))
}

fn after_the_shutdown(data: &DataConnection, source: &SourceFile) -> String {
    let cut = [splice(data, source, 0, 3), word(&data.shutdown()).into()];
    let more = [splice(data, source, 3, 3), word(&data.shutdown()).into()];
    let end = [word(&data.finish()), word(&data.finish()), word(&data.shutdown())];
    format!("{}; {}; {}", cut.join(", "), more.join(", "), end.join(", "))
}

/// Sends the file before the reply to STOR, as a component may. Reports that reply, and whether the final one has
/// arrived when `finish` returns: the server sends it two seconds later, and then closes its side.
fn late_reply(evil: &Evil, source: &SourceFile) -> String {
    let data = dial_at_once(evil);
    let sent = [splice(&data, source, 0, u64::MAX), word(&data.shutdown()).into()];
    let told = evil.control.receive(u32::MAX).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    let finished = word(&data.finish());
    let replied = if evil.control.pending() { "replied" } else { "no reply" };
    format!("{}, {}, {finished}, {replied}", sent.join(", "), told.trim_end())
}

/// Sends half of the file over each of two connections: together they would have the right number of bytes.
fn two_ways(evil: &Evil, source: &SourceFile) -> String {
    let (one, other) = (dial(evil), dial_at_once(evil));
    let answers: Vec<String> = [
        splice(&one, source, 0, 3),
        splice(&other, source, 3, 3),
        splice(&other, source, 0, 3),
        splice(&dial_at_once(evil), source, 3, 3),
        word(&other.finish()).into(),
    ]
    .into();
    answers.join(", ")
}

/// Tries this where TLS is required and the control connection has it.
fn in_clear(evil: &Evil, source: &SourceFile) -> String {
    let data = dial(evil);
    format!("{}, {}", splice(&data, source, 0, 6), splice(&data, source, 0, 1))
}

pub(crate) fn splice(data: &DataConnection, source: &SourceFile, offset: u64, length: u64) -> String {
    match data.splice(source, offset, length) {
        Ok(Moved::Bytes(bytes)) => format!("{bytes}"),
        Ok(Moved::Heard) => "heard".into(),
        Ok(Moved::End) => "end".into(),
        Err(SpliceError::Connection(cause)) => word::<()>(&Err(cause)).into(),
        Err(SpliceError::Source(_)) => "unreadable".into(),
    }
}
