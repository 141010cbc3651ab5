//! The directories of the server, as it has listed them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry as Place;

use crate::path::{BadPath, RemotePath, check_name};

/// The listings of the server, by directory. The root has a listing, too.
#[derive(Clone, Debug, Default)]
pub struct RemoteTree(BTreeMap<RemotePath, Directory>);

/// The knowledge about one directory of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directory {
    /// It was listed.
    Listed(Listing),
    /// It exists, or may exist, and was not listed.
    NotListed(NotListed),
    /// There is no such directory.
    Absent,
}

/// The reason why a directory has no listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotListed {
    /// The server refused.
    Refused,
    /// The transfer of the listing failed.
    Failed,
}

/// The listing of one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    entries: BTreeMap<Box<[u8]>, Entry>,
    /// True if the listing was received to its end, and the server does not say that it has left out entries.
    pub complete: bool,
    /// The number of lines that could not be used.
    pub ignored: u32,
    /// The form of the lines.
    pub form: Form,
}

/// The form of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The facts of MLSD (RFC 3659 §7), which has all entries.
    Facts,
    /// LIST in a known form. Common servers hide names that begin with a dot.
    Lines,
    /// LIST without a line, or in an unknown form. Servers answer so, with success, if they take a name for a pattern.
    Untold,
}

/// One entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The kind.
    pub kind: Kind,
    /// The size in bytes, if the server tells it.
    pub size: Option<u64>,
    /// The time of last modification, in seconds since 1970. `None` in listings by LIST, whose times have no zone.
    pub modified: Option<u64>,
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link. Its size and time say nothing about its target.
    Link,
    /// Something else, or a kind that the server does not tell.
    Other,
}

impl RemoteTree {
    /// Makes an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the knowledge about one directory.
    pub fn insert(&mut self, path: RemotePath, directory: Directory) {
        self.0.insert(path, directory);
    }

    /// Returns the knowledge about a directory, if there is any.
    pub fn get(&self, path: &[u8]) -> Option<&Directory> {
        self.0.get(path)
    }

    /// Returns the listing of a directory.
    pub fn listing(&self, path: &[u8]) -> Option<&Listing> {
        match self.0.get(path)? {
            Directory::Listed(listing) => Some(listing),
            Directory::NotListed(_) | Directory::Absent => None,
        }
    }

    /// Returns all directories, each after the one above it.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&RemotePath, &Directory)> {
        self.0.iter()
    }
}

impl Listing {
    /// Makes a listing without entries, of an unknown form, that is not complete.
    pub fn new() -> Self {
        Self { entries: BTreeMap::new(), complete: false, ignored: 0, form: Form::Untold }
    }

    /// Adds an entry. If the server lists a name twice with different facts, its kind becomes [`Kind::Other`], because
    /// neither line can be believed.
    ///
    /// # Errors
    /// [`BadPath`] if `name` cannot be one part of a path. The entry is counted as ignored.
    pub fn insert(&mut self, name: &[u8], entry: Entry) -> Result<(), BadPath> {
        let checked = if name.contains(&b'/') { Err(BadPath::Slash) } else { check_name(name) };
        if let Err(reason) = checked {
            self.ignored = self.ignored.saturating_add(1);
            return Err(reason);
        }
        match self.entries.entry(Box::from(name)) {
            Place::Vacant(place) => *place.insert(entry),
            Place::Occupied(place) if *place.get() == entry => entry,
            Place::Occupied(mut place) => place.insert(Entry { kind: Kind::Other, size: None, modified: None }),
        };
        Ok(())
    }

    /// Returns the entry called `name`.
    pub fn get(&self, name: &[u8]) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// Returns all entries, ordered by name.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], &Entry)> {
        self.entries.iter().map(|(name, entry)| (&**name, entry))
    }

    /// Returns true if every line was received and understood.
    pub fn is_whole(&self) -> bool {
        self.complete && self.ignored == 0
    }

    /// Returns true if it follows from this listing that no entry is called `name`.
    pub fn excludes(&self, name: &[u8]) -> bool {
        let shows = match self.form {
            Form::Facts => true,
            Form::Lines => !name.starts_with(b"."),
            Form::Untold => false,
        };
        shows && self.is_whole() && !self.entries.contains_key(name)
    }
}

impl Default for Listing {
    fn default() -> Self {
        Self::new()
    }
}
