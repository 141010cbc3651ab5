//! The local tree, as the scan has found it.

use alloc::vec::Vec;

use crate::path::{RemotePath, upwards};

/// A local directory tree.
#[derive(Clone, Debug, Default)]
pub struct LocalTree {
    directories: Vec<RemotePath>,
    files: Vec<LocalFile>,
    left_out: Vec<RemotePath>,
}

/// A local file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    /// The path, which is the same on both sides.
    pub path: RemotePath,
    /// The size in bytes.
    pub size: u64,
    /// The time of last modification in seconds since 1970, fractions cut off. `None` if it is unknown, or before 1970.
    pub modified: Option<u64>,
    /// The SHA-256 of the content, if it was computed. [`questions`](crate::questions()) says where it is needed.
    pub hash: Option<[u8; 32]>,
}

impl LocalTree {
    /// Makes a tree of all directories beneath the root, all files, and the paths that are left out because they are
    /// unreadable, special or links. The counterpart of a path that is left out, and everything below it, stays untouched
    /// on the server. The order is of no importance.
    pub fn new(mut directories: Vec<RemotePath>, mut files: Vec<LocalFile>, mut left_out: Vec<RemotePath>) -> Self {
        directories.sort_unstable();
        directories.dedup();
        files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        left_out.sort_unstable();
        left_out.dedup();
        Self { directories, files, left_out }
    }

    /// Returns the directories beneath the root, each after the one above it.
    pub fn directories(&self) -> &[RemotePath] {
        &self.directories
    }

    /// Returns the files, ordered by path.
    pub fn files(&self) -> &[LocalFile] {
        &self.files
    }

    /// Returns the paths that are left out.
    pub fn left_out(&self) -> &[RemotePath] {
        &self.left_out
    }

    /// Returns the file with this path.
    pub fn file(&self, path: &[u8]) -> Option<&LocalFile> {
        self.find(path).map(|index| &self.files[index])
    }

    /// Sets the SHA-256 of a file. Returns false if there is no such file.
    pub fn set_hash(&mut self, path: &[u8], hash: [u8; 32]) -> bool {
        let index = self.find(path);
        index.is_some_and(|index| self.files[index].hash.replace(hash).is_none_or(|_| true))
    }

    /// Leaves out a file that was found and cannot be read.
    pub fn leave_out(&mut self, path: &RemotePath) {
        self.files.retain(|file| file.path != *path);
        if let Err(place) = self.left_out.binary_search(path) {
            self.left_out.insert(place, path.clone());
        }
    }

    /// Returns true if `path` is the root or a directory of the tree.
    pub fn has_directory(&self, path: &[u8]) -> bool {
        path.is_empty() || self.directories.binary_search_by(|directory| directory.as_bytes().cmp(path)).is_ok()
    }

    /// Returns true if `path`, or a directory above it, is left out.
    pub(crate) fn leaves_out(&self, path: &[u8]) -> bool {
        let is_listed = |path| self.left_out.binary_search_by(|left| left.as_bytes().cmp(path)).is_ok();
        !self.left_out.is_empty() && upwards(path).any(is_listed)
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_bytes().cmp(path)).ok()
    }
}
