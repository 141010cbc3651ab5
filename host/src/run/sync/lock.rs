//! The lock on the server: a directory, because MKD fails if the directory exists. Inside it, the owner makes a directory
//! with its own name, from which others see who holds the lock and since when. Some servers accept MKD for a directory that
//! exists. There, each run looks for others after it has made its own directory: of two runs, at least one sees the other.
//!
//! A run that is killed leaves its lock. It is taken over if its owner ran on this machine with the same local directory,
//! which no other process uses now; if it has had no owner for some seconds; or if it is old by the server's own clock.

use std::cell::Cell;
use std::collections::HashSet;
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

/// The directory in the owner's that shows if RMD removes full directories.
const INNER: &[u8] = b"x";

/// The time for which a lock may have no owner: the owner makes both directories at once.
const WITHOUT_OWNER: Duration = Duration::from_secs(5);

/// The age in seconds from which on a lock is left over.
const OLD: u64 = 6 * 60 * 60;

/// The lock of this run.
pub(super) struct Lock {
    /// The path of the owner's directory.
    path: Vec<u8>,
    /// False if only the owner's directory may be there, in the lock of another run.
    is_held: bool,
    /// True if the owner's directory may have one in it.
    has_inner: Cell<bool>,
}

/// The result of asking for the lock.
pub(super) enum Locking {
    Locked(Lock),
    /// The server does not let this user make the directory.
    Refused(Refusal),
}

/// The owners that the lock names.
struct Owners {
    /// True if this run's directory is shown. If it is not, the others may be hidden, too.
    show_own: bool,
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
    let (lock, own, again) = make(worker, &path)?;
    let is_exclusive = !matches!(again, MkdOutcome::Made);
    match (lock, own) {
        (MkdOutcome::Made, MkdOutcome::Made) if is_exclusive => return Ok(Locking::Locked(Lock::held(path))),
        (_, MkdOutcome::Refused(refusal) | MkdOutcome::Unknown(refusal)) => return Ok(Locking::Refused(refusal)),
        (_, MkdOutcome::Made | MkdOutcome::Exists) => {}
    }
    let lock = Lock::held(path);
    match lock.take_over(worker, owner, in_use, is_exclusive, notes) {
        Ok(None) => Ok(Locking::Locked(lock)),
        Ok(Some(problem)) => {
            lock.withdraw(worker)?;
            Err(UploadError::Sync(problem))
        }
        Err(refused @ UploadError::Refused { .. }) => {
            // To others, this run's directory would look like a run.
            lock.withdraw(worker)?;
            Err(refused)
        }
        Err(error) => Err(error),
    }
}

/// Makes the lock, this run's directory in it, and the lock once more, which must fail. Returns the three outcomes.
fn make(worker: &mut Worker<'_>, own: &[u8]) -> Result<(MkdOutcome, MkdOutcome, MkdOutcome), UploadError> {
    let paths = [LOCK.to_vec(), own.to_vec(), LOCK.to_vec()];
    // Each command depends on those before it, so they are no flight.
    let mut try_once = || -> Result<[MkdOutcome; 3], UploadError> {
        let made = worker.persist(|session, _| session.make_directories(&paths, false))?;
        made.try_into().map_err(|_| UploadError::Fault("the component made other directories".into()))
    };
    let mut made = try_once()?;
    if let [MkdOutcome::Exists, MkdOutcome::Refused(_), _] = made {
        // The run that held the lock may have removed it after the first command.
        made = try_once()?;
    }
    Ok(made.into())
}

impl Lock {
    fn held(path: Vec<u8>) -> Self {
        Self { path, is_held: true, has_inner: Cell::new(false) }
    }

    /// The lock of a run that was interrupted while it took it: the directory of `owner` may be there.
    pub(super) fn in_doubt(owner: &Owner) -> Self {
        Self { is_held: false, ..Self::held([LOCK, b"/", owner.name()].concat()) }
    }

    /// Takes over a lock that exists, unless another run holds it. `is_exclusive` is true if MKD fails for a directory that
    /// exists: then a run that has made the lock looks for no others.
    fn take_over(
        &self,
        worker: &mut Worker<'_>,
        owner: &Owner,
        in_use: Option<&InUse>,
        is_exclusive: bool,
        notes: &mut Vec<SyncNote>,
    ) -> Result<Option<SyncProblem>, UploadError> {
        let mut owners = self.owners(worker, owner)?;
        if is_exclusive && owners.show_own && owners.others.is_empty() {
            // Another run may be about to make its directory.
            worker.emit(&Event::Waiting { file: None, why: WaitReason::Lock, pause: WITHOUT_OWNER });
            worker.wait(WITHOUT_OWNER)?;
            owners = self.owners(worker, owner)?;
            notes.push(SyncNote::LockTakenOver { owner: Vec::new() });
        }
        if !owners.show_own {
            return Ok(Some(SyncProblem::Locked { owner: Vec::new(), since: None }));
        }
        let mut ended = HashSet::new();
        for other in &owners.others {
            let is_dead = owner.is_at_same_place(&other.name) && in_use.is_some_and(InUse::is_only_one);
            if !is_dead && !is_old(other, owners.now) {
                let owner = other.name.to_vec();
                return Ok(Some(SyncProblem::Locked { owner, since: other.modified }));
            }
            let owner = [LOCK, b"/", &other.name].concat();
            self.remove(worker, vec![[&owner[..], b"/", INNER].concat(), owner])?;
            notes.push(SyncNote::LockTakenOver { owner: other.name.to_vec() });
            ended.insert(other.name.clone());
        }
        // Two runs may have taken over the lock at the same time. The one whose name comes first keeps it. Directories that the
        // server does not remove stay.
        let owners = self.owners(worker, owner)?;
        let first = owners.others.iter().find(|other| &*other.name < owner.name() && !ended.contains(&other.name));
        Ok(first.map(|other| SyncProblem::Locked { owner: other.name.to_vec(), since: other.modified }))
    }

    fn owners(&self, worker: &mut Worker<'_>, owner: &Owner) -> Result<Owners, UploadError> {
        let listed = worker.persist(|session, flight| session.list(LOCK, flight))?;
        let (own, others): (Vec<_>, Vec<_>) =
            listed.entries.into_iter().partition(|entry| *entry.name == *owner.name());
        Ok(Owners { show_own: !own.is_empty(), others, now: own.first().and_then(|own| own.modified) })
    }

    /// Gives the lock back. Returns false if the server refuses to remove the owner's directory.
    ///
    /// # Errors
    /// If there is no session any more. The lock may remain.
    pub(super) fn release(self, worker: &mut Worker<'_>) -> Result<bool, UploadError> {
        let inner = [&self.path[..], b"/", INNER].concat();
        let paths: Vec<_> = self.has_inner.get().then_some(inner).into_iter().chain([self.path]).collect();
        let removals = worker.persist(|session, _| session.remove_directories(&paths, false))?;
        let is_removed = |removals: Vec<Removal>| matches!(removals.last(), Some(Removal::Removed));
        if !self.is_held {
            return Ok(is_removed(removals));
        }
        // A lock without an owner is taken over by the next run. After a lost connection, the owner may be gone already, and
        // only an empty lock can be removed.
        let lock = worker.persist(|session, _| session.remove_directories(&[LOCK.to_vec()], false))?;
        Ok(is_removed(removals) || is_removed(lock))
    }

    /// Returns true if the server refuses to remove a directory that is not empty, and removes it when it is. The directories
    /// are the owner's and one in it, so that the lock stays in any case.
    ///
    /// # Errors
    /// [`SyncProblem::NoLock`] if the owner's directory was removed and cannot be made again; or if there is no session any
    /// more.
    pub(super) fn shows_that_full_directories_stay(&self, worker: &mut Worker<'_>) -> Result<bool, UploadError> {
        let inner = [&self.path[..], b"/", INNER].concat();
        self.has_inner.set(true);
        worker.persist(|session, _| session.make_directories(std::slice::from_ref(&inner), false))?;
        let paths = [self.path.clone(), inner];
        let removals = worker.persist(|session, _| session.remove_directories(&paths[..1], false))?;
        if let Some(Removal::Refused(refusal)) = removals.first() {
            let emptied = worker.persist(|session, _| session.remove_directories(&paths[1..], false))?;
            let is_emptied = matches!(emptied.first(), Some(Removal::Removed));
            self.has_inner.set(!is_emptied);
            // RFC 959 §4.2.1: a code below 500 is about this moment.
            return Ok(refusal.code >= 500 && is_emptied);
        }
        self.has_inner.set(false);
        let made = worker.persist(|session, _| session.make_directories(&paths[..1], false))?;
        match made.into_iter().next() {
            Some(MkdOutcome::Refused(Refusal { code, text, .. }) | MkdOutcome::Unknown(Refusal { code, text, .. })) => {
                Err(UploadError::Sync(SyncProblem::NoLock { code, text }))
            }
            Some(MkdOutcome::Made | MkdOutcome::Exists) | None => Ok(false),
        }
    }

    fn withdraw(&self, worker: &mut Worker<'_>) -> Result<(), UploadError> {
        self.remove(worker, vec![self.path.clone()])
    }

    fn remove(&self, worker: &mut Worker<'_>, paths: Vec<Vec<u8>>) -> Result<(), UploadError> {
        worker.persist(|session, _| session.remove_directories(&paths, false)).map(drop)
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
