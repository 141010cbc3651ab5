//! The lines about errors of the program. Those about an upload are the library's (`host/src/words/`); the others are about
//! the command line and its surroundings.

pub mod request;
#[cfg(test)]
mod tests;

use ftp_uploader::{Context, words};

use crate::cli_error::CliError;

/// The lines to print for `error`, without the name of the program.
pub fn lines(context: Option<&Context>, error: &CliError) -> Vec<String> {
    match (error, context) {
        (CliError::Usage(text), _) => vec![text.clone()],
        // Without settings no upload has begun.
        (CliError::Upload(report), None) => report.failures.iter().map(|failure| failure.to_string()).collect(),
        (CliError::Upload(report), Some(context)) => words::lines(context, report),
    }
}
