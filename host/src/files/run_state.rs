//! What a run of `sync` keeps on this machine: the mark that it uses the local directory, and a file in memory from which
//! the manifest is sent. Both are made before the process is confined.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::files::source::Source;
use crate::platform::run_state::{DirectoryLock, unnamed_file};
use crate::report::error::{SourceProblem, UploadError};

/// The mark that a process uses a local directory: a shared lock. The system removes it when the process ends, however
/// it ends.
pub(crate) struct InUse(DirectoryLock);

/// A file without a name, which holds what is sent and exists nowhere else.
pub(crate) struct Scratch(File);

impl InUse {
    /// Marks `directory`.
    ///
    /// # Errors
    /// If the directory cannot be opened, or its file system has no locks.
    pub(crate) fn mark(directory: &Path) -> io::Result<Self> {
        DirectoryLock::shared(directory).map(Self)
    }

    /// Returns true if no other process has marked the directory.
    pub(crate) fn is_only_one(&self) -> bool {
        self.0.is_only_one()
    }
}

impl Scratch {
    /// Makes an empty file.
    pub(crate) fn new() -> io::Result<Self> {
        unnamed_file().map(Self)
    }

    /// Replaces the content by all parts that `parts` passes to its argument, and returns it as a source that messages
    /// show as `path`. Sources that were returned before must not be used any more.
    pub(crate) fn source(
        &self,
        parts: impl FnOnce(&mut dyn FnMut(&[u8])),
        path: PathBuf,
    ) -> Result<Arc<Source>, UploadError> {
        match self.written(parts) {
            Ok(file) => Source::of_open_file(file, path).map(Arc::new),
            Err(error) => Err(UploadError::Source { file: path, problem: SourceProblem::Unreadable(error) }),
        }
    }

    fn written(&self, parts: impl FnOnce(&mut dyn FnMut(&[u8]))) -> io::Result<File> {
        let mut file = self.0.try_clone()?;
        file.set_len(0)?;
        file.rewind()?;
        let (mut buffered, mut written) = (BufWriter::new(file), Ok(()));
        parts(&mut |part| {
            if written.is_ok() {
                written = buffered.write_all(part);
            }
        });
        written?;
        Ok(buffered.into_inner()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_users_of_a_directory_know_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let first = InUse::mark(folder.path()).unwrap();
        assert!(first.is_only_one() && first.is_only_one());
        let second = InUse::mark(folder.path()).unwrap();
        assert!(!first.is_only_one() && !second.is_only_one());
        drop(first);
        assert!(second.is_only_one());
    }

    #[test]
    fn a_scratch_file_has_the_last_content() {
        let scratch = Scratch::new().unwrap();
        for bytes in [&b"a long manifest"[..], b"short"] {
            let source = scratch.source(|write| write(bytes), "manifest".into()).unwrap();
            let mut read = vec![0; 99];
            let count = source.read_at(&mut read, 0).unwrap();
            assert_eq!((&read[..count], source.length()), (bytes, bytes.len() as u64));
        }
    }
}
