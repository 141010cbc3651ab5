//! Plans that are refused as a whole.

use crate::operations::CaseCollision;
use crate::path::RemotePath;

/// The reason why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The local tree has no file, and something would be removed: a build may have failed. Only a number that is exactly that
    /// of the removed files permits it.
    EmptySource {
        /// The number of files that would be removed.
        removed: u64,
    },
    /// More than half of the files of the server would be removed, and the user has given no number.
    MostRemoved {
        /// The number of files that would be removed.
        removed: u64,
        /// The number of files that the server has.
        there: u64,
    },
    /// More files would be removed than the user permits.
    TooManyRemoved {
        /// The number of files that would be removed.
        removed: u64,
        /// The number that is permitted.
        permitted: u64,
    },
    /// The server folds case, and two local paths would be one.
    CaseCollision {
        /// The first pair.
        first: RemotePath,
        /// The other path of the pair.
        second: RemotePath,
        /// The number of pairs.
        pairs: usize,
    },
}

/// Returns the refusal for a server that was seen to fold case, if there are collisions.
pub fn folding_refusal(collisions: &[CaseCollision]) -> Option<Refusal> {
    let CaseCollision { first, second } = collisions.first()?;
    Some(Refusal::CaseCollision { first: first.clone(), second: second.clone(), pairs: collisions.len() })
}

/// Decides if the removal of `removed` of the `there` files of the server may be planned. `empty` is true if the local
/// tree has no file.
pub(crate) fn check(removed: u64, there: u64, empty: bool, permitted: Option<u64>) -> Result<(), Refusal> {
    match permitted {
        Some(permitted) if removed > permitted => Err(Refusal::TooManyRemoved { removed, permitted }),
        // A number that stands in a script for all its runs does not mean an empty tree. The exact one does.
        Some(permitted) if permitted == removed => Ok(()),
        _ if empty && removed > 0 => Err(Refusal::EmptySource { removed }),
        None if removed > there / 2 => Err(Refusal::MostRemoved { removed, there }),
        Some(_) | None => Ok(()),
    }
}
