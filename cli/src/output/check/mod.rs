//! The result of `check` on standard output: a table for people, or JSON for programs (`docs/check.md`).

mod command;
mod json;
mod rows;
mod table;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use ftp_uploader::{CheckReport, Context, Problem, Setting, UploadReport, Wording};

use crate::output::document;
use crate::output::explain::Format;
use crate::settings::Checking;

/// Returns the text of a problem, with the names of options in place of those of the library.
fn told(problem: &Problem) -> String {
    let text = problem.to_string();
    Setting::ALL
        .iter()
        .fold(text, |text, setting| text.replace(setting.name(Wording::Library), setting.name(Wording::Program)))
}

/// A check that has ended.
struct Checked<'a> {
    /// HOST, as it was typed.
    pub host: &'a str,
    /// USERNAME.
    pub user: &'a [u8],
    /// The directory on the server.
    pub directory: &'a [u8],
    /// The options for the connection that were typed, which every command to this server needs.
    pub options: &'a [String],
    /// The findings; `None` if the check has ended before it had any.
    pub report: Option<&'a CheckReport>,
    /// The lines about failures. Without any, an upload would work, as far as it was checked.
    pub failures: &'a [String],
    /// The exit code of the program.
    pub code: u8,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// Prints the result: the findings of `report`, the lines about failures, and the exit code.
pub fn print(check: &Checking, context: &Context, report: &UploadReport, failures: &[String], code: u8) {
    let checked = Checked {
        host: &context.host,
        user: &context.user,
        directory: &context.directory,
        options: &check.options,
        report: report.check.as_deref(),
        failures,
        code,
        now: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
    };
    let text = match check.format {
        Format::Text => table::text(&checked),
        Format::Json => json::text(&checked),
    };
    document::print(text.as_bytes());
}
