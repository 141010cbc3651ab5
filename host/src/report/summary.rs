//! The report of a run: the files that are stored, the failures, and the files that were not tried.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::report::check::CheckReport;
use crate::report::error::UploadError;
use crate::report::skipped::Skipped;
use crate::report::step::Algorithm;
use crate::report::sync::SyncReport;
use crate::request::context::Context;

/// The result of a run, for success and failure. [`lines`](Self::lines) and `Display` show it in words.
#[derive(Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct UploadReport {
    /// The files that are stored, in the order in which they were confirmed.
    pub stored: Vec<StoredFile>,
    /// The failures, in the order in which they happened. Empty if every file is stored.
    pub failures: Vec<Failure>,
    /// The files that were not tried, because a failure ended the run.
    pub untried: Vec<PathBuf>,
    /// The parts of directories that were left out, because they cannot be uploaded.
    pub skipped: Vec<Skipped>,
    /// The files that were not sent because their names are taken on the server
    /// ([`Delivery::skip_existing`](crate::Delivery::skip_existing)).
    pub already_there: Vec<AlreadyThere>,
    /// The part of the report that only [`Sync`](crate::Sync) has; `None` for other jobs, and if no plan was made.
    pub sync: Option<Box<SyncReport>>,
    /// The part of the report that only [`Check`](crate::Check) has, as far as the check has come; `None` for other jobs.
    pub check: Option<Box<CheckReport>>,
    /// The time from the first connection to the end of the run.
    pub time: Duration,
    /// The facts about the run that its words mention, taken from the request. A program may set another one before it shows
    /// the report.
    pub context: Arc<Context>,
}

impl UploadReport {
    /// Returns true if every file is stored or [was there already](Self::already_there), and no part of a directory was left
    /// out.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.untried.is_empty() && self.skipped.is_empty()
    }

    /// Returns the number of files that were stored, failed, were not tried, or were skipped while the run was carried out.
    pub(crate) fn files_with_a_result(&self) -> usize {
        let of_file =
            |failure: &&Failure| failure.file.is_some() && !matches!(failure.error, UploadError::NotMade { .. });
        let failed = self.failures.iter().filter(of_file).count();
        self.stored.len() + failed + self.untried.len() + self.skipped.len()
    }

    /// Returns the stored files, or the whole report if a file was not stored or was left out.
    ///
    /// # Errors
    /// The report itself, if it [is not complete](Self::is_complete).
    pub fn into_result(self) -> Result<Vec<StoredFile>, Self> {
        if self.is_complete() { Ok(self.stored) } else { Err(self) }
    }
}

/// A file that was not sent, because the server has a file of its name. Their contents were not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlreadyThere {
    /// The local file, or the name of the stream.
    pub file: PathBuf,
    /// The path on the server, relative to the directory of the upload.
    pub remote: Vec<u8>,
}

/// A file that is stored: the server has confirmed that it has every byte.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredFile {
    /// The local file, or the name of the stream.
    pub file: PathBuf,
    /// Its path on the server, relative to the directory of the upload. If the server chose another name, that is in
    /// [`stored_as`](Self::stored_as).
    pub remote: Vec<u8>,
    /// The size in bytes.
    pub size: u64,
    /// The time from the start of the delivery to the confirmation, retries and pauses included.
    pub time: Duration,
    /// The number of bytes sent in the last try: the whole file, or the bytes from [`resumed_at`](Self::resumed_at) on.
    pub sent: u64,
    /// The number of bytes that the server had before the last try.
    pub resumed_at: u64,
    /// The temporary path under which the file waits until all files of the run are there
    /// ([`Switch::AllAtTheEnd`](crate::Switch::AllAtTheEnd)); `None` once it has its name.
    pub staged_as: Option<Vec<u8>>,
    /// The name that the server chose ([`Delivery::unique`](crate::Delivery::unique)), if its reply contained it.
    pub stored_as: Option<Vec<u8>>,
    /// The proof that the file is complete, in addition to the server's final reply.
    pub verified: Verification,
}

/// The proof that a stored file is complete, in addition to the server's final reply (226 or 250).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// None: the server only replied that the file is stored.
    None,
    /// The server reports the size that was sent, and an older file of that name cannot be the reason.
    Size,
    /// The server's hash of the whole file equals the hash of the local file.
    Hash(Algorithm),
}

/// A failure: a file that was given up, or an error that ended the run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The local file, or `None` if the error concerns the whole run.
    pub file: Option<PathBuf>,
    /// The final error.
    pub error: UploadError,
    /// A different error of an earlier try of the same file, or the cause of an unknown outcome.
    pub earlier: Option<UploadError>,
    /// True if a partial file may remain on the server, under the file's own name.
    pub partial: bool,
    /// The files that remain, or may remain, on the server under generated names.
    pub remains: Vec<Remains>,
}

/// A file under a generated name, which this run has left or may have left on the server: a temporary file, or an older
/// file that was moved aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remains {
    /// The generated name, in the directory of the upload.
    pub name: Vec<u8>,
    /// The origin of the file's content.
    pub of: Whose,
    /// The server's last answer about the file.
    pub state: Remaining,
}

/// The origin of the content of a file under a generated name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The content, or a part of it, is that of the local file.
    Ours,
    /// The content is that of an older file, which had the name of the upload before.
    Old,
}

/// The server's last answer about a file under a generated name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// The server replied that it removed the file (DELE).
    Removed,
    /// The server reported this size in bytes (SIZE).
    Seen(u64),
    /// The server could not be asked, or did not report a size. The file may exist.
    Unknown,
}

impl Failure {
    /// A failure that concerns the whole run.
    pub(crate) fn of_run(error: UploadError) -> Self {
        Self { file: None, error, earlier: None, partial: false, remains: Vec::new() }
    }

    /// Returns true if a partial file may remain on the server, under its own name or a temporary one.
    pub fn partial_file_may_remain(&self) -> bool {
        let may_remain = |remains: &Remains| remains.of == Whose::Ours && remains.state != Remaining::Removed;
        self.partial || self.remains.iter().any(may_remain)
    }
}

impl From<UploadError> for UploadReport {
    fn from(error: UploadError) -> Self {
        Self { failures: vec![Failure::of_run(error)], ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::server_text::ServerText;

    #[test]
    fn a_directory_that_was_not_made_is_no_result_of_a_file() {
        let refused = UploadError::NotMade { path: b"css".to_vec(), code: 550, text: ServerText(Vec::new()) };
        let failure = |error| Failure { file: Some("css".into()), ..Failure::of_run(error) };
        let mut report = UploadReport { failures: vec![failure(refused)], ..UploadReport::default() };
        assert_eq!(report.files_with_a_result(), 0);
        report.untried = vec!["css/a".into()];
        report.failures.push(failure(UploadError::Unknown));
        report.failures.push(Failure::of_run(UploadError::Unknown));
        assert_eq!(report.files_with_a_result(), 2);
    }
}
