//! The lock on the server: a directory, because MKD fails if the directory exists. Inside it, the owner makes a directory
//! with its own name, from which others see who holds the lock.
//!
//! It is the lock of the native program (`host/src/run/sync/lock.rs`), in a reduced form: a lock that has had no owner for
//! some seconds is taken over, and no other one. WASI does not tell if an owner ran on this machine, so a run that was
//! killed here leaves a lock that the user removes.

use alloc::vec::Vec;

use crate::bindings::ftp_uploader::upload::upload::{Made, Refusal, Removal, UploadError};
use crate::link::Link;
use crate::sync::clock;
use crate::sync::listing;

/// The lock.
pub(super) const LOCK: &[u8] = ftp_plan::rules::LOCK;

/// The time in seconds for which a lock may have no owner: the owner makes both directories at once.
const WITHOUT_OWNER: u64 = 5;

/// The lock of this run.
pub(super) struct Lock {
    owner: Vec<u8>,
}

/// The result of asking for the lock.
pub(super) enum Locking {
    Locked {
        lock: Lock,
        /// True if a lock without an owner was taken over.
        taken_over: bool,
    },
    /// The run with this name holds it.
    Held(Vec<u8>),
    /// The server does not let this user make the directory.
    Refused(Refusal),
}

/// Takes the lock in the name of `owner`.
pub(super) fn take(link: &Link, owner: Vec<u8>) -> Result<Locking, UploadError> {
    let lock = Lock { owner };
    let made = link.make_directories(&[LOCK.to_vec(), lock.path()])?;
    match &made[..] {
        [Made::Made, Made::Made] => Ok(Locking::Locked { lock, taken_over: false }),
        [_, Made::Refused(refusal) | Made::Unknown(refusal)] => Ok(Locking::Refused(refusal.clone())),
        _ => lock.take_over(link),
    }
}

impl Lock {
    fn path(&self) -> Vec<u8> {
        [LOCK, b"/", &self.owner].concat()
    }

    /// Takes over a lock that exists and has no owner.
    fn take_over(self, link: &Link) -> Result<Locking, UploadError> {
        let mut others = self.others(link)?;
        let was_empty = others.is_empty();
        if was_empty {
            // Another run may be about to make its directory.
            clock::wait(WITHOUT_OWNER);
            others = self.others(link)?;
        }
        // Two runs may find it without an owner at the same time. The one whose name comes first keeps it.
        match others.into_iter().find(|other| !was_empty || *other < self.owner) {
            None => Ok(Locking::Locked { lock: self, taken_over: true }),
            Some(other) => {
                link.remove_directories(&[self.path()])?;
                Ok(Locking::Held(other))
            }
        }
    }

    /// Returns the names of the other owners.
    fn others(&self, link: &Link) -> Result<Vec<Vec<u8>>, UploadError> {
        let listed = listing::pages(link, LOCK)?;
        let names = listed.entries().map(|(name, _)| name.to_vec());
        Ok(names.filter(|name| *name != self.owner).collect())
    }

    /// Returns true if the lock is found under its name in capitals: the server folds case.
    pub(super) fn shows_that_case_is_folded(&self, link: &Link) -> Result<bool, UploadError> {
        match listing::pages(link, &LOCK.to_ascii_uppercase()) {
            Ok(listed) => Ok(listed.get(&self.owner).is_some()),
            Err(UploadError::Refused(_)) if !link.is_over() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns true if the server refuses to remove a directory that is not empty: the lock, while its owner is in it.
    /// The lock stays in any case.
    pub(super) fn shows_that_full_directories_stay(&self, link: &Link) -> Result<bool, UploadError> {
        let removals = link.remove_directories(&[LOCK.to_vec()])?;
        if matches!(removals[..], [Removal::Refused(_)]) {
            return Ok(true);
        }
        link.make_directories(&[LOCK.to_vec(), self.path()])?;
        Ok(false)
    }

    /// Gives the lock back. A lock that the server does not remove has no owner, and is taken over by the next run.
    pub(super) fn release(&self, link: &Link) -> Result<(), UploadError> {
        link.remove_directories(&[self.path(), LOCK.to_vec()]).map(drop)
    }
}
