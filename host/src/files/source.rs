//! A local file that is to be uploaded: opened once, before anything is sent, and held open to the end. Or a stream
//! (`feed.rs`), which has no size, and whose bytes are gone once they are sent.
//!
//! Its bytes are moved by `lent/data_connection.rs`; the guest gets only a handle (`lent/mod.rs`).

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::Errno;

use crate::files::file_state::FileState;
use crate::files::stream_source::StreamSource;
use crate::report::error::{SourceProblem, UploadError};
use crate::report::step::Algorithm;
use ftp_text::digest::Digest;

/// A regular file, or a stream, open for reading.
pub(crate) struct Source {
    path: PathBuf,
    file: File,
    /// What the system said about it when it was opened.
    opened: FileState,
    /// Present for a stream.
    feed: Option<Mutex<StreamSource>>,
    /// The hash of what was sent so far, where one will be wanted.
    running: Mutex<Option<Running>>,
}

/// A hash that grows as the file is sent.
struct Running {
    algorithm: Algorithm,
    digest: Digest,
    /// How many bytes are in it.
    bytes: u64,
}

/// How much is read at a time for a hash, in bytes.
const PIECE: usize = 256 * 1024;

impl Source {
    /// Opens `path`, which must lead to a regular file whose size is known.
    pub(crate) fn open(path: &Path) -> Result<Self, UploadError> {
        let (file, opened) =
            open_regular(path).map_err(|problem| UploadError::Source { file: path.to_owned(), problem })?;
        Ok(Self { path: path.to_owned(), file, opened, feed: None, running: Mutex::new(None) })
    }

    /// What comes from `file`, to be stored under `name`.
    pub(crate) fn stream(file: &File, name: &Path) -> Result<Self, UploadError> {
        let failed = |problem| UploadError::Source { file: name.to_owned(), problem };
        let unreadable = |error| failed(SourceProblem::Unreadable(error));
        let file = file.try_clone().map_err(unreadable)?;
        let opened = file.metadata().map_err(unreadable)?;
        if opened.is_dir() {
            return Err(failed(SourceProblem::Directory));
        }
        // What is open for writing only would be found out when a file on the server is begun already.
        if fcntl_getfl(&file).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::WRONLY) {
            return Err(unreadable(Errno::BADF.into()));
        }
        let opened = FileState::new(opened);
        Ok(Self { path: name.to_owned(), file, opened, feed: Some(Mutex::default()), running: Mutex::new(None) })
    }

    /// The path as the user gave it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name under which it is stored: the last part of its path.
    pub(crate) fn name(&self) -> &[u8] {
        self.path.file_name().map(OsStr::as_bytes).unwrap_or_default()
    }

    /// Its size in bytes when it was opened: as many are sent. Nothing for a stream.
    pub(crate) fn size(&self) -> Option<u64> {
        self.feed.is_none().then_some(self.opened.size())
    }

    /// How many bytes should be on the server: the size, or what of the stream was sent.
    pub(crate) fn length(&self) -> u64 {
        self.feed().map_or(self.opened.size(), |feed| feed.sent())
    }

    /// How many bytes are left to send from `offset` on, as far as one knows.
    pub(crate) fn left(&self, offset: u64) -> u64 {
        match self.feed() {
            Some(feed) if feed.is_spent() => 0,
            Some(_) => u64::MAX,
            None => self.opened.size().saturating_sub(offset),
        }
    }

    /// Whether the writer of the stream has to be waited for.
    pub(crate) fn awaits_writer(&self) -> bool {
        self.feed().is_some_and(|feed| feed.is_empty())
    }

    /// Takes in what the writer of the stream has written.
    pub(crate) fn fill(&self) -> io::Result<()> {
        self.feed().map_or(Ok(()), |mut feed| feed.fill(&self.file))
    }

    /// Whether bytes that were sent are gone.
    pub(crate) fn is_stream(&self) -> bool {
        self.feed.is_some()
    }

    /// The open file, for sendfile(2).
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Reads into `buffer` from `offset` on; 0 is the end of the file.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.feed() {
            Some(feed) => feed.read_at(buffer, offset),
            None => self.file.read_at(buffer, offset),
        }
    }

    /// Whether it may hold other bytes than when it was opened, so that what was sent may mix old and new ones. Bytes of a
    /// stream do not change.
    pub(crate) fn has_changed(&self) -> bool {
        !self.is_stream() && self.opened.has_changed(&self.file)
    }

    /// Makes sure that what was sent is one version of the file.
    ///
    /// # Errors
    /// [`SourceProblem::Changed`] when it may mix old and new.
    pub(crate) fn check_unchanged(&self) -> Result<(), UploadError> {
        if self.has_changed() {
            return Err(UploadError::Source { file: self.path.clone(), problem: SourceProblem::Changed });
        }
        Ok(())
    }

    /// The time of last modification when it was opened, in whole seconds since 1970. Nothing for a stream.
    pub(crate) fn modified(&self) -> Option<i64> {
        (!self.is_stream()).then(|| self.opened.modified().0)
    }

    /// What tells this version of this file from others, and its name.
    pub(crate) fn identity(&self) -> ([i64; 7], &[u8]) {
        (self.opened.identity(), self.name())
    }

    /// A hash of all that is sent from now on will be wanted.
    pub(crate) fn prepare_digest(&self, algorithm: Algorithm) {
        *self.running() = Some(Running { algorithm, digest: Digest::new(algorithm), bytes: 0 });
    }

    /// Whether the bytes have to be seen when they are sent.
    pub(crate) fn wants_bytes(&self) -> bool {
        self.is_stream() || self.running().is_some()
    }

    /// `bytes`, which stand at `offset`, were sent.
    pub(crate) fn sent(&self, offset: u64, bytes: &[u8]) {
        if let Some(running) = self.running().as_mut()
            && running.bytes == offset
        {
            running.digest.update(bytes);
            running.bytes += bytes.len() as u64;
        }
        if let Some(mut feed) = self.feed() {
            feed.consume(bytes.len());
        }
    }

    /// The hash of the first `length` bytes, if just these were sent with their hash wanted.
    pub(crate) fn digest_on_the_way(&self, algorithm: Algorithm, length: u64) -> Option<Vec<u8>> {
        let running = self.running();
        let running = running.as_ref().filter(|running| running.algorithm == algorithm && running.bytes == length)?;
        Some(running.digest.clone().finish())
    }

    /// Whether there is, or can be, a hash of the first `length` bytes.
    pub(crate) fn has_digest_of(&self, length: u64) -> bool {
        !self.is_stream() || self.running().as_ref().is_some_and(|running| running.bytes == length)
    }

    /// The hash of the first `length` bytes, read once more; `go_on` is asked after each piece. Nothing if the file is
    /// shorter.
    pub(crate) fn digest<E: From<io::Error>>(
        &self,
        algorithm: Algorithm,
        length: u64,
        mut go_on: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<Vec<u8>>, E> {
        let (mut digest, mut at, mut piece) = (Digest::new(algorithm), 0, vec![0; PIECE]);
        while at < length {
            let wanted = usize::try_from(length - at).unwrap_or(usize::MAX).min(PIECE);
            match self.read_at(&mut piece[..wanted], at)? {
                0 => return Ok(None),
                read => {
                    digest.update(&piece[..read]);
                    at += read as u64;
                }
            }
            go_on()?;
        }
        Ok(Some(digest.finish()))
    }

    fn feed(&self) -> Option<MutexGuard<'_, StreamSource>> {
        self.feed.as_ref().map(|feed| feed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_regular(path: &Path) -> Result<(File, FileState), SourceProblem> {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    let nonblock = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblock).open(path).map_err(SourceProblem::Unreadable)?;
    let opened = file.metadata().map_err(SourceProblem::Unreadable)?;
    match opened.file_type() {
        kind if kind.is_dir() => return Err(SourceProblem::Directory),
        kind if !kind.is_file() => return Err(SourceProblem::NotAFile),
        _ => {}
    }
    let opened = FileState::new(opened);
    match opened.tells_its_size(&file) {
        Ok(true) => Ok((file, opened)),
        Ok(false) => Err(SourceProblem::UnknownSize),
        Err(error) => Err(SourceProblem::Unreadable(error)),
    }
}
