//! Removals by a trusted manifest, without listings.

use alloc::vec::Vec;

use super::conflicts::conflict;
use super::removal::Removals;
use crate::fold::FoldedPaths;
use crate::manifest::{Manifest, Remembered};
use crate::operations::{Clear, ConflictKind, Remove, RemoveReason};
use crate::path::RemotePath;
use crate::rules::Delete;
use crate::walk::Scope;

/// Returns the removal of each file that an earlier run has stored and that is not in the local tree. Directories stay,
/// because files of others may be in them.
pub(super) fn removals(scope: &Scope<'_>, manifest: &Manifest, folded: &FoldedPaths) -> Removals {
    let mut removals = Removals { there: manifest.files().len() as u64, ..Removals::default() };
    removals.remove = removed_files(scope, manifest, folded);
    removals.counted = removals.remove.len() as u64;
    let in_the_way = manifest.files().filter(|(path, _)| scope.local.has_directory(path.as_bytes()));
    for (path, file) in in_the_way {
        if file.stored && scope.rules.delete != Delete::Nothing {
            removals.clear.push(Clear::File(removal(path)));
        } else {
            removals.conflicts.push(conflict(path, ConflictKind::FileForDirectory));
        }
    }
    let paths = scope.local.files().iter().map(|file| &file.path);
    removals.conflicts.extend(
        paths
            .filter(|path| manifest.knows_directory(path.as_bytes()))
            .map(|path| conflict(path, ConflictKind::DirectoryForFile)),
    );
    removals.conflicts.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    removals
}

fn removed_files(scope: &Scope<'_>, manifest: &Manifest, folded: &FoldedPaths) -> Vec<Remove> {
    if scope.rules.delete == Delete::Nothing {
        return Vec::new();
    }
    let is_gone = |(path, file): &(&RemotePath, &Remembered)| {
        file.stored && !folded.contains(path.as_bytes()) && scope.permits_all(path)
    };
    manifest.files().filter(is_gone).map(|(path, _)| removal(path)).collect()
}

fn removal(path: &RemotePath) -> Remove {
    Remove { path: path.clone(), reason: RemoveReason::OwnTrusted }
}
