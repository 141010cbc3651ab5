//! Decides which directories are made and which files are stored.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::conflicts::conflict;
use super::removal::Removals;
use crate::Inputs;
use crate::answers::Size;
use crate::compare::{Comparison, Sight, Verdict, sight};
use crate::local::LocalFile;
use crate::operations::{Before, Conflict, ConflictKind, Reason, Store, Temporary};
use crate::path::{RemotePath, upwards};
use crate::remote::Kind;
use crate::walk::Scope;

/// The files and directories to bring to the server.
#[derive(Default)]
pub(super) struct Storing<'a> {
    pub(super) make: Vec<RemotePath>,
    pub(super) store: Vec<Store>,
    pub(super) unchanged: Vec<(&'a LocalFile, Sight)>,
    /// The files that the server does not have.
    pub(super) missing: Vec<&'a LocalFile>,
    /// The local files that are not stored, because their paths are reserved.
    pub(super) reserved: Vec<RemotePath>,
    /// The number of files of the server that no listing shows, but the server has told the size of.
    pub(super) answered: u64,
}

/// The things to know about all files while one is looked at.
struct Context<'a> {
    inputs: &'a Inputs<'a>,
    scope: &'a Scope<'a>,
    comparison: &'a Comparison<'a>,
    /// The paths that are cleared before anything is stored.
    cleared: BTreeSet<RemotePath>,
    with_leftovers: BTreeSet<Vec<u8>>,
}

impl<'a> Storing<'a> {
    /// Decides about all files. Conflicts of files are added to those of `removals`, which has the directories'.
    pub(super) fn of(
        inputs: &'a Inputs<'a>,
        scope: &'a Scope<'a>,
        comparison: &'a Comparison<'a>,
        removals: &mut Removals,
    ) -> Self {
        let context = Context {
            inputs,
            scope,
            comparison,
            cleared: removals.clear.iter().map(|clear| clear.path().clone()).collect(),
            with_leftovers: removals.leftovers.keys().map(|path| path.parent_bytes().to_vec()).collect(),
        };
        let mut storing = Self { make: directories(inputs, scope, &removals.conflicts), ..Self::default() };
        let mut conflicts = Vec::new();
        for file in inputs.local.files() {
            if scope.is_reserved(&file.path) {
                storing.reserved.push(file.path.clone());
            } else if !is_in_conflict(&removals.conflicts, &file.path) {
                conflicts.extend(storing.add(&context, file, removals));
            }
        }
        removals.conflicts.extend(conflicts);
        removals.conflicts.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        storing.store.sort_by_key(|store| (store.page, store.replaces.is_some()));
        storing
    }

    /// Decides about one file. Returns the conflict if a directory is in the way.
    fn add(&mut self, context: &Context<'a>, file: &'a LocalFile, removals: &mut Removals) -> Option<Conflict> {
        let sight = sight(context.inputs, file.path.as_bytes());
        if sight.is(Kind::Directory) && !context.cleared.contains(&file.path) {
            return Some(conflict(&file.path, ConflictKind::DirectoryForFile));
        }
        let reason = match context.comparison.judge(file, sight) {
            Verdict::Unchanged => None,
            Verdict::Store(reason) => Some(reason),
            // The engine has not asked. Storing the file again does no harm.
            Verdict::Ask { .. } => Some(Reason::Unseen),
            Verdict::Compare | Verdict::HashLocally => Some(Reason::HashUnknown),
        };
        let is_answered = is_answered(context.inputs, file, sight);
        self.answered += u64::from(is_answered);
        let Some(reason) = reason else {
            self.unchanged.push((file, sight));
            return None;
        };
        if sight == Sight::Missing {
            self.missing.push(file);
        }
        self.store.push(Store {
            path: file.path.clone(),
            size: file.size,
            reason,
            replaces: replaced(sight, is_answered),
            before: before(context.inputs, file, sight),
            page: (context.inputs.rules.last)(&file.path),
            temporary: context.temporary(file, removals),
        });
        None
    }
}

impl Context<'_> {
    /// Takes the file under the temporary name of this version out of the leftovers, and returns it if it is of use.
    fn temporary(&self, file: &LocalFile, removals: &mut Removals) -> Option<Temporary> {
        if !self.with_leftovers.contains(file.path.parent_bytes()) {
            return None;
        }
        let path = (self.scope.rules.temporary)(file)?;
        let size = removals.leftovers.remove(&path)??;
        (size <= file.size).then_some(Temporary { path, size, complete: size == file.size })
    }
}

/// Returns the kind of the entry that a file replaces. A directory is removed before.
fn replaced(sight: Sight, is_answered: bool) -> Option<Kind> {
    match sight {
        Sight::Listed(entry) => Some(entry.kind).filter(|kind| *kind != Kind::Directory),
        Sight::Unseen => is_answered.then_some(Kind::Other),
        Sight::Missing => None,
    }
}

/// Returns what the server has told about the file that has the name of `file` now.
fn before(inputs: &Inputs<'_>, file: &LocalFile, sight: Sight) -> Before {
    let told = || match inputs.answers.get(file.path.as_bytes()).size {
        Some(Size::Bytes(bytes)) => Before::Size(bytes),
        // A refusal may have another reason than that there is no file.
        Some(Size::Refused | Size::Untold) | None => Before::Untold,
    };
    match sight {
        Sight::Missing => Before::Nothing,
        Sight::Listed(entry) if entry.kind == Kind::File => entry.size.map_or_else(told, Before::Size),
        Sight::Listed(_) | Sight::Unseen => told(),
    }
}

/// Returns the local directories that the server does not have, or may not have.
fn directories(inputs: &Inputs<'_>, scope: &Scope<'_>, conflicts: &[Conflict]) -> Vec<RemotePath> {
    let has = |path: &RemotePath| match inputs.trusted() {
        Some(manifest) => manifest.knows_directory(path.as_bytes()),
        None => match sight(inputs, path.as_bytes()) {
            Sight::Listed(entry) => match entry.kind {
                Kind::Directory => true,
                Kind::File => false,
                Kind::Link | Kind::Other => inputs.remote.listing(path.as_bytes()).is_some(),
            },
            Sight::Missing => false,
            Sight::Unseen => inputs.remote.listing(path.as_bytes()).is_some(),
        },
    };
    let all = inputs.local.directories().iter();
    let missing = all.filter(|path| !has(path) && !scope.is_reserved(path) && !is_in_conflict(conflicts, path));
    missing.cloned().collect()
}

/// Returns true if the server has told the size of a file that no listing shows.
fn is_answered(inputs: &Inputs<'_>, file: &LocalFile, sight: Sight) -> bool {
    let answer = || inputs.answers.get(file.path.as_bytes()).size;
    sight == Sight::Unseen && matches!(answer(), Some(Size::Bytes(_)))
}

/// Returns true if something on the server is in the way of `path`.
fn is_in_conflict(conflicts: &[Conflict], path: &RemotePath) -> bool {
    let conflicts_at = |path: &[u8]| conflicts.binary_search_by(|other| other.path.as_bytes().cmp(path)).is_ok();
    !conflicts.is_empty() && upwards(path.as_bytes()).any(conflicts_at)
}
