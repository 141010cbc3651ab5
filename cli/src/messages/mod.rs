//! The lines that explain an error. Each is one line: the event, the likely cause, the action to take. Replies of the
//! server are quoted, and every text from outside is escaped. The input is the error and a [`Context`], never the
//! command line.

mod certificate;
mod connection;
mod ending;
mod file;
mod message;
pub mod note;
mod outcome;
mod proxy;
mod remains;
mod rename;
pub mod request;
mod step;
#[cfg(test)]
mod tests;
mod tls;
mod upload;

use std::fmt::Write;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Algorithm, Escaped, Failure, SourceProblem, UploadError, UploadReport};

use crate::cli_error::CliError;
use crate::context::Context;

use upload::message;

/// The lines to print for `error`, without the name of the program.
pub fn lines(context: Option<&Context>, error: &CliError) -> Vec<String> {
    match (error, context) {
        (CliError::Usage(text), _) => vec![text.clone()],
        // Without settings no upload has begun, so this can only be a bug.
        (CliError::Upload(report), None) => report.failures.iter().map(|failure| bug(&failure.error)).collect(),
        (CliError::Upload(report), Some(context)) => {
            let mut lines: Vec<_> = report.failures.iter().map(|failure| line(context, failure)).collect();
            lines.extend(summary(context, report));
            lines
        }
    }
}

/// The short form of the message for `error`: the event, without a full stop.
pub fn short(context: &Context, error: &UploadError) -> String {
    message(context, error).event
}

/// The line for an error without a context.
fn bug(error: &UploadError) -> String {
    match error {
        UploadError::Fault(text) => ending::internal(text).line(),
        other => ending::internal(&other.to_string()).line(),
    }
}

/// The line for one failure.
fn line(context: &Context, failure: &Failure) -> String {
    let mut line = match (&failure.file, &failure.error) {
        // Messages about a local file contain its name.
        (_, UploadError::Source { .. }) | (None, _) => String::new(),
        (Some(file), _) => format!("{}: ", shown(file)),
    };
    line.push_str(&message(context, &failure.error).line());
    if let Some(earlier) = &failure.earlier {
        let label =
            if matches!(failure.error, UploadError::Unknown) { "The reason" } else { "An earlier try had failed" };
        let _ = write!(line, " {label}: {}.", short(context, earlier));
    }
    // These messages already mention the file under its own name.
    let mentioned =
        matches!(&failure.error, UploadError::Source { problem: SourceProblem::Changed, .. } | UploadError::Unverified);
    line.push_str(&remains::after(failure, mentioned));
    line
}

/// The last line of a run with several files: the number of stored files, and the names of those not tried.
fn summary(context: &Context, report: &UploadReport) -> Option<String> {
    let count = context.count;
    let begun = report.failures.iter().any(|failure| failure.file.is_some());
    (count > 1 && begun).then(|| {
        let mut text = format!("{} of {count} files stored.", report.stored.len());
        if !report.untried.is_empty() {
            let names: Vec<_> = report.untried.iter().map(|file| shown(file)).collect();
            let _ = write!(text, " Not tried: {}.", names.join(", "));
        }
        text
    })
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
    Escaped(file.file_name().unwrap_or_default().as_bytes()).to_string()
}

/// The path, escaped.
pub fn shown(file: &Path) -> String {
    Escaped(file.as_os_str().as_bytes()).to_string()
}

/// The text of an error of the network, escaped: it may contain the name of an interface.
fn reason(error: &io::Error) -> String {
    Escaped(without_code(error).as_bytes()).to_string()
}

/// The text of a system error without its number, which does not help a user.
pub fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})")).unwrap_or_default();
    text.strip_suffix(&number).unwrap_or(&text).to_owned()
}
