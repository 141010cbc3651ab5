//! The words for errors of an upload, and for notes.

use super::words;

use crate::report::error::{Doubt, SourceProblem, UploadError};
use crate::report::event::{Note, WaitReason};
use crate::report::skipped::SkipReason;
use crate::report::sync::SyncNote;

words!(
    /// Returns a stable word for the kind of error.
    UploadError, kind, ERRORS,
    Self::Source { .. } => "source",
    Self::Unresolved { .. } => "unresolved",
    Self::Unreachable { .. } => "unreachable",
    Self::Proxy { .. } => "proxy",
    Self::Tls { .. } => "tls",
    Self::NoTls { .. } => "no_tls",
    Self::NotResumed { .. } => "tls_not_resumed",
    Self::Refused { .. } => "refused",
    Self::Misbehaved { .. } => "protocol_violation",
    Self::Broken { .. } => "broken",
    Self::Unconfirmed { .. } => "unconfirmed",
    Self::Unknown => "unknown",
    Self::Mismatch { .. } => "size_mismatch",
    Self::Corrupt { .. } => "hash_mismatch",
    Self::Missing => "missing",
    Self::Unverified => "unverified",
    Self::CannotRename => "cannot_rename",
    Self::NotRenamed { .. } => "not_renamed",
    Self::TemporaryRefused { .. } => "temporary_name_refused",
    Self::MayExist { .. } => "may_exist",
    Self::NotMade { .. } => "directory_not_made",
    Self::Sync(_) => "sync",
    Self::Interrupted { .. } => "interrupted",
    Self::OutOfTime { .. } => "out_of_time",
    Self::Fault(_) => "internal",
);

words!(
    /// Returns a stable word for the problem.
    SourceProblem, kind, SOURCES,
    Self::Unreadable(_) => "unreadable",
    Self::Directory => "directory",
    Self::NotAFile => "not_a_file",
    Self::UnknownSize => "size_unknown",
    Self::Replaced => "replaced",
    Self::SameName { .. } => "same_name",
    Self::Shrank => "shrank",
    Self::Changed => "changed",
    Self::Failed => "reading_failed",
);

words!(
    /// Returns a stable word for the doubt.
    Doubt, kind, DOUBTS,
    Self::NotListed => "not_listed",
    Self::Incomplete => "incomplete",
    Self::Empty => "empty",
    Self::Hidden => "hidden",
    Self::Similar => "similar",
);

words!(
    /// Returns a stable word for the reason.
    SkipReason, kind, SKIPS,
    Self::Link => "link",
    Self::OutsideTree => "outside_tree",
    Self::BrokenLink => "broken_link",
    Self::Loop => "link_loop",
    Self::TooManyPaths => "too_many_paths",
    Self::NotAFile => "not_a_file",
    Self::Name(_) => "name",
    Self::PathTooLong => "path_too_long",
    Self::Unreadable(_) => "unreadable",
    Self::Vanished => "vanished",
    Self::UnknownSize => "size_unknown",
);

words!(
    /// Returns a stable word for the kind of note.
    Note, kind, NOTES,
    Self::TimeNotSet(_) => "time_not_set",
    Self::TimeOutOfRange => "time_out_of_range",
    Self::ModeNotSet(_) => "permissions_not_set",
    Self::NameUntold => "name_untold",
    Self::Utf8Refused => "utf8_refused",
    Self::OldRemains { .. } => "old_file_remains",
    Self::FewerConnections(_) => "fewer_connections",
    Self::HashTooSlow => "hash_too_slow",
    Self::StartsOver(_) => "starts_over",
);

words!(
    /// Returns a stable word for the kind of note.
    SyncNote, kind, SYNC_NOTES,
    Self::ManifestUnusable(_) => "manifest_unusable",
    Self::LockTakenOver { .. } => "lock_taken_over",
    Self::NoLock { .. } => "no_lock",
    Self::TimesNotSet(_) => "times_not_set",
    Self::Withdrawn(_) => "withdrawn",
    Self::TemporaryRemain { .. } => "temporary_files_remain",
    Self::LockRemains => "lock_remains",
    Self::DirectoryKept { .. } => "directory_kept",
);

words!(
    /// Returns a stable word for the reason.
    WaitReason, kind, WAITS,
    Self::Lock => "lock",
    Self::Settling => "settling",
);
