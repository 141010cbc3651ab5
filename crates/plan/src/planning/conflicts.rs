//! Finds the entries of the server that are in the way of local ones, and are not removed.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::Inputs;
use crate::compare::sight;
use crate::operations::{Clear, Conflict, ConflictKind};
use crate::path::RemotePath;
use crate::remote::Kind;

/// Returns the conflicts of local directories that the listings show, ordered by path. `clear` has the entries that are
/// removed before.
pub(super) fn of_directories(inputs: &Inputs<'_>, clear: &[Clear]) -> Vec<Conflict> {
    let cleared: BTreeSet<_> = clear.iter().map(Clear::path).collect();
    let is_in_the_way = |path: &&RemotePath| sight(inputs, path.as_bytes()).is(Kind::File) && !cleared.contains(path);
    let directories = inputs.local.directories().iter().filter(is_in_the_way);
    directories.map(|path| conflict(path, ConflictKind::FileForDirectory)).collect()
}

/// Makes a conflict.
pub(super) fn conflict(path: &RemotePath, kind: ConflictKind) -> Conflict {
    Conflict { path: path.clone(), kind }
}
