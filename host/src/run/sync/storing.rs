//! The files to store, as tasks for the workers; and what follows from their results.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

use ftp_plan::operations::Store;

use crate::report::error::UploadError;
use crate::report::step::Cause;
use crate::report::summary::{StoredFile, UploadReport, Verification};
use crate::request::delivery::Verify;
use crate::run::plan::{Directory, FileTask, Plan};
use crate::run::sync::context::Context;
use crate::run::sync::spread::spread;
use crate::run::sync::switch::{Sign, Staged};
use crate::run::worker::Worker;
use crate::sandbox::values::Comparison;

/// The files of earlier runs for which another connection is worth its login.
const COMPARED_PER_CONNECTION: usize = 4;

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
pub(super) fn staged_of(stored: StoredFile) -> Option<Staged> {
    let temporary = stored.staged_as.clone()?;
    Some(Staged { stored: StoredFile { staged_as: None, ..stored }, temporary, time: None, sign: Sign::None })
}

/// Returns the files that an earlier run has stored whole under the temporary names of these versions, as staged. The proof is
/// the same as for a file of this run: the server's hash if it has one and the size is not demanded, else the size.
///
/// # Errors
/// If there is no session any more.
pub(super) fn staged_before(context: &Context<'_>, files: &[Store]) -> Result<Vec<Staged>, UploadError> {
    let complete = |file: &&Store| file.temporary.as_ref().is_some_and(|temporary| temporary.complete);
    let complete: Vec<_> = files.iter().filter(complete).collect();
    let connections = context.run.request.delivery.jobs.get().min(1 + complete.len() / COMPARED_PER_CONNECTION);
    let ready = Mutex::new(Vec::new());
    spread(context.run, complete, connections, &|worker, file: &Store| {
        if let Some(verified) = proof(context, worker, file)? {
            ready.lock().unwrap_or_else(PoisonError::into_inner).extend(staged(context, file, verified));
        }
        Ok(Vec::new())
    })?;
    Ok(ready.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Returns the proof that the file under the temporary name is whole. Without one, the file is sent again.
fn proof(context: &Context<'_>, worker: &mut Worker<'_>, store: &Store) -> Result<Option<Verification>, UploadError> {
    let by_hash = match context.run.request.delivery.verify {
        Verify::Size | Verify::Nothing => return Ok(Some(Verification::Size)),
        Verify::Hash => true,
        Verify::Best => false,
    };
    let (Some(temporary), Some(local)) = (&store.temporary, context.files.get(&store.path)) else { return Ok(None) };
    // The delivery reports a file that cannot be read.
    let Some(source) = local.open().ok().filter(|source| source.length() == store.size) else { return Ok(None) };
    let name = temporary.path.as_bytes();
    let compared = match worker.hash_is_late {
        true => Ok(Comparison::Unavailable),
        false => worker.session().and_then(|session| session.compare(&source, name, store.size)),
    };
    match compared {
        Ok(Comparison::Same(algorithm)) => Ok(Some(Verification::Hash(algorithm))),
        Ok(Comparison::Unavailable) if !by_hash => Ok(Some(Verification::Size)),
        Ok(Comparison::Different(_) | Comparison::Unavailable) => Ok(None),
        Err(error @ (UploadError::Interrupted { .. } | UploadError::OutOfTime { .. })) => Err(error),
        // A hash that takes too long is no reason to fail. The file is sent again, which costs less than to wait again.
        Err(error) => {
            worker.hash_is_late |= matches!(error, UploadError::Broken { cause: Cause::TimedOut, .. });
            worker.apply_consequence(&error);
            Ok(None)
        }
    }
}

fn staged(context: &Context<'_>, store: &Store, verified: Verification) -> Option<Staged> {
    let temporary = store.temporary.as_ref()?;
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
        verified,
    };
    Some(Staged { stored, temporary: temporary.path.as_bytes().to_vec(), time: None, sign: Sign::None })
}

/// Returns true if every file of a plan is stored.
pub(super) fn is_whole(report: &UploadReport) -> bool {
    report.failures.is_empty() && report.untried.is_empty() && report.skipped.is_empty()
}
