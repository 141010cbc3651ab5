//! `Display` of reports, failures and errors: the same words as the program's.

use std::fmt;

use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::summary::{Failure, UploadReport};
use crate::request::context::Context;

use super::{existing, line, lines, message, skipped, stored};

impl UploadReport {
    /// Returns the lines about the run, each a whole sentence or several: one for each stored file, for each part of a directory
    /// that was left out, and for each failure, and at the end one with the numbers of a run of several files. They have no
    /// line ends; texts from outside are escaped, so that they contain no control characters.
    pub fn lines(&self) -> Vec<String> {
        let directory = Escaped(&self.context.directory).to_string();
        let mut all: Vec<_> = self.stored.iter().map(|file| stored::line(&directory, file) + ".").collect();
        all.extend(self.already_there.iter().map(|file| existing::line(&directory, file) + "."));
        all.extend(skipped::notes(&self.skipped));
        match self.is_complete() {
            true => all.extend(super::summary(&self.context, self).map(|line| line + ".")),
            false => all.extend(lines(&self.context, self)),
        }
        all
    }
}

impl fmt::Display for UploadReport {
    /// Shows the lines about the failures, or the lines about the stored files if there is no failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = if self.is_complete() { self.lines() } else { lines(&self.context, self) };
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for UploadReport {}

impl fmt::Display for Failure {
    /// Shows the file, the error, an earlier error, the files that remain on the server, and advice, as sentences.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line(&Context::default(), self))
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for UploadError {
    /// Shows the error with its likely cause and advice, without the last full stop. With `{:#}`, only the error itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = message(&Context::default(), self);
        match f.alternate() {
            true => f.write_str(&message.event),
            false => write!(f, "{}. {}", message.event, message.advice),
        }
    }
}

impl std::error::Error for UploadError {}
