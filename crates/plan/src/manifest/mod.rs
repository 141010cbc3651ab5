//! The manifest: a file on the server in which a run remembers the files that it has stored. It is hostile input when it
//! comes back: anybody who can write to the server can change it.

mod json;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Bound;

use crate::path::{RemotePath, is_below};
use crate::remote::{Entry, Kind};

/// The most bytes of a manifest.
pub const MAX_BYTES: usize = 128 << 20;

/// The most files and directories of a manifest.
pub const MAX_ENTRIES: usize = 1 << 20;

/// The files that earlier runs have stored, or have found equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    target: String,
    files: BTreeMap<RemotePath, Remembered>,
    directories: BTreeSet<RemotePath>,
}

/// The knowledge about one file of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// True if a run has stored it. False if a run has found it equal by its size and time: it is never removed by
    /// [`Delete::Own`](crate::rules::Delete::Own).
    pub stored: bool,
    /// True if a run was going to store it, and has not recorded that it did: it was killed, or is not at its end. The
    /// server has the content only if it shows exactly this size and this time.
    pub pending: bool,
    /// The SHA-256 of the content, if it is known.
    pub sha256: Option<[u8; 32]>,
    /// The number of bytes that were stored.
    pub size: u64,
    /// The size that the server reported afterwards, if that is known.
    pub server_size: Option<u64>,
    /// The time of last modification that the server reported afterwards, in seconds since 1970, if that is known.
    pub server_modified: Option<u64>,
}

/// The reason why a manifest cannot be used. It is treated as if there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There are no bytes.
    Empty,
    /// It has more than [`MAX_BYTES`] bytes, or more than [`MAX_ENTRIES`] files and directories.
    TooLarge,
    /// It is no JSON, was cut, or has another structure.
    Malformed,
    /// It has a version that this program does not know.
    Version(u64),
    /// It was written for another server, user or directory.
    OtherTarget,
}

impl Manifest {
    /// Makes an empty manifest. `target` names the server, the user and the directory.
    pub fn new(target: &str) -> Self {
        Self { target: target.into(), ..Self::default() }
    }

    /// Reads a manifest that was written for `target`.
    ///
    /// # Errors
    /// [`Unusable`] says why there is none.
    pub fn parse(bytes: &[u8], target: &str) -> Result<Self, Unusable> {
        let manifest = json::parse(bytes)?;
        if manifest.target == target { Ok(manifest) } else { Err(Unusable::OtherTarget) }
    }

    /// Returns the bytes to store on the server.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut |part| bytes.extend_from_slice(part));
        bytes
    }

    /// Passes the bytes to store on the server to `write`, part by part.
    pub fn write(&self, write: &mut dyn FnMut(&[u8])) {
        json::write(self, write);
    }

    /// Returns the target.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the knowledge about a file.
    pub fn get(&self, path: &[u8]) -> Option<&Remembered> {
        self.files.get(path)
    }

    /// Returns all files, ordered by path.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&RemotePath, &Remembered)> {
        self.files.iter()
    }

    /// Records a file.
    pub fn record(&mut self, path: RemotePath, file: Remembered) {
        self.files.insert(path, file);
    }

    /// Forgets a file that was removed.
    pub fn forget(&mut self, path: &[u8]) {
        self.files.remove(path);
    }

    /// Keeps the files for which `keep` returns true.
    pub(crate) fn retain_files(&mut self, mut keep: impl FnMut(&RemotePath, &Remembered) -> bool) {
        self.files.retain(|path, file| keep(path, file));
    }

    /// Keeps the directories for which `keep` returns true.
    pub(crate) fn retain_directories(&mut self, keep: impl FnMut(&RemotePath) -> bool) {
        self.directories.retain(keep);
    }

    /// Returns all directories that earlier runs have made.
    pub fn directories(&self) -> impl ExactSizeIterator<Item = &RemotePath> {
        self.directories.iter()
    }

    /// Records a directory that the run has made.
    pub fn record_directory(&mut self, path: RemotePath) {
        self.directories.insert(path);
    }

    /// Forgets a directory that was removed.
    pub fn forget_directory(&mut self, path: &[u8]) {
        self.directories.remove(path);
    }

    /// Returns true if earlier runs have made the directory, or have made or stored something below it.
    pub fn owns_directory(&self, directory: &[u8]) -> bool {
        self.has_made(directory) || self.files_below(directory).any(|file| file.stored)
    }

    /// Returns true if the directory was there at the end of an earlier run. Files that a run only found equal show that,
    /// and do not make the directory its own.
    pub fn knows_directory(&self, directory: &[u8]) -> bool {
        self.has_made(directory) || self.files_below(directory).next().is_some()
    }

    /// Returns true if earlier runs have made the directory, or one below it.
    fn has_made(&self, directory: &[u8]) -> bool {
        let start = first_below(directory);
        let below = self.directories.range::<[u8], _>((Bound::Included(&start[..]), Bound::Unbounded)).next();
        self.directories.contains(directory) || below.is_some_and(|path| is_below(path.as_bytes(), directory))
    }

    /// Returns all files below `directory`.
    fn files_below(&self, directory: &[u8]) -> impl Iterator<Item = &Remembered> {
        let start = first_below(directory);
        let after = self.files.range::<[u8], _>((Bound::Included(&start[..]), Bound::Unbounded));
        after.take_while(move |(path, _)| is_below(path.as_bytes(), directory)).map(|(_, file)| file)
    }
}

/// Returns the bytes with which the first path below `directory` begins.
fn first_below(directory: &[u8]) -> Vec<u8> {
    [directory, b"/"].concat()
}

impl Remembered {
    /// Returns the size that a listing shows if the file is unchanged.
    pub fn expected_size(&self) -> u64 {
        self.server_size.unwrap_or(self.size)
    }

    /// Returns true if `entry` is a file that looks as it was left: the sizes are equal, and the times if both are known.
    pub fn looks_as_left(&self, entry: &Entry) -> bool {
        entry.kind == Kind::File && self.fits(entry.size, entry.modified)
    }

    /// Returns true if the size is the expected one, and the time too, if both are known.
    pub(crate) fn fits(&self, size: Option<u64>, modified: Option<u64>) -> bool {
        let times = self.server_modified.zip(modified);
        let same_time = times.map_or(!self.pending, |(left, now)| left == now);
        size == Some(self.expected_size()) && same_time
    }
}
