//! The words for people: each error, note and result as one line of plain English. A line about an error has the event,
//! the likely cause, and the action to take. Replies of the server are quoted, and every text from outside is escaped.
//! The input is a value of the report and a [`Context`], which has the names of the run, and decides if settings are named
//! as items of this library or as options of the program.
//!
//! [`UploadReport::lines`] returns all lines about a run. Each [`Failure`] and each [`UploadError`] is also shown by its
//! `Display`; [`message()`] returns the two parts of the words about an error. The modules return single lines, and
//! quantities as people read them. The wording may change with each version; programs compare the values, not the words.

mod certificate;
mod connection;
mod display;
mod ending;
pub mod existing;
mod file;
mod message;
pub mod note;
mod outcome;
mod proxy;
pub mod quantity;
mod remains;
mod rename;
pub mod skipped;
mod step;
pub mod stored;
pub mod summary;
pub mod sync;
mod tls;
mod upload;

use std::fmt::Write;
use std::io;
use std::path::Path;

use ftp_text::escape::Escaped;

use crate::report::error::{SourceProblem, UploadError};
use crate::report::step::Algorithm;
use crate::report::summary::{Failure, UploadReport};
use crate::report::sync::SyncProblem;
use crate::request::context::Context;

pub use ftp_text::system_error::without_code;
pub use message::Message;
pub use upload::message;

/// The lines to print for a run that is not complete: one for each failure, and the last line of the run.
pub fn lines(context: &Context, report: &UploadReport) -> Vec<String> {
    let mut lines: Vec<_> = report.failures.iter().map(|failure| line(context, failure)).collect();
    lines.extend(summary(context, report).map(|line| format!("{line}.")));
    if lines.is_empty() {
        lines.push(skipped::summary(context, report.skipped.len()));
    }
    lines
}

/// The last line of a run, without a full stop: its numbers. `None` for an upload of one file, and for a run that ended
/// before the first file.
pub fn summary(context: &Context, report: &UploadReport) -> Option<String> {
    sync::summary::of(context, report).or_else(|| summary::of(report))
}

/// The short form of the message for `error`: the event, without a full stop.
pub fn short(context: &Context, error: &UploadError) -> String {
    message(context, error).event
}

/// The line for one failure.
pub fn line(context: &Context, failure: &Failure) -> String {
    let mut line = match (&failure.file, &failure.error) {
        // Messages about a local file contain its name.
        (_, UploadError::Source { .. }) | (None, _) => String::new(),
        (Some(file), _) => format!("{}: ", shown(file)),
    };
    line.push_str(&message(context, &failure.error).line());
    if let Some(earlier) = &failure.earlier {
        let label = match failure.error {
            UploadError::Unknown
            | UploadError::Sync(SyncProblem::CutShort | SyncProblem::NotRemembered | SyncProblem::LockRemains) => {
                "The reason"
            }
            _ => "An earlier try had failed",
        };
        let _ = write!(line, " {label}: {}.", short(context, earlier));
    }
    // These messages already mention the file under its own name.
    let mentioned =
        matches!(&failure.error, UploadError::Source { problem: SourceProblem::Changed, .. } | UploadError::Unverified);
    line.push_str(&remains::after(context, failure, mentioned));
    line
}

/// The usual spelling of the algorithm.
pub fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC-32",
    }
}

/// The base name of the file, escaped.
pub fn base_name(file: &Path) -> String {
    Escaped(file.file_name().unwrap_or_default().as_encoded_bytes()).to_string()
}

/// The path, escaped.
pub fn shown(file: &Path) -> String {
    Escaped(file.as_os_str().as_encoded_bytes()).to_string()
}

/// The text of an error of the network, escaped: it may contain the name of an interface.
fn reason(error: &io::Error) -> String {
    Escaped(without_code(error).as_bytes()).to_string()
}
