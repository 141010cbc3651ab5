//! A local file of a run, before a worker takes it: it is open already, or is opened then. A run with many files must
//! not need a descriptor for each.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::files::source::Source;
use crate::files::tree::Tree;
use crate::report::error::{SourceProblem, UploadError};

/// A local file, or a stream.
#[derive(Clone)]
pub(crate) enum LocalFile {
    /// It is open.
    Open(Arc<Source>),
    /// It is opened beneath the directory `tree`.
    Beneath {
        /// The directory.
        tree: Arc<Tree>,
        /// The path relative to it.
        path: Box<Path>,
        /// The size in bytes when the directory was listed.
        size: u64,
        /// The time of last modification then, in whole seconds since 1970.
        modified: i64,
    },
    /// It was checked, and is opened by its path.
    Named(NamedFile),
}

/// A file that was opened, checked and closed again.
#[derive(Clone)]
pub(crate) struct NamedFile {
    path: PathBuf,
    /// The device and the inode.
    inode: (u64, u64),
    /// The size in bytes when it was checked.
    size: u64,
}

impl LocalFile {
    /// Opens the file; [`Open`](Self::Open) is open already.
    ///
    /// # Errors
    /// [`UploadError::Source`] if it cannot be opened, is not a regular file any more, or another file has its name.
    pub(crate) fn open(&self) -> Result<Arc<Source>, UploadError> {
        match self {
            Self::Open(source) => Ok(Arc::clone(source)),
            Self::Beneath { tree, path, .. } => tree.open_source(path).map(Arc::new),
            Self::Named(named) => named.open().map(Arc::new),
        }
    }

    /// Returns the path of a file that the user named, or the name of a stream; `None` for a file of a directory.
    pub(crate) fn named(&self) -> Option<&Path> {
        match self {
            Self::Open(source) => Some(source.path()),
            Self::Beneath { .. } => None,
            Self::Named(named) => Some(&named.path),
        }
    }

    /// Returns the size in bytes, as far as it is known; a stream has none.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Self::Open(source) => source.size(),
            Self::Beneath { size, .. } => Some(*size),
            Self::Named(named) => Some(named.size),
        }
    }

    /// Returns the path for messages, as the user gave it or beneath the path that the user gave.
    pub(crate) fn path_shown(&self) -> Cow<'_, Path> {
        match self {
            Self::Open(source) => Cow::Borrowed(source.path()),
            Self::Beneath { tree, path, .. } => Cow::Owned(tree.shown(path)),
            Self::Named(named) => Cow::Borrowed(&named.path),
        }
    }
}

impl NamedFile {
    /// Opens and checks `path`, and closes it again.
    pub(crate) fn check(path: &Path) -> Result<Self, UploadError> {
        let source = Source::open(path)?;
        Ok(Self { path: path.to_owned(), inode: source.inode(), size: source.length() })
    }

    /// Returns the path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the device and the inode.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.inode
    }

    fn open(&self) -> Result<Source, UploadError> {
        let source = Source::open(&self.path)?;
        if source.inode() == self.inode {
            return Ok(source);
        }
        Err(UploadError::Source { file: self.path.clone(), problem: SourceProblem::Replaced })
    }
}
