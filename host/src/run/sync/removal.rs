//! Removes files and directories that the plan names. After a refusal, the server is asked if the file is there: a file that
//! is gone counts as removed, also if another program removed it.

use std::sync::{Mutex, PoisonError};

use ftp_plan::path::RemotePath;

use crate::report::error::UploadError;
use crate::run::evidence::Verdict;
use crate::run::presence::examine;
use crate::run::sync::context::Context;
use crate::run::sync::spread::spread;
use crate::run::worker::Worker;
use crate::sandbox::values::{Refusal, Removal};

/// The most names in one call of the component.
const PER_CALL: usize = 64;

/// The removals for which another connection is worth its login.
const PER_CONNECTION: usize = 128;

/// The result of removing one file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// This run has removed it.
    ByThisRun,
    /// It is gone.
    Gone,
    /// The server refused, and it is there, or may be.
    Refused(Refusal),
}

/// Removes files. The results are in no order.
///
/// # Errors
/// If there is no session any more. `ended` has the results so far.
pub(super) fn remove_files(
    context: &Context<'_>,
    paths: &[RemotePath],
    ended: &Mutex<Vec<(RemotePath, Removed)>>,
) -> Result<(), UploadError> {
    let connections = context.run.request.delivery.jobs.get().min(1 + paths.len() / PER_CONNECTION);
    spread(context.run, paths.chunks(PER_CALL), connections, &|worker, some| {
        let results = remove_some(worker, some)?;
        let results = some.iter().cloned().zip(results);
        ended.lock().unwrap_or_else(PoisonError::into_inner).extend(results);
        Ok(Vec::new())
    })
}

/// Removes the files of one call.
pub(super) fn remove_some(worker: &mut Worker<'_>, paths: &[RemotePath]) -> Result<Vec<Removed>, UploadError> {
    let names: Vec<_> = paths.iter().map(|path| path.as_bytes().to_vec()).collect();
    let removals = worker.persist(|session, flight| session.remove_all(&names, flight))?;
    // A 550 has many meanings (RFC 959 §4.2.1): the file may be gone, or may be one that this user may not remove.
    let refused = |(name, removal): (&Vec<u8>, &Removal)| matches!(removal, Removal::Refused(_)).then(|| name.clone());
    let doubtful: Vec<_> = names.iter().zip(&removals).filter_map(refused).collect();
    let mut verdicts = match doubtful.is_empty() {
        true => Vec::new(),
        false => worker.persist(|session, _| examine(session, &doubtful))?,
    }
    .into_iter();
    let result = |removal| match removal {
        Removal::Removed => Removed::ByThisRun,
        Removal::Refused(refusal) => match verdicts.next() {
            Some(Verdict::Absent) => Removed::Gone,
            Some(Verdict::There | Verdict::Unknown(_)) | None => Removed::Refused(refusal),
        },
    };
    Ok(removals.into_iter().map(result).collect())
}

/// Removes directories, each before the one above it. A directory below one that was refused is refused, too, by the
/// server.
///
/// # Errors
/// If there is no session any more.
pub(super) fn remove_directories(worker: &mut Worker<'_>, paths: &[RemotePath]) -> Result<Vec<Removal>, UploadError> {
    let mut removals = Vec::with_capacity(paths.len());
    for some in paths.chunks(PER_CALL) {
        let names: Vec<_> = some.iter().map(|path| path.as_bytes().to_vec()).collect();
        removals.extend(worker.persist(|session, flight| session.remove_directories(&names, flight))?);
    }
    Ok(removals)
}
