//! The plan: the operations that make the server equal to the local tree, and the notes about everything that stays.

use alloc::vec::Vec;

use crate::links::Links;
use crate::manifest::Manifest;
use crate::path::RemotePath;
use crate::remote::{Kind, NotListed};
use crate::rules::Compared;

/// The operations, in the order in which they have to be done: `clear`, `make`, `store`, `remove`, `leftovers`,
/// `remove_directories`. After a failure nothing but `clear`, `make` and `store` may be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The comparison that was used.
    pub compared: Compared,
    /// The files and directories that have the name of a local entry of the other kind, and are removed first: the
    /// contents before their directory.
    pub clear: Vec<Clear>,
    /// The directories to make, each after the one above it.
    pub make: Vec<RemotePath>,
    /// The files to store: new ones, then those that replace another, then the pages.
    pub store: Vec<Store>,
    /// The files and links to remove, ordered by path.
    pub remove: Vec<Remove>,
    /// The directories to remove, each before the one above it. They are empty then.
    pub remove_directories: Vec<RemotePath>,
    /// Files under generated names, of runs that have ended. They are to be removed after the switch.
    pub leftovers: Vec<RemotePath>,
    /// The number of files that are not stored because they are equal.
    pub unchanged: u64,
    /// Everything to tell the user, at most [`MAX_NOTES`].
    pub notes: Vec<Note>,
    /// The number of notes that were dropped.
    pub dropped_notes: u64,
    /// The entries of the server that are in the way. Everything at and below the path is not stored.
    pub conflicts: Vec<Conflict>,
    /// Pairs of local paths that are one path on a server that folds case. If there are any, the engine has to find out
    /// if the server does; then [`folding_refusal`](crate::folding_refusal) refuses.
    pub case_collisions: Vec<CaseCollision>,
    /// The local directories that are links on the server, or may be. The engine takes those out that the server has made
    /// for it. A file to which none of the others leads is the run's own
    /// ([`Remembered::stored`](crate::manifest::Remembered::stored)), and such a directory, too.
    pub links: Links,
    /// The manifest before the first operation: unchanged files, and files that are still to be removed or replaced. The
    /// engine records each operation in it. Empty if the run writes no manifest.
    pub remembered: Manifest,
}

/// The most notes in a plan.
pub const MAX_NOTES: usize = 1000;

/// A removal that makes room for a local entry of another kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clear {
    /// Remove a file.
    File(Remove),
    /// Remove a directory, which is empty then.
    Directory(RemotePath),
}

/// A file to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The path.
    pub path: RemotePath,
    /// The size of the local file.
    pub size: u64,
    /// The reason.
    pub reason: Reason,
    /// The kind of the entry that it replaces, if one is known.
    pub replaces: Option<Kind>,
    /// The size of the file that has the name before.
    pub before: Before,
    /// True if it is a page, which is switched after all others.
    pub page: bool,
    /// The file that an earlier run has stored under the temporary name of this version.
    pub temporary: Option<Temporary>,
}

/// What the server has under the name of a file before it is stored. A manifest is no evidence of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing: the listing of the directory is whole, and does not have the name.
    Nothing,
    /// A file of this size in bytes.
    Size(u64),
    /// The server has told neither.
    Untold,
}

/// A file of an earlier run under the temporary name of the same version of the local file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temporary {
    /// The path.
    pub path: RemotePath,
    /// The size that the server lists, which is at most that of the local file.
    pub size: u64,
    /// True if this is the size of the local file.
    pub complete: bool,
}

/// The reason for storing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no such file on the server.
    New,
    /// The listing is not whole, and the server does not tell if the file exists.
    Unseen,
    /// The sizes differ.
    Size {
        /// The size on the server.
        there: u64,
        /// The size of the local file.
        here: u64,
    },
    /// The times differ.
    Time {
        /// The time on the server, in seconds since 1970.
        there: u64,
        /// The time of the local file.
        here: Option<u64>,
    },
    /// The server does not tell the size.
    SizeUnknown,
    /// The server does not tell the time.
    TimeUnknown,
    /// The contents differ, by their hashes.
    Contents,
    /// The hash of the local file or that of the server's is unknown.
    HashUnknown,
    /// The file on the server is not as an earlier run left it.
    ChangedThere,
    /// An earlier run has stored the file, and it is no longer there.
    MissingThere,
    /// The user wants no comparison.
    NotCompared,
}

/// A file or link to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remove {
    /// The path.
    pub path: RemotePath,
    /// The reason.
    pub reason: RemoveReason,
}

/// The reason for removing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// An earlier run has stored it, and it is unchanged since.
    Own,
    /// An earlier run has stored it, and the manifest is trusted.
    OwnTrusted,
    /// It is not in the local tree.
    Extra,
    /// It has a generated name, and the run that made it has ended.
    Leftover,
}

/// Something to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An entry that is not in the local tree stays on the server.
    Kept {
        /// The path.
        path: RemotePath,
        /// The reason.
        why: Kept,
    },
    /// A directory could not be listed.
    NotListed {
        /// The directory.
        directory: RemotePath,
        /// The reason.
        why: NotListed,
    },
    /// A listing has left out entries, or has lines that were ignored.
    NotWhole {
        /// The directory.
        directory: RemotePath,
        /// The number of ignored lines.
        ignored: u32,
        /// True if the server says that it has left out entries, or if the listing was not received to its end.
        cut: bool,
    },
    /// A local file is not stored, because its path is that of the lock or of the manifest.
    Reserved {
        /// The path.
        path: RemotePath,
    },
    /// Files under generated names stay, because the run does not hold the lock and they may belong to another run.
    LeftoversKept {
        /// The number of files.
        count: u64,
    },
    /// Nothing is removed, because there is no usable manifest.
    NoManifest,
    /// No directory is removed, because the manifest is trusted and nothing was listed.
    DirectoriesKept,
    /// The server computes no hashes, so all files are stored.
    NoHashes,
}

/// The reason why an entry that is not in the local tree stays on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// No earlier run has stored it.
    NotOwn,
    /// It was changed since an earlier run has stored it.
    Changed,
    /// It equals a local name except for case, and may be the same file.
    Case,
    /// It is neither a file nor a directory nor a link, or the server does not tell its kind.
    Kind,
    /// The user excludes it.
    Excluded,
    /// It is always kept unless the local tree has it.
    Protected,
    /// The directory is not empty.
    NotEmpty,
    /// The listing of the directory may have left out something.
    NotWhole,
    /// It is an old version that was moved aside, and there is no file with the name itself.
    OnlyVersion,
}

/// An entry of the server that is in the way of a local one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: RemotePath,
    /// The kind of the local entry and of the one on the server.
    pub kind: ConflictKind,
}

/// The kinds of two entries that cannot have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// A file of the server has the name of a local directory.
    FileForDirectory,
    /// A directory of the server has the name of a local file.
    DirectoryForFile,
}

/// Two local paths that are equal if case is folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCollision {
    /// The path that comes first in the order of bytes.
    pub first: RemotePath,
    /// The other path.
    pub second: RemotePath,
}

impl Clear {
    /// Returns the path.
    pub fn path(&self) -> &RemotePath {
        match self {
            Self::File(remove) => &remove.path,
            Self::Directory(path) => path,
        }
    }
}

impl Store {
    /// Returns true if the server is known to have no file of the new size under this name. Such a file is then the new one.
    /// A name that begins with a dot may be there without being listed.
    pub fn is_known_by_size(&self) -> bool {
        match self.before {
            Before::Nothing => !self.path.name().starts_with(b"."),
            Before::Size(before) => before != self.size,
            Before::Untold => false,
        }
    }
}

impl Plan {
    /// Returns true if there is nothing to do on the server.
    pub fn is_empty(&self) -> bool {
        self.clear.is_empty()
            && self.make.is_empty()
            && self.store.is_empty()
            && self.remove.is_empty()
            && self.remove_directories.is_empty()
            && self.leftovers.is_empty()
    }
}
