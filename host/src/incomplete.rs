//! A request of which not every file is stored: what is, what is not, and why.
//!
//! Why a single file is not stored is `error.rs`.

use std::fmt;
use std::path::PathBuf;

use crate::error::UploadError;
use crate::progress::Receipt;

/// Not every file was stored. What was is in here, too.
#[derive(Debug)]
#[non_exhaustive]
pub struct Incomplete {
    /// The files that were stored.
    pub stored: Vec<Receipt>,
    /// What went wrong, in the order in which it did. Never empty.
    pub failures: Vec<Failure>,
    /// Files that were not tried, because the session was over.
    pub untried: Vec<PathBuf>,
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

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

impl std::error::Error for Incomplete {}

impl From<UploadError> for Incomplete {
    fn from(error: UploadError) -> Self {
        Self { stored: Vec::new(), failures: vec![Failure::of_run(error)], untried: Vec::new() }
    }
}
