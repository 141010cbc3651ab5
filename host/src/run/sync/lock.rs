//! The lock on the server: a directory, because MKD fails if the directory exists. Inside it, the owner makes a directory
//! with its own name, from which others see who holds the lock and since when.
//!
//! A run that is killed leaves its lock. It is taken over if its owner ran on this machine with the same local directory,
//! which no other process uses now; if it has had no owner for some seconds; or if it is old by the server's own clock.

use std::time::Duration;

use crate::files::run_state::InUse;
use crate::report::error::UploadError;
use crate::report::event::{Event, WaitReason};
use crate::report::sync::{SyncNote, SyncProblem};
use crate::run::sync::owner::Owner;
use crate::run::worker::Worker;
use crate::sandbox::values::{ListedEntry, MkdOutcome, Refusal, Removal};

/// The lock.
const LOCK: &[u8] = ftp_plan::rules::LOCK;

/// The time for which a lock may have no owner: the owner makes both directories at once.
const WITHOUT_OWNER: Duration = Duration::from_secs(5);

/// The age in seconds from which on a lock is left over.
const OLD: u64 = 6 * 60 * 60;

/// The lock of this run.
pub(super) struct Lock {
    /// The path of the owner's directory.
    path: Vec<u8>,
}

/// The result of asking for the lock.
pub(super) enum Locking {
    Locked(Lock),
    /// The server does not let this user make the directory.
    Refused(Refusal),
}

/// The owners that the lock names.
struct Owners {
    /// All but this run's.
    others: Vec<ListedEntry>,
    /// The time of this run's directory by the server's clock.
    now: Option<u64>,
}

/// Takes the lock. `in_use` is the mark of this run on the local directory.
///
/// # Errors
/// [`SyncProblem::Locked`] if another run holds it; or if there is no session any more.
pub(super) fn take(
    worker: &mut Worker<'_>,
    owner: &Owner,
    in_use: Option<&InUse>,
    notes: &mut Vec<SyncNote>,
) -> Result<Locking, UploadError> {
    let path = [LOCK, b"/", owner.name()].concat();
    // The second command depends on the first, so they are no flight.
    let made = worker.persist(|session, _| session.make_directories(&[LOCK.to_vec(), path.clone()], false))?;
    let [lock, own] = &made[..] else {
        return Err(UploadError::Fault("the component made other directories".into()));
    };
    match (lock, own) {
        (MkdOutcome::Made, MkdOutcome::Made) => return Ok(Locking::Locked(Lock { path })),
        (_, MkdOutcome::Refused(refusal) | MkdOutcome::Unknown(refusal)) => {
            return Ok(Locking::Refused(refusal.clone()));
        }
        (_, MkdOutcome::Made | MkdOutcome::Exists) => {}
    }
    let lock = Lock { path };
    match lock.take_over(worker, owner, in_use, notes) {
        Ok(None) => Ok(Locking::Locked(lock)),
        Ok(Some(problem)) => {
            lock.withdraw(worker)?;
            Err(UploadError::Sync(problem))
        }
        Err(error) => Err(error),
    }
}

impl Lock {
    /// Takes over a lock that exists, unless another run holds it.
    fn take_over(
        &self,
        worker: &mut Worker<'_>,
        owner: &Owner,
        in_use: Option<&InUse>,
        notes: &mut Vec<SyncNote>,
    ) -> Result<Option<SyncProblem>, UploadError> {
        let mut owners = self.owners(worker, owner)?;
        if owners.others.is_empty() {
            // Another run may be about to make its directory.
            worker.emit(&Event::Waiting { file: None, why: WaitReason::Lock, pause: WITHOUT_OWNER });
            worker.wait(WITHOUT_OWNER)?;
            owners = self.owners(worker, owner)?;
            notes.push(SyncNote::LockTakenOver { owner: Vec::new() });
        }
        for other in &owners.others {
            let is_dead = owner.is_at_same_place(&other.name) && in_use.is_some_and(InUse::is_only_one);
            if !is_dead && !is_old(other, owners.now) {
                let owner = other.name.to_vec();
                return Ok(Some(SyncProblem::Locked { owner, since: other.modified }));
            }
            self.remove(worker, &[LOCK, b"/", &other.name].concat())?;
            notes.push(SyncNote::LockTakenOver { owner: other.name.to_vec() });
        }
        // Two runs may have taken over the lock at the same time. The one whose name comes first keeps it.
        let owners = self.owners(worker, owner)?;
        let first = owners.others.iter().find(|other| &*other.name < owner.name());
        Ok(first.map(|other| SyncProblem::Locked { owner: other.name.to_vec(), since: other.modified }))
    }

    fn owners(&self, worker: &mut Worker<'_>, owner: &Owner) -> Result<Owners, UploadError> {
        let listed = worker.persist(|session, flight| session.list(LOCK, flight))?;
        let (own, others): (Vec<_>, Vec<_>) =
            listed.entries.into_iter().partition(|entry| *entry.name == *owner.name());
        Ok(Owners { others, now: own.first().and_then(|own| own.modified) })
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// If there is no session any more. The lock remains.
    pub(super) fn release(self, worker: &mut Worker<'_>) -> Result<(), UploadError> {
        let paths = [self.path, LOCK.to_vec()];
        // A lock that cannot be removed is taken over by the next run.
        worker.persist(|session, _| session.remove_directories(&paths, false)).map(drop)
    }

    /// Returns true if the server refuses to remove a directory that is not empty: the lock, while its owner is in it.
    /// The lock stays in any case.
    pub(super) fn shows_that_full_directories_stay(&self, worker: &mut Worker<'_>) -> Result<bool, UploadError> {
        let removals = worker.persist(|session, _| session.remove_directories(&[LOCK.to_vec()], false))?;
        match removals.first() {
            Some(Removal::Refused(_)) => Ok(true),
            Some(Removal::Removed) | None => {
                let again = [LOCK.to_vec(), self.path.clone()];
                worker.persist(|session, _| session.make_directories(&again, false))?;
                Ok(false)
            }
        }
    }

    fn withdraw(&self, worker: &mut Worker<'_>) -> Result<(), UploadError> {
        self.remove(worker, &self.path)
    }

    fn remove(&self, worker: &mut Worker<'_>, path: &[u8]) -> Result<(), UploadError> {
        worker.persist(|session, _| session.remove_directories(&[path.to_vec()], false)).map(drop)
    }
}

/// Returns true if the lock of `other` is left over. Both times are the server's, so that its clock and zone do not matter.
fn is_old(other: &ListedEntry, now: Option<u64>) -> bool {
    other.modified.zip(now).is_some_and(|(since, now)| now.saturating_sub(since) >= OLD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::values::Kind;

    #[test]
    fn a_lock_is_old_only_by_the_clock_of_the_server() {
        let since = |modified| ListedEntry { name: b"x"[..].into(), kind: Kind::Directory, size: None, modified };
        assert!(is_old(&since(Some(1000)), Some(1000 + OLD)));
        assert!(!is_old(&since(Some(1000)), Some(999 + OLD)));
        assert!(!is_old(&since(Some(1000)), None) && !is_old(&since(None), Some(u64::MAX)));
    }
}
