//! The lines that explain an error: one line each, with the server's own words quoted and every text from outside escaped.
//! They are made from the error and a [`Context`], never from the command line itself.

mod connection;
mod file;
mod proxy;
mod remains;
pub mod request;
pub mod short;
mod step;
mod tls;
mod upload;

use std::fmt::Write;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Algorithm, Escaped, Failure, SourceProblem, UploadError, UploadReport};

use crate::cli_error::CliError;
use crate::context::Context;

use short::short;
use upload::explain;

/// What to say, line by line.
pub fn lines(context: Option<&Context>, error: &CliError) -> Vec<String> {
    match (error, context) {
        (CliError::Usage(text), _) => vec![text.clone()],
        // Before there are settings, only the program itself can have failed.
        (CliError::Upload(report), None) => vec![format!("internal error: {report}. This is a bug; please report it.")],
        (CliError::Upload(report), Some(context)) => {
            let mut lines: Vec<_> = report.failures.iter().map(|failure| line(context, failure)).collect();
            lines.extend(summary(context, report));
            lines
        }
    }
}

fn line(context: &Context, failure: &Failure) -> String {
    let mut line = match (&failure.file, &failure.error) {
        // These name the file themselves.
        (_, UploadError::Source { .. }) | (None, _) => String::new(),
        (Some(file), _) => format!("{}: ", shown(file)),
    };
    line.push_str(&explain(context, &failure.error));
    if let Some(earlier) = &failure.earlier {
        let told_as =
            if matches!(failure.error, UploadError::Unknown) { "The reason" } else { "An earlier try had failed" };
        let _ = write!(line, " {told_as}: {}.", short(context, earlier));
    }
    // A mixture, or a file without its proof, is said to lie under the file's name already.
    let said =
        matches!(&failure.error, UploadError::Source { problem: SourceProblem::Changed, .. } | UploadError::Unverified);
    line.push_str(&remains::after(failure, said));
    line
}

/// Several files deserve a count of what became of them.
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

/// The algorithm, as people know it.
pub fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC-32",
    }
}

/// A path, escaped.
pub fn shown(file: &Path) -> String {
    Escaped(file.as_os_str().as_bytes()).to_string()
}

/// An error of the system without its number, which tells a user nothing.
pub fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})")).unwrap_or_default();
    text.strip_suffix(&number).unwrap_or(&text).to_owned()
}
