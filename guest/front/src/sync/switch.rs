//! Gives files that are stored under temporary names their own names.

use alloc::vec::Vec;

use ftp_plan::path::RemotePath;

use crate::bindings::ftp_uploader::upload::upload::{Change, Refusal, Renaming};
use crate::cli_error::CliError;
use crate::sync::course::Course;
use crate::sync::problem::SyncProblem;
use crate::sync::storing::Stored;

/// The most files in one call of the guest.
const PER_CALL: usize = 32;

/// A file that waits under its temporary name.
pub(super) struct Staged {
    pub(super) path: RemotePath,
    pub(super) temporary: Vec<u8>,
    /// The time of last modification that it gets, in seconds since 1970.
    pub(super) time: Option<u64>,
    /// True if it is a page.
    pub(super) page: bool,
    pub(super) stored: Stored,
}

impl Course<'_> {
    /// Gives `files` their names. The first failure ends it, after the call in which it happens.
    pub(super) fn switch(&mut self, files: &[Staged]) -> Result<(), CliError> {
        for some in files.chunks(PER_CALL) {
            let change = |file: &Staged| Change {
                name: file.temporary.clone(),
                to: file.path.as_bytes().to_vec(),
                time: file.time,
            };
            let changes: Vec<_> = some.iter().map(change).collect();
            let changed = self.link.rename_all(&changes).map_err(|error| self.blame(error))?;
            let mut ended = Ok(());
            for (file, changed) in some.iter().zip(changed) {
                if file.time.is_some() && !changed.time_set {
                    self.report.times_not_set += 1;
                }
                ended = ended.and(self.finish(file, changed.renaming));
            }
            ended?;
        }
        Ok(())
    }

    fn finish(&mut self, file: &Staged, renaming: Renaming) -> Result<(), CliError> {
        let path = file.path.as_bytes();
        match renaming {
            Renaming::Done => {}
            Renaming::NotFrom(refusal) => return Err(not_renamed(refusal).of(path)),
            Renaming::NotTo(refusal) => self.replace(file, refusal).map_err(|error| error.of(path))?,
        }
        self.tell_stored(&file.stored);
        Ok(())
    }
}

/// Returns the error for a refused change of a name.
pub(super) fn not_renamed(refusal: Refusal) -> CliError {
    CliError::Sync(SyncProblem::NotRenamed { refusal, aside: None })
}
