//! The server's answers to questions about single files.

use alloc::collections::BTreeMap;

use crate::path::RemotePath;

/// The answers, by path. A question that was asked has an answer here, even if the server does not tell anything.
#[derive(Clone, Debug, Default)]
pub struct Answers(BTreeMap<RemotePath, Answer>);

/// The answers about one file. `None` means that the question was not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The answer to SIZE.
    pub size: Option<Size>,
    /// The answer to MDTM.
    pub modified: Option<Time>,
    /// The result of comparing the server's hash of the file with the local one.
    pub hash: Option<HashAnswer>,
}

/// The answer to SIZE, which follows links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A file of this many bytes.
    Bytes(u64),
    /// The server refused (550).
    Refused,
    /// The server does not tell sizes.
    Untold,
}

/// The answer to MDTM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Seconds since 1970.
    Seconds(u64),
    /// The server does not tell the time.
    Untold,
}

/// The result of comparing hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAnswer {
    /// The contents are equal.
    Same,
    /// The contents differ.
    Different,
    /// The server has no hash of the file.
    Unavailable,
}

impl Answers {
    /// Makes an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the answers about one file to those that are known.
    pub fn add(&mut self, path: RemotePath, answer: Answer) {
        let known = self.0.entry(path).or_default();
        known.size = answer.size.or(known.size);
        known.modified = answer.modified.or(known.modified);
        known.hash = answer.hash.or(known.hash);
    }

    /// Returns the answers about a file.
    pub fn get(&self, path: &[u8]) -> Answer {
        self.0.get(path).copied().unwrap_or_default()
    }
}
