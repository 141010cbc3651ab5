//! A local file that is to be uploaded: opened once, before anything is sent, and held open to the end.
//!
//! Its bytes are moved by `lent/data_connection.rs`; the guest gets only a handle (`lent/mod.rs`).

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::{SourceProblem, UploadError};

/// A regular file, open for reading.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    file: File,
    /// Size, modification time and identity when it was opened.
    opened: Metadata,
}

impl Source {
    /// Opens `path`, which must lead to a regular file.
    pub(crate) fn open(path: &Path) -> Result<Self, UploadError> {
        let failed = |problem| UploadError::Source { file: path.to_owned(), problem };
        // Without O_NONBLOCK, opening a named pipe would wait for its writer.
        let nonblock = OFlags::NONBLOCK.bits().cast_signed();
        let opening = OpenOptions::new().read(true).custom_flags(nonblock).open(path);
        let file = opening.map_err(|error| failed(SourceProblem::Unreadable(error)))?;
        let opened = file.metadata().map_err(|error| failed(SourceProblem::Unreadable(error)))?;
        match opened.file_type() {
            kind if kind.is_file() => Ok(Self { path: path.to_owned(), file, opened }),
            kind if kind.is_dir() => Err(failed(SourceProblem::Directory)),
            _ => Err(failed(SourceProblem::NotAFile)),
        }
    }

    /// The path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name under which it is stored: the last part of its path.
    pub(crate) fn name(&self) -> &[u8] {
        self.path.file_name().map(OsStr::as_bytes).unwrap_or_default()
    }

    /// Its size in bytes when it was opened: as many are sent.
    pub(crate) fn size(&self) -> u64 {
        self.opened.len()
    }

    /// The open file, for sendfile(2).
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Reads into `buffer` from `offset` on; 0 is the end of the file.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    /// Whether its size or modification time is no longer what it was when it was opened.
    pub(crate) fn has_changed(&self) -> bool {
        let state = |m: &Metadata| (m.len(), m.mtime(), m.mtime_nsec());
        self.file.metadata().map_or(true, |now| state(&now) != state(&self.opened))
    }
}
