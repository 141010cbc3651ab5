//! The report of a run: the files that are stored, the failures, and the files that were not tried.

use std::fmt;
use std::path::PathBuf;

use crate::report::error::UploadError;
use crate::report::step::Algorithm;

/// The result of a run, for success and failure.
#[derive(Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct UploadReport {
    /// The files that are stored, in the order in which they were confirmed.
    pub stored: Vec<StoredFile>,
    /// The failures, in their order. Empty if every file is stored.
    pub failures: Vec<Failure>,
    /// The files that were not tried, because a failure ended the run.
    pub untried: Vec<PathBuf>,
}

impl UploadReport {
    /// Returns true if every file is stored.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.untried.is_empty()
    }

    /// Returns the stored files, or the whole report if a file is missing among them.
    ///
    /// # Errors
    /// The report itself, unless it [is complete](Self::is_complete).
    pub fn into_result(self) -> Result<Vec<StoredFile>, Self> {
        if self.is_complete() { Ok(self.stored) } else { Err(self) }
    }
}

/// A file that is stored: the server has confirmed that it has every byte.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredFile {
    /// The local file.
    pub file: PathBuf,
    /// How many bytes were sent at last: all, or those behind [`resumed_at`](Self::resumed_at).
    pub sent: u64,
    /// How many bytes the server had already.
    pub resumed_at: u64,
    /// The name that the server chose, where it was to choose one and said so.
    pub stored_as: Option<Vec<u8>>,
    /// What backs the server's confirmation up.
    pub verified: Verification,
}

/// What backs the server's final reply up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nothing: the server said that it has the file, and that is all.
    None,
    /// The server tells the size that was sent, and the file that had the name before is not taken for it.
    Size,
    /// The server's hash of the whole file is that of the local one.
    Hash(Algorithm),
}

/// Something that went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The file it happened to, if it was one file's matter.
    pub file: Option<PathBuf>,
    /// What was seen last.
    pub error: UploadError,
    /// What an earlier try of the same file ended with, where that is another thing; or why the outcome is not known.
    pub earlier: Option<UploadError>,
    /// A part of the file may lie on the server, under its own name.
    pub partial: bool,
    /// What lies, or may lie, under names that were made up for it.
    pub remains: Vec<Remains>,
}

/// A name that was made up for a file, and what the server last said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remains {
    /// The name, in the directory of the upload.
    pub name: Vec<u8>,
    /// Whose bytes they are.
    pub of: Whose,
    /// What the server says.
    pub state: Remaining,
}

/// Whose bytes lie under a name that was made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of the file that was uploaded.
    Ours,
    /// Those of the file that had its name before.
    Old,
}

/// What the server last said of a name that was made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// It was asked to remove the file, and said that it did.
    Removed,
    /// It was asked, and told this size in bytes.
    Seen(u64),
    /// It could not be asked, or does not tell.
    Unknown,
}

impl Failure {
    /// One that is no single file's.
    pub(crate) fn of_run(error: UploadError) -> Self {
        Self { file: None, error, earlier: None, partial: false, remains: Vec::new() }
    }

    /// Whether a part of the file may lie on the server.
    pub fn partial_file_may_remain(&self) -> bool {
        let made_up = |remains: &Remains| remains.of == Whose::Ours && remains.state != Remaining::Removed;
        self.partial || self.remains.iter().any(made_up)
    }
}

impl fmt::Display for UploadReport {
    /// The failures; without any, the number of stored files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failures.is_empty() {
            write!(f, "{} files stored", self.stored.len())?;
        }
        for (i, Failure { file, error, .. }) in self.failures.iter().enumerate() {
            let between = if i == 0 { "" } else { "; " };
            match file {
                Some(file) => write!(f, "{between}{file:?}: {error}")?,
                None => write!(f, "{between}{error}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for UploadReport {}

impl From<UploadError> for UploadReport {
    fn from(error: UploadError) -> Self {
        Self { stored: Vec::new(), failures: vec![Failure::of_run(error)], untried: Vec::new() }
    }
}
