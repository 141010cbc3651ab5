//! The lock on the server: a directory, because MKD fails if the directory exists. Inside it, the owner makes a directory
//! with its own name, from which others see who holds the lock. Where MKD succeeds for a directory that exists, each run looks
//! for others after it has made its own directory.
//!
//! It is the lock of the native program (`host/src/run/sync/lock.rs`), in a reduced form: a lock that has had no owner for
//! some seconds is taken over, and no other one. WASI does not tell if an owner ran on this machine, so a run that was
//! killed here leaves a lock that the user removes.

use alloc::vec;
use alloc::vec::Vec;
use core::slice;

use crate::bindings::ftp_uploader::upload::upload::{Made, Refusal, Removal, UploadError};
use crate::link::Link;
use crate::sync::clock;
use crate::sync::listing;

/// The lock.
pub(super) const LOCK: &[u8] = ftp_plan::rules::LOCK;

/// The time in seconds for which a lock may have no owner: the owner makes both directories at once.
const WITHOUT_OWNER: u64 = 5;

/// The directory in the owner's that shows if RMD removes full directories.
const INNER: &[u8] = b"x";

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
    /// The run with this name holds it; the name is empty if the server does not show whose it is.
    Held(Vec<u8>),
    /// The server does not let this user make the directory.
    Refused(Refusal),
}

/// Takes the lock in the name of `owner`.
pub(super) fn take(link: &Link, owner: Vec<u8>) -> Result<Locking, UploadError> {
    let lock = Lock { owner };
    // The last command must be refused.
    let made = link.make_directories(&[LOCK.to_vec(), lock.path(), LOCK.to_vec()])?;
    match &made[..] {
        [_, Made::Refused(refusal) | Made::Unknown(refusal), _] => Ok(Locking::Refused(refusal.clone())),
        [_, _, Made::Made] => lock.look_for_others(link),
        [Made::Made, Made::Made, _] => Ok(Locking::Locked { lock, taken_over: false }),
        _ => lock.take_over(link),
    }
}

impl Lock {
    fn path(&self) -> Vec<u8> {
        [LOCK, b"/", &self.owner].concat()
    }

    /// Takes over a lock that exists and has no owner.
    fn take_over(self, link: &Link) -> Result<Locking, UploadError> {
        if let Some(other) = self.others(link)?.into_iter().next() {
            return self.withdraw(link, other);
        }
        // Another run may be about to make its directory.
        clock::wait(WITHOUT_OWNER);
        // Two runs may find it without an owner at the same time. The one whose name comes first keeps it.
        match self.others(link)?.into_iter().find(|other| *other < self.owner) {
            None => Ok(Locking::Locked { lock: self, taken_over: true }),
            Some(other) => self.withdraw(link, other),
        }
    }

    /// Takes a lock that MKD does not prove to be new, unless another run is in it.
    fn look_for_others(self, link: &Link) -> Result<Locking, UploadError> {
        match self.others(link)?.into_iter().next() {
            None => Ok(Locking::Locked { lock: self, taken_over: false }),
            Some(other) => self.withdraw(link, other),
        }
    }

    fn withdraw(self, link: &Link, other: Vec<u8>) -> Result<Locking, UploadError> {
        link.remove_directories(&[self.path()])?;
        Ok(Locking::Held(other))
    }

    /// Returns the names of the other owners. A server that does not show this run's directory may hide others: then it is an
    /// empty name.
    fn others(&self, link: &Link) -> Result<Vec<Vec<u8>>, UploadError> {
        let listed = listing::pages(link, LOCK)?;
        if listed.get(&self.owner).is_none() {
            return Ok(vec![Vec::new()]);
        }
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

    /// Returns true if the server refuses to remove a directory that is not empty, and removes it when it is. The directories
    /// are the owner's and one in it, so that the lock stays in any case.
    pub(super) fn shows_that_full_directories_stay(&self, link: &Link) -> Result<bool, UploadError> {
        let inner = [&self.path()[..], b"/", INNER].concat();
        link.make_directories(slice::from_ref(&inner))?;
        let removals = link.remove_directories(&[self.path()])?;
        if let [Removal::Refused(refusal)] = &removals[..] {
            let emptied = link.remove_directories(&[inner])?;
            // RFC 959 §4.2.1: a code below 500 is about this moment.
            return Ok(refusal.code >= 500 && matches!(emptied[..], [Removal::Removed]));
        }
        link.make_directories(&[self.path()])?;
        Ok(false)
    }

    /// Gives the lock back. Returns false if the server refuses to remove the owner's directory. Without one, the lock is taken
    /// over by the next run.
    pub(super) fn release(&self, link: &Link) -> Result<bool, UploadError> {
        let inner = [&self.path()[..], b"/", INNER].concat();
        let mut removals = link.remove_directories(&[self.path(), LOCK.to_vec()])?;
        if matches!(removals[..], [Removal::Refused(_), Removal::Refused(_)]) {
            // A run that was cut short may have left the inner one.
            removals = link.remove_directories(&[inner, self.path(), LOCK.to_vec()])?;
        }
        Ok(removals.iter().skip(removals.len().saturating_sub(2)).any(|removal| matches!(removal, Removal::Removed)))
    }
}
