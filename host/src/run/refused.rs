//! The named files and directories of a request that cannot be sent. The others are sent, as `cp` and `scp` do, unless the
//! request says that the first failure ends the run.

use std::path::Path;

use crate::platform::file::OpenProblem;
use crate::report::error::{SourceProblem, UploadError};
use crate::report::summary::{Failure, UploadReport};

/// The failures of the named files and directories.
pub(super) struct Refused {
    failures: Vec<Failure>,
    ends_run: bool,
}

impl Refused {
    /// No failures so far. With `ends_run`, the first one ends the run.
    pub(super) fn new(ends_run: bool) -> Self {
        Self { failures: Vec::new(), ends_run }
    }

    /// Returns the result for `path`, or `None` after its failure was added.
    ///
    /// # Errors
    /// If the failure ends the run.
    pub(super) fn check<T>(
        &mut self,
        path: &Path,
        opened: Result<T, UploadError>,
    ) -> Result<Option<T>, Box<UploadReport>> {
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if self.ends_run || !is_of_one_file(&error) => Err(Box::new(error.into())),
            Err(error) => {
                self.failures.push(Failure { file: Some(path.to_owned()), ..Failure::of_run(error) });
                Ok(None)
            }
        }
    }

    /// Returns the failures.
    ///
    /// # Errors
    /// The report with all failures, if nothing can be sent.
    pub(super) fn unless_all(self, can_send: bool) -> Result<Vec<Failure>, Box<UploadReport>> {
        if can_send || self.failures.is_empty() {
            return Ok(self.failures);
        }
        Err(Box::new(UploadReport { failures: self.failures, ..UploadReport::default() }))
    }
}

/// Returns true if other files can be opened after this error: this process or the system still has descriptors and
/// memory.
fn is_of_one_file(error: &UploadError) -> bool {
    match error {
        UploadError::Source { problem: SourceProblem::Unreadable(error), .. } => {
            OpenProblem::of(error) != OpenProblem::Exhausted
        }
        UploadError::Source { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use std::io;

    fn failed(errno: Errno) -> Result<(), UploadError> {
        let problem = SourceProblem::Unreadable(io::Error::from(errno));
        Err(UploadError::Source { file: "a".into(), problem })
    }

    #[test]
    fn a_failure_of_one_file_does_not_end_the_run() {
        let mut refused = Refused::new(false);
        assert!(matches!(refused.check(Path::new("a"), failed(Errno::NOENT)), Ok(None)));
        assert!(matches!(refused.check(Path::new("b"), Ok(1)), Ok(Some(1))));
        assert_eq!(refused.unless_all(true).unwrap().len(), 1);
    }

    #[test]
    fn without_descriptors_or_with_fail_fast_the_first_failure_ends_the_run() {
        assert!(Refused::new(false).check(Path::new("a"), failed(Errno::MFILE)).is_err());
        assert!(Refused::new(true).check(Path::new("a"), failed(Errno::NOENT)).is_err());
    }

    #[test]
    fn if_nothing_can_be_sent_each_file_is_reported() {
        let mut refused = Refused::new(false);
        for name in ["a", "b"] {
            assert!(refused.check(Path::new(name), failed(Errno::ACCESS)).is_ok());
        }
        assert_eq!(refused.unless_all(false).unwrap_err().failures.len(), 2);
        assert!(Refused::new(false).unless_all(false).unwrap().is_empty());
    }
}
