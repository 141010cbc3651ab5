//! The source of an upload: a local file, which is opened once and stays open until the end of its transfer; or a
//! stream (`stream_source.rs`), which has no size, and whose bytes can be read only once.
//!
//! `sandbox/transfer/` sends the bytes. The guest has only a handle (`sandbox/capabilities/source_file.rs`).

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fd::BorrowedFd;

use crate::files::file_state::FileState;
use crate::files::stream_source::StreamSource;
use crate::platform::file::{self, Status};
use crate::platform::stream::Pump;
use crate::report::error::{SourceProblem, UploadError};
use crate::report::step::Algorithm;
use ftp_text::digest::Digest;

/// A regular file, or a stream, open for reading.
pub(crate) struct Source {
    path: PathBuf,
    file: File,
    /// The metadata when it was opened.
    opened: FileState,
    /// Present only for a stream.
    stream: Option<Stream>,
    /// The hash of the bytes sent so far, if a hash will be needed.
    running: Mutex<Option<Running>>,
}

/// The parts of a source that only a stream has.
struct Stream {
    pump: Pump,
    unsent: Mutex<StreamSource>,
}

/// A hash that is computed while the file is sent.
struct Running {
    algorithm: Algorithm,
    digest: Digest,
    /// The number of bytes added so far.
    bytes: u64,
}

/// The size of the buffer for computing a hash, in bytes.
const PIECE: usize = 256 * 1024;

impl Source {
    /// Opens `path`, which must be a regular file with a reliable size.
    pub(crate) fn open(path: &Path) -> Result<Self, UploadError> {
        let (file, opened) =
            open_regular(path).map_err(|problem| UploadError::Source { file: path.to_owned(), problem })?;
        Ok(Self { path: path.to_owned(), file, opened, stream: None, running: Mutex::new(None) })
    }

    /// Takes `file`, which was opened for reading without blocking, and must be a regular file with a reliable size.
    /// Messages show it as `path`.
    pub(crate) fn of_open_file(file: File, path: PathBuf) -> Result<Self, UploadError> {
        match check_regular(&file) {
            Ok(opened) => Ok(Self { path, file, opened, stream: None, running: Mutex::new(None) }),
            Err(problem) => Err(UploadError::Source { file: path, problem }),
        }
    }

    /// A stream that is read from `file`, to be stored under `name`.
    pub(crate) fn stream(file: &File, name: &Path) -> Result<Self, UploadError> {
        let failed = |problem| UploadError::Source { file: name.to_owned(), problem };
        let unreadable = |error| failed(SourceProblem::Unreadable(error));
        let file = file.try_clone().map_err(unreadable)?;
        let opened = Status::of_stream(&file).map_err(unreadable)?;
        if opened.is_directory() {
            return Err(failed(SourceProblem::Directory));
        }
        // Otherwise reading would fail only after STOR, and leave an empty file on the server.
        file::check_readable(&file).map_err(unreadable)?;
        let opened = FileState::new(opened);
        let stream = Stream { pump: Pump::start(&file).map_err(unreadable)?, unsent: Mutex::default() };
        Ok(Self { path: name.to_owned(), file, opened, stream: Some(stream), running: Mutex::new(None) })
    }

    /// Returns the path as the user gave it; for a stream, its name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name under which it is stored: the last part of its path.
    pub(crate) fn name(&self) -> &[u8] {
        self.path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default()
    }

    /// Returns the size in bytes when it was opened, which is the number of bytes to send; `None` for a stream.
    pub(crate) fn size(&self) -> Option<u64> {
        self.stream.is_none().then_some(self.opened.size())
    }

    /// Returns the number of bytes that the server should have: the size of the file, or the bytes of the stream sent
    /// so far.
    pub(crate) fn length(&self) -> u64 {
        self.lock_stream().map_or(self.opened.size(), |stream| stream.sent())
    }

    /// Returns the number of bytes that remain to be sent from `offset` on; `u64::MAX` for a stream that has not ended.
    pub(crate) fn left(&self, offset: u64) -> u64 {
        match self.lock_stream() {
            Some(stream) if stream.is_spent() => 0,
            Some(_) => u64::MAX,
            None => self.opened.size().saturating_sub(offset),
        }
    }

    /// Returns true if no byte can be sent before the writer of the stream has written more.
    pub(crate) fn awaits_writer(&self) -> bool {
        self.lock_stream().is_some_and(|stream| stream.is_empty())
    }

    /// Reads the bytes that the writer of the stream has written.
    pub(crate) fn fill(&self) -> io::Result<()> {
        let Some(stream) = &self.stream else { return Ok(()) };
        lock(&stream.unsent).fill(|into| stream.pump.read(&self.file, into))
    }

    /// Returns true for a stream, whose bytes cannot be sent again.
    pub(crate) fn is_stream(&self) -> bool {
        self.stream.is_some()
    }

    /// Returns the open file, for sendfile(2).
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Returns the descriptor that is readable when the writer of the stream has written; `None` for a file.
    pub(crate) fn writer(&self) -> Option<BorrowedFd<'_>> {
        self.stream.as_ref().map(|stream| stream.pump.as_fd(&self.file))
    }

    /// Reads into `buffer` from `offset` on, and returns the number of bytes read; 0 at the end of the file.
    pub(crate) fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.lock_stream() {
            Some(stream) => stream.read_at(buffer, offset),
            None => file::read_at(&self.file, buffer, offset),
        }
    }

    /// Returns true if the content may have changed since it was opened, so that the bytes sent may be a mixture of old
    /// and new ones. The bytes of a stream do not change.
    pub(crate) fn has_changed(&self) -> bool {
        !self.is_stream() && self.opened.has_changed(&self.file)
    }

    /// Checks that the bytes sent are those of one version of the file.
    ///
    /// # Errors
    /// [`SourceProblem::Changed`] if they may be a mixture of old and new ones.
    pub(crate) fn check_unchanged(&self) -> Result<(), UploadError> {
        if self.has_changed() {
            return Err(UploadError::Source { file: self.path.clone(), problem: SourceProblem::Changed });
        }
        Ok(())
    }

    /// Returns the time of last modification when it was opened, in whole seconds since 1970; `None` for a stream.
    pub(crate) fn modified(&self) -> Option<i64> {
        (!self.is_stream()).then(|| self.opened.modified().0)
    }

    /// Returns numbers that identify this version of the file, and its name.
    pub(crate) fn identity(&self) -> ([i64; 7], &[u8]) {
        (self.opened.identity(), self.name())
    }

    /// Returns the device and the inode.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.opened.inode()
    }

    /// Starts a hash of all bytes that are sent from now on.
    pub(crate) fn prepare_digest(&self, algorithm: Algorithm) {
        *self.running() = Some(Running { algorithm, digest: Digest::new(algorithm), bytes: 0 });
    }

    /// Returns true if [`sent`](Self::sent) needs the bytes, so that they cannot be sent with sendfile(2).
    pub(crate) fn wants_bytes(&self) -> bool {
        self.is_stream() || self.running().is_some()
    }

    /// Notes that `bytes`, which begin at `offset`, were sent.
    pub(crate) fn sent(&self, offset: u64, bytes: &[u8]) {
        if let Some(running) = self.running().as_mut()
            && running.bytes == offset
        {
            running.digest.update(bytes);
            running.bytes += bytes.len() as u64;
        }
        if let Some(mut stream) = self.lock_stream() {
            stream.consume(bytes.len());
        }
    }

    /// Returns the hash of the first `length` bytes, if it was computed while exactly these bytes were sent.
    pub(crate) fn digest_on_the_way(&self, algorithm: Algorithm, length: u64) -> Option<Vec<u8>> {
        let running = self.running();
        let running = running.as_ref().filter(|running| running.algorithm == algorithm && running.bytes == length)?;
        Some(running.digest.clone().finish())
    }

    /// Returns true if the hash of the first `length` bytes is known or can be computed.
    pub(crate) fn has_digest_of(&self, length: u64) -> bool {
        !self.is_stream() || self.running().as_ref().is_some_and(|running| running.bytes == length)
    }

    /// Reads the first `length` bytes again and returns their hash; `None` if the file is shorter.
    ///
    /// # Errors
    /// If the file cannot be read, or the error of `go_on`, which is called after each piece.
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

    /// Locks the state of the stream; `None` for a file.
    fn lock_stream(&self) -> Option<MutexGuard<'_, StreamSource>> {
        self.stream.as_ref().map(|stream| lock(&stream.unsent))
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        lock(&self.running)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens `path`. Returns an error unless it is a regular file with a reliable size.
fn open_regular(path: &Path) -> Result<(File, FileState), SourceProblem> {
    let file = file::open(path).map_err(SourceProblem::Unreadable)?;
    let opened = check_regular(&file)?;
    Ok((file, opened))
}

/// Returns the state of `file`. Returns an error unless it is a regular file with a reliable size.
fn check_regular(file: &File) -> Result<FileState, SourceProblem> {
    let opened = Status::of(file).map_err(SourceProblem::Unreadable)?;
    if opened.is_directory() {
        return Err(SourceProblem::Directory);
    }
    if !opened.is_regular() {
        return Err(SourceProblem::NotAFile);
    }
    let opened = FileState::new(opened);
    match opened.has_reliable_size(file) {
        Ok(true) => Ok(opened),
        Ok(false) => Err(SourceProblem::UnknownSize),
        Err(error) => Err(SourceProblem::Unreadable(error)),
    }
}
