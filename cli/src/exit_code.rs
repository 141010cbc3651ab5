//! Every exit code, in one table. Scripts depend on these numbers.

use std::process;

use ftp_uploader::{Cause, Failure, SourceProblem, Step, SyncProblem, UploadError};

use crate::cli_error::CliError;

/// The exit status of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Every file is stored.
    Stored = 0,
    /// A bug in this program.
    Fault = 1,
    /// The command line cannot be carried out.
    Usage = 2,
    /// A local file cannot be sent.
    LocalFile = 3,
    /// The server cannot be reached.
    Unreachable = 4,
    /// A connection cannot be protected with TLS.
    Tls = 5,
    /// The server refused the login.
    Login = 6,
    /// The server refused a directory or a file.
    Refused = 7,
    /// The transfer failed after it had begun.
    Broken = 8,
    /// The server violated the FTP protocol.
    Protocol = 9,
    /// The outcome is unknown, or the stored file differs from the local one.
    Unknown = 10,
    /// A signal, such as that of Ctrl-C, cancelled the upload.
    Interrupted = 130,
}

/// The table, as `--help` shows it.
pub const TABLE: [(ExitCode, &str); 12] = [
    (ExitCode::Stored, "every file is stored and confirmed by the server"),
    (ExitCode::Fault, "a bug in ftp-uploader"),
    (ExitCode::Usage, "usage: the command line, or the plan of sync, is refused; no file was sent"),
    (ExitCode::LocalFile, "a local file cannot be read, was skipped, or changed while it was sent"),
    (ExitCode::Unreachable, "the server cannot be reached, or was lost before storing began"),
    (ExitCode::Tls, "TLS: the connection cannot be protected as required"),
    (ExitCode::Login, "the server refused the login"),
    (ExitCode::Refused, "the server refused the directory or the file"),
    (ExitCode::Broken, "it broke after storing began; a partial file may remain"),
    (ExitCode::Protocol, "the server broke the FTP protocol"),
    (ExitCode::Unknown, "the outcome is unknown, or what is stored is not what was sent"),
    (ExitCode::Interrupted, "interrupted; a partial file may remain"),
];

/// The codes of failures, the worst first: an interrupted run and a bug say nothing about the files that follow; then the
/// outcomes that leave something unknown or incomplete on the server; then those that left nothing there.
const BY_SEVERITY: [ExitCode; 11] = [
    ExitCode::Interrupted,
    ExitCode::Fault,
    ExitCode::Unknown,
    ExitCode::Broken,
    ExitCode::Protocol,
    ExitCode::Tls,
    ExitCode::Login,
    ExitCode::Unreachable,
    ExitCode::Refused,
    ExitCode::LocalFile,
    ExitCode::Usage,
];

impl ExitCode {
    /// The code for `error`: that of the worst failure, in the order of [`BY_SEVERITY`].
    pub fn of(error: &CliError) -> Self {
        match error {
            CliError::Usage(_) => Self::Usage,
            CliError::Upload(report) => {
                let skipped = report.skipped.iter().map(|_| Self::LocalFile);
                let codes: Vec<_> = report.failures.iter().map(Self::of_failure).chain(skipped).collect();
                BY_SEVERITY.into_iter().find(|code| codes.contains(code)).unwrap_or(Self::Fault)
            }
        }
    }

    /// The code for the last error of a file. If a part of the file may be on the server, a lost connection or a
    /// refusal of the rest counts as a broken transfer.
    pub fn of_failure(failure: &Failure) -> Self {
        match (Self::of_error(&failure.error), &failure.error) {
            (Self::Unreachable, _) | (_, UploadError::Refused { step: Step::DataConnection | Step::Store, .. })
                if failure.partial_file_may_remain() =>
            {
                Self::Broken
            }
            (code, _) => code,
        }
    }

    /// The code for an error alone. Without a wildcard, a new kind of error does not compile until it has a code.
    fn of_error(error: &UploadError) -> Self {
        match error {
            UploadError::Source { problem: SourceProblem::SameName { .. }, .. } => Self::Usage,
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
            UploadError::Sync(SyncProblem::Refused(_)) => Self::Usage,
            UploadError::Sync(SyncProblem::CutShort | SyncProblem::LockRemains) => Self::Broken,
            UploadError::Sync(_)
            | UploadError::CannotRename
            | UploadError::NotRenamed { .. }
            | UploadError::TemporaryRefused { .. }
            | UploadError::MayExist { .. }
            | UploadError::NotMade { .. } => Self::Refused,
            UploadError::Interrupted { .. } => Self::Interrupted,
            UploadError::OutOfTime { step: Some(step) } => Self::of_lateness(*step),
            UploadError::OutOfTime { step: None } => Self::Unreachable,
            UploadError::Fault(_) => Self::Fault,
        }
    }

    /// The code for `--max-time`: it depends on how much of the file may be on the server.
    fn of_lateness(step: Step) -> Self {
        match step {
            Step::Transfer => Self::Broken,
            Step::Confirmation | Step::Renaming | Step::Attributes => Self::Unknown,
            _ => Self::Unreachable,
        }
    }

    /// The code for a refusal at `step`.
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
            // The component never reports a failure of QUIT, unless it is faulty.
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
