//! The values of listings, and of questions about many files and changes of them.

use ftp_delivery::Found;

use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::values::{Refusal, Renaming, found};

/// The listing of one directory, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The entries in the server's order. The server can list a name more than once.
    pub(crate) entries: Vec<ListedEntry>,
    /// The number of lines that are no entry: their form is unknown, or their name cannot be a part of a path.
    pub(crate) ignored: u32,
    pub(crate) form: Form,
    /// True if the server says that it has left out entries.
    pub(crate) truncated: bool,
}

/// What the server says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features {
    /// It lists directories by MLSD.
    pub(crate) facts: bool,
    /// It tells the times of files.
    pub(crate) tells_times: bool,
    /// It may set the times of files.
    pub(crate) sets_times: bool,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedEntry {
    /// One part of a path, checked by the host.
    pub(crate) name: Box<[u8]>,
    pub(crate) kind: Kind,
    /// In bytes, if the server tells it.
    pub(crate) size: Option<u64>,
    /// The time of last modification, in seconds since 1970.
    pub(crate) modified: Option<u64>,
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    /// A symbolic link.
    Link,
    /// Something else, or a kind that the server does not tell.
    Other,
}

/// The form of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// MLSD.
    Facts,
    /// LIST, as `ls -l` prints it.
    Unix,
    /// LIST, as `dir` prints it.
    Dos,
    /// LIST, without a line from which the form can be told.
    Untold,
}

/// The answers about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) found: Found,
    /// The time of last modification, in seconds since 1970.
    pub(crate) modified: Option<u64>,
}

/// The change of one file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The present name.
    pub(crate) name: Vec<u8>,
    /// The new name.
    pub(crate) to: Vec<u8>,
    /// The time of last modification that the file gets before, in seconds since 1970.
    pub(crate) time: Option<u64>,
}

/// The result of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) renaming: Renaming,
    /// True if the server has confirmed the time.
    pub(crate) time_set: bool,
}

/// The result of removing one file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    Removed,
    Refused(Refusal),
}

impl From<wit::Kind> for Kind {
    fn from(kind: wit::Kind) -> Self {
        match kind {
            wit::Kind::File => Self::File,
            wit::Kind::Directory => Self::Directory,
            wit::Kind::Link => Self::Link,
            wit::Kind::Other => Self::Other,
        }
    }
}

impl From<wit::Form> for Form {
    fn from(form: wit::Form) -> Self {
        match form {
            wit::Form::Facts => Self::Facts,
            wit::Form::Unix => Self::Unix,
            wit::Form::Dos => Self::Dos,
            wit::Form::Untold => Self::Untold,
        }
    }
}

impl From<wit::Known> for Known {
    fn from(known: wit::Known) -> Self {
        Self { found: found(known.found), modified: known.modified }
    }
}

impl From<&Change> for wit::Change {
    fn from(change: &Change) -> Self {
        Self { name: change.name.clone(), to: change.to.clone(), time: change.time }
    }
}
