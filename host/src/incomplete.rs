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
    /// What went wrong.
    pub error: UploadError,
    /// What was stored of the file under a temporary name was removed again.
    pub removed: bool,
}

impl Failure {
    /// Whether a part of the file may lie on the server.
    pub fn partial_file_may_remain(&self) -> bool {
        self.error.partial_file_may_remain() && !self.removed
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
        Self { stored: Vec::new(), failures: vec![Failure { file: None, error, removed: false }], untried: Vec::new() }
    }
}
