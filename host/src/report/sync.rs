//! The report of a run of `sync`: what was compared, what was removed, what stays, and the problems of its own.

use std::collections::BTreeMap;

use ftp_plan::Refusal;
use ftp_plan::operations::{ConflictKind, Kept, Note, Plan};
use ftp_protocol::timestamp::Timestamp;

use crate::platform::names;
use crate::report::server_text::ServerText;
use crate::request::tree::TreeRules;

/// The part of a report that only `sync` has.
#[derive(Debug)]
#[non_exhaustive]
pub struct SyncReport {
    /// The operations that were planned, with their reasons, and the notes about everything that stays on the server.
    pub plan: Plan,
    /// True if only questions were asked ([`SyncOptions::dry_run`](crate::SyncOptions::dry_run)).
    pub dry_run: bool,
    /// The files that were removed: paths on the server, relative to the directory of the job.
    pub removed: Vec<Vec<u8>>,
    /// The directories that were removed.
    pub removed_directories: Vec<Vec<u8>>,
    /// The directories that were made.
    pub made: Vec<Vec<u8>>,
    /// The rule that excludes an entry of the server, for the entries that stay because of one.
    pub rules: BTreeMap<Vec<u8>, String>,
    /// Notes about the course of the run.
    pub notes: Vec<SyncNote>,
}

impl SyncReport {
    /// The report of a run that has a plan, and has changed nothing so far.
    pub(crate) fn new(plan: Plan, dry_run: bool, rules: &TreeRules, notes: Vec<SyncNote>) -> Self {
        let excluded = plan.notes.iter().filter_map(|note| match note {
            Note::Kept { path, why: Kept::Excluded } => {
                let rule = rules.rule_against(&names::path(path.as_bytes()))?;
                Some((path.as_bytes().to_vec(), rule.to_owned()))
            }
            _ => None,
        });
        let rules = excluded.collect();
        let (removed, removed_directories, made) = (Vec::new(), Vec::new(), Vec::new());
        Self { plan, dry_run, removed, removed_directories, made, rules, notes }
    }
}

/// A condition of a run of `sync` that the user should know and that is not a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncNote {
    /// The manifest on the server cannot be used, for this reason; files are compared by their listings instead, and
    /// nothing is removed by it.
    ManifestUnusable(ftp_plan::manifest::Unusable),
    /// The lock of a run that has ended was taken over.
    LockTakenOver {
        /// The owner that the lock names; empty if it names none.
        owner: Vec<u8>,
    },
    /// The lock could not be made, and nothing that needs one is done.
    NoLock {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The times of this number of files could not be set.
    TimesNotSet(u64),
    /// This number of files was stored under temporary names, and removed again because others have failed.
    Withdrawn(u64),
    /// Files stay on the server under temporary names, because the run has failed.
    TemporaryRemain {
        /// Their number.
        count: u64,
        /// The path of one of them.
        first: Vec<u8>,
    },
    /// The lock could not be given back, or it is not known if it was.
    LockRemains,
    /// A directory was not removed, because the server refused: it is not empty.
    DirectoryKept {
        /// Its path.
        path: Vec<u8>,
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
}

/// Returns the time `seconds` after the beginning of 1970 in words: `2026-11-28 02:10:33 UTC`; `None` after the year 9999.
pub fn utc(seconds: u64) -> Option<String> {
    let digits = Timestamp::from_unix(seconds)?.to_string();
    let part = |from, to| digits.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    Some(format!("{year}-{month}-{day} {hour}:{minute}:{second} UTC"))
}

/// The reason why `sync` did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncProblem {
    /// The plan was refused. Nothing was changed on the server.
    #[error("the plan is refused: {0:?}")]
    Refused(Refusal),
    /// Another run holds the lock. Nothing was changed on the server.
    #[error("another run holds the lock")]
    Locked {
        /// The owner that the lock names; empty if it names none.
        owner: Vec<u8>,
        /// The time since which it is held by the server's clock, in seconds since 1970.
        since: Option<u64>,
    },
    /// The lock could not be made, and the run removes files or keeps a manifest. Nothing was changed on the server.
    #[error("the lock was not made: {code} {text}")]
    NoLock {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
    /// The server was lost while names were changed or files removed. Some changes are made, and others are not; the earlier
    /// error of the failure is the reason.
    #[error("the run was cut short between its changes")]
    CutShort,
    /// The lock could not be given back, in a run without a plan. With one, it is [`SyncNote::LockRemains`].
    #[error("the lock remains")]
    LockRemains,
    /// An entry of the server has the name of a local one of another kind, and is not removed.
    #[error("something of another kind is in the way")]
    Obstructed(ConflictKind),
    /// The server refused to remove a file.
    #[error("the file was not removed: {code} {text}")]
    NotRemoved {
        /// The reply code.
        code: u16,
        /// The reply's text.
        text: ServerText,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_utc() {
        assert_eq!(utc(0).as_deref(), Some("1970-01-01 00:00:00 UTC"));
        assert_eq!(utc(1_795_831_833).as_deref(), Some("2026-11-28 02:10:33 UTC"));
        assert_eq!(utc(u64::MAX), None);
    }
}
