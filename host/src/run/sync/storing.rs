//! The files to store, as tasks for the workers; and what follows from their results.

use std::cmp::Reverse;

use ftp_plan::operations::Store;

use crate::report::summary::{StoredFile, UploadReport, Verification};
use crate::run::plan::{Directory, FileTask, Plan};
use crate::run::sync::context::Context;
use crate::run::sync::switch::Staged;

/// Returns the plan that makes `directories` and stores `files`, the largest first.
pub(super) fn tasks<'s>(
    context: &Context<'_>,
    directories: &[ftp_plan::path::RemotePath],
    files: impl Iterator<Item = &'s Store>,
) -> Plan {
    let root = &context.job.local;
    let directories = directories.iter().map(|path| Directory {
        local: root.join(crate::run::sync::context::local_path(path)),
        remote: path.as_bytes().into(),
    });
    let naming = context.naming();
    let mut files: Vec<_> = files
        .filter_map(|store| {
            let local = context.files.get(&store.path)?.clone();
            Some(FileTask { local, remote: store.path.as_bytes().into(), naming })
        })
        .collect();
    files.sort_by_key(|task| Reverse(task.local.size()));
    Plan { directories: directories.collect(), files, ..Plan::default() }
}

/// Returns the file that waits under its temporary name, if it does.
pub(super) fn staged_of(stored: StoredFile, time: Option<u64>) -> Option<Staged> {
    let temporary = stored.staged_as.clone()?;
    Some(Staged { stored: StoredFile { staged_as: None, ..stored }, temporary, time })
}

/// Returns the file that an earlier run has stored whole under the temporary name of this version, as staged.
pub(super) fn staged_before(context: &Context<'_>, store: &Store) -> Option<Staged> {
    let temporary = store.temporary.as_ref().filter(|temporary| temporary.complete)?;
    let local = context.files.get(&store.path)?;
    let stored = StoredFile {
        file: local.path_shown().into_owned(),
        remote: store.path.as_bytes().to_vec(),
        size: store.size,
        time: std::time::Duration::ZERO,
        sent: 0,
        resumed_at: store.size,
        staged_as: None,
        stored_as: None,
        verified: Verification::Size,
    };
    Some(Staged { stored, temporary: temporary.path.as_bytes().to_vec(), time: None })
}

/// Returns true if every file of a plan is stored.
pub(super) fn is_whole(report: &UploadReport) -> bool {
    report.failures.is_empty() && report.untried.is_empty() && report.skipped.is_empty()
}
