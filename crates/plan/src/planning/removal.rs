//! Decides which entries of the server are removed. Every removal follows from an entry that is listed in a real directory;
//! an entry that is not listed has no effect but that its directory stays.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::fold::FoldedPaths;
use crate::operations::{Clear, Conflict, Kept, Note, Remove, RemoveReason};
use crate::path::RemotePath;
use crate::remote::{Directory, Entry, Form, Kind, Listing, RemoteTree};
use crate::rules::Delete;
use crate::temporary::{Generated, Purpose};
use crate::walk::{Scope, open_directories};

/// The removals, and the entries that are in the way of local ones.
#[derive(Default)]
pub(super) struct Removals {
    pub(super) clear: Vec<Clear>,
    pub(super) remove: Vec<Remove>,
    pub(super) remove_directories: Vec<RemotePath>,
    /// The leftovers with their sizes.
    pub(super) leftovers: BTreeMap<RemotePath, Option<u64>>,
    /// The conflicts that the manifest shows, if it is trusted.
    pub(super) conflicts: Vec<Conflict>,
    pub(super) notes: Vec<Note>,
    /// The number of removals that the limits count. A file that gives way to a local directory is none: its name stays.
    pub(super) counted: u64,
    /// The number of files of the server.
    pub(super) there: u64,
}

/// The state of the decision.
struct Removing<'a> {
    scope: &'a Scope<'a>,
    folded: &'a FoldedPaths,
    /// The directories that are empty after the removals, and may be removed.
    empty: BTreeSet<RemotePath>,
    kept_leftovers: u64,
    found: Removals,
}

/// The decision about one entry.
enum Fate {
    /// It stays, and there is nothing to say about it.
    Stays,
    /// It stays, with a note.
    Kept(Kept),
    /// It is removed.
    Removed(RemoveReason),
    /// It is a directory that is removed.
    Empty,
    /// It is a leftover that is removed.
    Leftover,
    /// It has a generated name, and may belong to a run that is alive.
    Temporary,
    /// It is a file with the name of a local directory, and is removed first.
    GivesWay(RemoveReason),
}

impl Removals {
    pub(super) fn of(scope: &Scope<'_>, remote: &RemoteTree, folded: &FoldedPaths) -> Self {
        let found = Self { there: count_files(scope, remote), ..Self::default() };
        let mut removing = Removing { scope, folded, empty: BTreeSet::new(), kept_leftovers: 0, found };
        // A directory comes before its contents in the order of paths.
        for (path, listing) in open_directories(scope, remote).into_iter().rev() {
            if let Some(directory) = path_of(path) {
                removing.decide(&directory, listing);
            }
        }
        removing.finish()
    }
}

impl Removing<'_> {
    /// Decides about all entries of one directory, and then about the directory.
    fn decide(&mut self, directory: &RemotePath, listing: &Listing) {
        let mut is_empty = true;
        for (name, entry) in listing.entries() {
            let Ok(path) = directory.join(name) else {
                is_empty = false;
                continue;
            };
            let fate = self.fate(&path, entry, listing);
            is_empty &= matches!(fate, Fate::Removed(_) | Fate::Empty | Fate::Leftover);
            self.apply(path, entry, fate);
        }
        if is_empty && self.may_be_removed(directory, listing) {
            self.empty.insert(directory.clone());
        }
    }

    fn fate(&self, path: &RemotePath, entry: &Entry, listing: &Listing) -> Fate {
        let bytes = path.as_bytes();
        let is_directory = entry.kind == Kind::Directory;
        if self.scope.is_reserved(path) {
            return Fate::Stays;
        }
        if self.scope.local.file(bytes).is_some() {
            return if is_directory { self.directory_for_file(path) } else { Fate::Stays };
        }
        if self.scope.local.has_directory(bytes) {
            return if entry.kind == Kind::File { self.file_for_directory(path, entry) } else { Fate::Stays };
        }
        if !self.scope.permits(path, is_directory) {
            return self.untouched(path, is_directory);
        }
        if entry.kind == Kind::File
            && let Some(fate) = self.leftover(path, listing)
        {
            return fate;
        }
        match (self.scope.rules.delete, entry.kind) {
            (Delete::Nothing, _) => Fate::Stays,
            // One note says so, not one for each file.
            (Delete::Own, _) if self.scope.manifest.is_none() => Fate::Stays,
            (_, Kind::File | Kind::Link | Kind::Directory) if self.folded.contains(bytes) => Fate::Kept(Kept::Case),
            (_, Kind::File | Kind::Link) => self.removable(path, entry).map_or_else(Fate::Kept, Fate::Removed),
            (_, Kind::Directory) => self.directory(path),
            (_, Kind::Other) => Fate::Kept(Kept::Kind),
        }
    }

    /// An entry that may not be touched. The user is told where it would be removed otherwise.
    fn untouched(&self, path: &RemotePath, is_directory: bool) -> Fate {
        match self.scope.rules.delete {
            Delete::Nothing | Delete::Own => Fate::Stays,
            Delete::Extra if self.scope.is_protected(path) => Fate::Kept(Kept::Protected),
            Delete::Extra if (self.scope.rules.excluded)(path, is_directory) => Fate::Kept(Kept::Excluded),
            // The note about the local file is enough.
            Delete::Extra => Fate::Stays,
        }
    }

    /// Decides if the rules permit the removal of a file or link.
    fn removable(&self, path: &RemotePath, entry: &Entry) -> Result<RemoveReason, Kept> {
        let known = self.scope.manifest.and_then(|manifest| manifest.get(path.as_bytes())).filter(|file| file.stored);
        match (self.scope.rules.delete, known) {
            (_, Some(file)) if file.looks_as_left(entry) => Ok(RemoveReason::Own),
            (Delete::Extra, _) => Ok(RemoveReason::Extra),
            (Delete::Nothing | Delete::Own, Some(_)) => Err(Kept::Changed),
            (Delete::Nothing | Delete::Own, None) => Err(Kept::NotOwn),
        }
    }

    fn directory(&self, path: &RemotePath) -> Fate {
        if self.empty.contains(path) {
            return Fate::Empty;
        }
        let is_own = self.scope.manifest.is_some_and(|manifest| manifest.owns_directory(path.as_bytes()));
        match self.scope.rules.delete {
            Delete::Nothing => Fate::Stays,
            Delete::Own if !is_own => Fate::Kept(Kept::NotOwn),
            Delete::Own | Delete::Extra => Fate::Kept(Kept::NotEmpty),
        }
    }

    fn directory_for_file(&self, path: &RemotePath) -> Fate {
        if self.empty.contains(path) { Fate::Empty } else { Fate::Stays }
    }

    fn file_for_directory(&self, path: &RemotePath, entry: &Entry) -> Fate {
        match (self.scope.rules.delete, self.removable(path, entry)) {
            (Delete::Own | Delete::Extra, Ok(reason)) => Fate::GivesWay(reason),
            (Delete::Nothing, _) | (_, Err(_)) => Fate::Stays,
        }
    }

    /// Returns the decision about a file with a generated name; `None` if the name is another.
    fn leftover(&self, path: &RemotePath, listing: &Listing) -> Option<Fate> {
        let generated = Generated::parse(path.name())?;
        let own = || RemotePath::parse(path.parent_bytes()).unwrap_or_else(|_| RemotePath::root()).join(generated.own);
        let is_known = |own: RemotePath| {
            let in_manifest = self.scope.manifest.is_some_and(|manifest| manifest.get(own.as_bytes()).is_some());
            in_manifest || self.scope.local.file(own.as_bytes()).is_some()
        };
        match generated.purpose {
            // A name without a leading dot may be another's, unless there is a file to which it belongs.
            Purpose::PlainTemporary if !own().is_ok_and(is_known) => None,
            Purpose::Aside if generated.may_be_cut() || listing.get(generated.own).is_none() => {
                Some(Fate::Kept(Kept::OnlyVersion))
            }
            Purpose::Temporary | Purpose::PlainTemporary | Purpose::Aside if self.scope.rules.locked => {
                Some(Fate::Leftover)
            }
            Purpose::Temporary | Purpose::PlainTemporary | Purpose::Aside => Some(Fate::Temporary),
        }
    }

    /// Returns true if a directory that is empty after the removals may be removed itself.
    fn may_be_removed(&self, directory: &RemotePath, listing: &Listing) -> bool {
        let bytes = directory.as_bytes();
        let is_own = || self.scope.manifest.is_some_and(|manifest| manifest.owns_directory(bytes));
        let is_permitted = match self.scope.rules.delete {
            Delete::Nothing => false,
            Delete::Own => is_own(),
            Delete::Extra => true,
        };
        let shows_all = match listing.form {
            Form::Facts => true,
            Form::Lines | Form::Untold => self.scope.rules.server.refuses_full_directories,
        };
        is_permitted && listing.is_whole() && shows_all && !self.scope.local.has_directory(bytes)
    }

    fn apply(&mut self, path: RemotePath, entry: &Entry, fate: Fate) {
        match fate {
            Fate::Stays => {}
            Fate::Kept(why) => self.found.notes.push(Note::Kept { path, why }),
            Fate::Removed(reason) => self.found.remove.push(Remove { path, reason }),
            Fate::Empty => self.found.remove_directories.push(path),
            Fate::Leftover => drop(self.found.leftovers.insert(path, entry.size)),
            Fate::Temporary => self.kept_leftovers += 1,
            Fate::GivesWay(reason) => self.found.clear.push(Clear::File(Remove { path, reason })),
        }
    }

    fn finish(mut self) -> Removals {
        self.found.counted = self.found.remove.len() as u64;
        if self.kept_leftovers > 0 {
            self.found.notes.push(Note::LeftoversKept { count: self.kept_leftovers });
        }
        self.found.notes.reverse();
        self.found.remove.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        self.found.remove_directories.sort_unstable_by(|one, other| other.cmp(one));
        self.give_way();
        self.found
    }

    /// Moves the removals in directories that give way to local files to the beginning.
    fn give_way(&mut self) {
        let local = self.scope.local;
        let roots: Vec<_> = self.empty.iter().filter(|path| local.file(path.as_bytes()).is_some()).cloned().collect();
        for root in roots {
            let found = &mut self.found;
            let files = found.remove.extract_if(.., |remove| remove.path.is_below(&root));
            found.clear.extend(files.map(Clear::File));
            let leftovers = found.leftovers.extract_if(.., |path, _| path.is_below(&root));
            found.clear.extend(leftovers.map(|(path, _)| Clear::File(Remove { path, reason: RemoveReason::Leftover })));
            let directories = found.remove_directories.extract_if(.., |path| path.starts_with(&root));
            found.clear.extend(directories.map(Clear::Directory));
        }
    }
}

/// Returns the number of files of the server, without those of this program.
fn count_files(scope: &Scope<'_>, remote: &RemoteTree) -> u64 {
    let listings = remote.iter().filter_map(|(path, directory)| match directory {
        Directory::Listed(listing) => Some((path, listing)),
        Directory::NotListed(_) | Directory::Absent => None,
    });
    let count = |(directory, listing): (&RemotePath, &Listing)| {
        let is_own = |name: &[u8]| directory.join(name).is_ok_and(|path| scope.is_reserved(&path));
        let counts = |(name, entry): &(&[u8], &Entry)| {
            matches!(entry.kind, Kind::File | Kind::Link) && Generated::parse(name).is_none() && !is_own(name)
        };
        listing.entries().filter(counts).count() as u64
    };
    listings.map(count).sum()
}

fn path_of(bytes: &[u8]) -> Option<RemotePath> {
    if bytes.is_empty() { Some(RemotePath::root()) } else { RemotePath::parse(bytes).ok() }
}
