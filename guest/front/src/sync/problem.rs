//! The problems that only `sync` has, and their messages. Each is one line.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ftp_plan::Refusal as PlanRefusal;
use ftp_plan::operations::ConflictKind;
use ftp_text::escape::Escaped;

use crate::bindings::ftp_uploader::upload::upload::Refusal;
use crate::cli_error::CliError;
use crate::sync::notes::files;

/// The reason why `sync` did not do something.
#[derive(Debug)]
pub(crate) enum SyncProblem {
    /// The plan would remove too much, or cannot be carried out on this server.
    Refused(PlanRefusal),
    /// The run with this name holds the lock; the name is empty if the server does not show whose it is.
    Locked(Vec<u8>),
    /// The server refused to make the lock, and the run removes files.
    NoLock(Refusal),
    /// An entry of the server is in the way.
    Obstructed(ConflictKind),
    /// The server refused to remove this file.
    NotRemoved(Refusal),
    /// The server does not rename files.
    CannotRename,
    /// The server refused to give the file its name.
    NotRenamed {
        refusal: Refusal,
        /// The path of the old file, if that has lost its name.
        aside: Option<Vec<u8>>,
    },
    /// The server refused to give the file its name, and does not show the temporary file: it may have done it.
    NameUnclear(Refusal),
    /// The failures were printed.
    SomeFailed,
}

/// Returns true if the server has refused to give a file its name, and the old file has kept its own.
pub(super) fn is_plain_refusal_of_name(error: &CliError) -> bool {
    match error {
        CliError::OfFile(_, error) => is_plain_refusal_of_name(error),
        error => matches!(error, CliError::Sync(SyncProblem::NotRenamed { aside: None, .. })),
    }
}

/// Returns the message.
pub(crate) fn sentence(problem: &SyncProblem) -> String {
    match problem {
        SyncProblem::Refused(refusal) => refused(refusal),
        SyncProblem::Locked(owner) => locked(owner),
        SyncProblem::NoLock(refusal) => format!(
            "the lock .ftp-uploader.lock cannot be made in REMOTEDIR: {}. This run removes files, which another run must \
             not do at the same time; nothing was changed; use --no-lock if no other run can happen.",
            reply(refusal)
        ),
        SyncProblem::Obstructed(ConflictKind::FileForDirectory) => "a file is on the server where this directory \
            belongs. It stays, and nothing below it was sent; rename one of them."
            .to_string(),
        SyncProblem::Obstructed(ConflictKind::DirectoryForFile) => "a directory is on the server where this file \
            belongs. It stays, and the file was not sent; rename one of them."
            .to_string(),
        SyncProblem::NotRemoved(refusal) => {
            format!("the server refused to remove it: {}. Everything was stored before.", reply(refusal))
        }
        SyncProblem::CannotRename => {
            "the server does not rename files, so that all files cannot get their names at the \
            end. Nothing was changed; use --atomic off."
                .to_string()
        }
        SyncProblem::NameUnclear(refusal) => format!(
            "the server refused to give it its name, and may have done it: {}. Look which of both files it has.",
            reply(refusal)
        ),
        SyncProblem::NotRenamed { refusal, aside: None } => {
            format!("the server refused to give it its name: {}.", reply(refusal))
        }
        SyncProblem::NotRenamed { refusal, aside: Some(aside) } => format!(
            "the server refused to give it its name: {}. The old file is now {}; rename it back.",
            reply(refusal),
            Escaped(aside)
        ),
        SyncProblem::SomeFailed => "not everything was done; see the lines above.".to_string(),
    }
}

fn locked(owner: &[u8]) -> String {
    if owner.is_empty() {
        return "REMOTEDIR has the lock .ftp-uploader.lock, and the server does not show whose it is. Nothing was changed; if no \
            other run is at work, remove that directory on the server; --no-lock takes no lock."
            .to_string();
    }
    format!(
        "the run of {} holds the lock .ftp-uploader.lock in REMOTEDIR. Nothing was changed; wait for its end; if it has died, \
         remove that directory on the server.",
        Escaped(owner.split(|&byte| byte == b'.').next().unwrap_or(owner))
    )
}

fn refused(refusal: &PlanRefusal) -> String {
    match refusal {
        PlanRefusal::EmptySource { removed } => format!(
            "LOCALDIR has no files, and {} would be removed from the server. Nothing was changed; a build may have \
             failed; add --max-delete {removed} if this is meant.",
            files(*removed)
        ),
        PlanRefusal::MostRemoved { removed, there } => format!(
            "{removed} of the {} on the server would be removed. Nothing was changed; check LOCALDIR and REMOTEDIR; add \
             --max-delete {removed} if this is meant.",
            files(*there)
        ),
        PlanRefusal::TooManyRemoved { removed, permitted } => format!(
            "{} would be removed, and --max-delete permits {permitted}. Nothing was changed; look at them with --dry-run.",
            files(*removed)
        ),
        PlanRefusal::CaseCollision { first, second, pairs } => format!(
            "{} and {} are one name on this server, which does not distinguish capital letters ({pairs} such pairs). \
             Nothing was changed; rename one of each pair.",
            Escaped(first.as_bytes()),
            Escaped(second.as_bytes())
        ),
    }
}

fn reply(refusal: &Refusal) -> String {
    format!("{} \"{}\"", refusal.code, Escaped(&refusal.text))
}
