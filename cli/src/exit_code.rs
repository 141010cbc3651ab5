//! Every exit code, in one table. Scripts rely on these numbers.

use std::process;

use ftp_uploader::{Cause, Failure, Step, UploadError};

use crate::cli_error::CliError;

/// What the exit status of the program says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Every file is stored.
    Stored = 0,
    /// A bug of ours.
    Fault = 1,
    /// The command line cannot be carried out.
    Usage = 2,
    /// A local file.
    LocalFile = 3,
    /// The server cannot be reached.
    Unreachable = 4,
    /// TLS.
    Tls = 5,
    /// The login.
    Login = 6,
    /// A directory or a file.
    Refused = 7,
    /// It broke in the middle.
    Broken = 8,
    /// The server does not speak FTP properly.
    Protocol = 9,
    /// No one knows, or not the same.
    Unknown = 10,
    /// Ctrl-C.
    Interrupted = 130,
}

/// The table, as `--help` shows it.
const TABLE: [(ExitCode, &str); 12] = [
    (ExitCode::Stored, "every file is stored and confirmed by the server"),
    (ExitCode::Fault, "a bug in ftp-uploader"),
    (ExitCode::Usage, "usage: the command line cannot be carried out; nothing was sent"),
    (ExitCode::LocalFile, "a local file cannot be read, or changed while it was sent"),
    (ExitCode::Unreachable, "the server cannot be reached, or was lost before storing began"),
    (ExitCode::Tls, "TLS: the connection cannot be protected as required"),
    (ExitCode::Login, "the server refused the login"),
    (ExitCode::Refused, "the server refused the directory or the file"),
    (ExitCode::Broken, "it broke after storing began; a partial file may remain"),
    (ExitCode::Protocol, "the server broke the FTP protocol"),
    (ExitCode::Unknown, "the outcome is unknown, or what is stored is not what was sent"),
    (ExitCode::Interrupted, "interrupted; a partial file may remain"),
];

impl ExitCode {
    /// The code for what went wrong first.
    pub fn of(error: &CliError) -> Self {
        match error {
            CliError::Usage(_) => Self::Usage,
            CliError::Upload(report) => report.failures.first().map_or(Self::Fault, Self::of_failure),
        }
    }

    /// That of what was seen last; but a server that took a part of the file, and is gone or refuses the rest, has not just
    /// refused it.
    fn of_failure(failure: &Failure) -> Self {
        match (Self::of_error(&failure.error), &failure.error) {
            (Self::Unreachable, _) | (_, UploadError::Refused { step: Step::DataConnection | Step::Store, .. })
                if failure.partial_file_may_remain() =>
            {
                Self::Broken
            }
            (code, _) => code,
        }
    }

    /// No wildcard: a new kind of error does not compile until it has a code.
    fn of_error(error: &UploadError) -> Self {
        match error {
            UploadError::Source { .. } => Self::LocalFile,
            UploadError::Tls { .. } | UploadError::NoTls { .. } | UploadError::NotResumed { .. } => Self::Tls,
            UploadError::Unresolved { .. } | UploadError::Unreachable { .. } | UploadError::Proxy { .. } => {
                Self::Unreachable
            }
            UploadError::Refused { step: Step::DataConnection, .. } if error.is_out_of_order() => Self::Unreachable,
            UploadError::Refused { step: Step::Login, .. } if error.is_full() => Self::Unreachable,
            UploadError::Refused { step, .. } => Self::of_refusal(*step),
            UploadError::Misbehaved { .. } => Self::Protocol,
            UploadError::Broken { .. } if error.partial_file_may_remain() => Self::Broken,
            UploadError::Broken { cause: Cause::Insecure, .. } => Self::Tls,
            UploadError::Broken { .. } => Self::Unreachable,
            UploadError::Unconfirmed { .. }
            | UploadError::Unknown
            | UploadError::Mismatch { .. }
            | UploadError::Corrupt { .. }
            | UploadError::Missing
            | UploadError::Unverified => Self::Unknown,
            UploadError::CannotRename | UploadError::NotRenamed { .. } | UploadError::TemporaryRefused { .. } => {
                Self::Refused
            }
            UploadError::Interrupted { .. } => Self::Interrupted,
            UploadError::OutOfTime { step: Some(step) } => Self::of_lateness(*step),
            UploadError::OutOfTime { step: None } => Self::Unreachable,
            UploadError::Fault(_) => Self::Fault,
        }
    }

    /// What remains on the server decides.
    fn of_lateness(step: Step) -> Self {
        match step {
            Step::Transfer => Self::Broken,
            Step::Confirmation | Step::Renaming | Step::Attributes => Self::Unknown,
            _ => Self::Unreachable,
        }
    }

    fn of_refusal(step: Step) -> Self {
        match step {
            Step::Greeting => Self::Unreachable,
            Step::Protection => Self::Tls,
            Step::Login => Self::Login,
            Step::Features
            | Step::Site
            | Step::Directory
            | Step::BinaryType
            | Step::Inspection
            | Step::DataConnection
            | Step::Store
            | Step::Renaming
            | Step::Attributes => Self::Refused,
            Step::Transfer | Step::Confirmation => Self::Broken,
            // Never an error of an upload: a component that says so lies.
            Step::Quit => Self::Fault,
        }
    }
}

/// The table of all codes, for `--help`.
pub fn table() -> String {
    let lines = TABLE.map(|(code, meaning)| format!("  {:>3}  {meaning}\n", code as i32));
    format!("Exit codes:\n{}", lines.concat())
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_code_as_help_does() {
        let readme = include_str!("../../README.md");
        for (code, meaning) in TABLE {
            let row = format!("| {} | {meaning} |", code as i32);
            assert!(readme.contains(&row), "missing in README.md: {row}");
        }
    }
}
