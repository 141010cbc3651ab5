//! Moves bytes from a file to a socket: by sendfile(2) on Linux, which never brings the bytes into this process; or
//! through a buffer, if the connection is inside TLS, if a hash of the bytes is needed, if the file is small, or if
//! sendfile does not work for this file.
//!
//! Never waits: the caller has waited for the socket.

use std::io;

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::net::stream::Stream;
use crate::platform::transfer::sendfile;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{IoError, SourceError};
use crate::sandbox::call_error::io_error;

/// The most bytes to copy at once. The buffer for them is no larger than the file.
const BUFFER: usize = 256 * 1024;

/// The most bytes, if nothing follows them, for which copying is faster than sendfile: it makes a pipe in the kernel, and
/// SIGPIPE must be blocked around it, which takes two more system calls.
const SMALL: u64 = 64 * 1024;

/// Moves the bytes of one connection, and remembers in which way.
#[derive(Default)]
pub(crate) struct Copier {
    /// Chosen when the first bytes are moved.
    way: Option<Way>,
    /// The buffer for copying; empty until it is needed.
    buffer: Vec<u8>,
}

/// The way from the file to the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sendfile,
    Copy,
}

/// The end that failed, so that nothing was moved.
pub(crate) enum CopyError {
    Connection(WaitError),
    Source(SourceError),
}

impl From<WaitError> for CopyError {
    fn from(error: WaitError) -> Self {
        Self::Connection(error)
    }
}

impl Copier {
    /// Moves at most `length` bytes of `source` from `offset` on, as many as `stream` accepts now, and returns their
    /// number. It may be 0.
    pub(crate) fn move_some(
        &mut self,
        source: &Source,
        offset: u64,
        length: u64,
        stream: &mut Stream,
    ) -> Result<u64, CopyError> {
        if *self.way.get_or_insert_with(|| choose(source, length, stream)) == Way::Sendfile {
            match sendfile(source.file(), offset, length, stream.socket().tcp()) {
                Ok(0) => return Err(CopyError::Source(SourceError::Shrank)),
                Ok(moved) => return Ok(moved),
                Err(error) if is_unsupported(&error) => self.way = Some(Way::Copy),
                // A connected socket needs no permission; a network file system may withdraw that for the file.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    return Err(CopyError::Source(SourceError::Unreadable));
                }
                Err(error) => return not_now(error),
            }
        }
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(BUFFER);
        if self.buffer.len() < wanted {
            self.buffer = vec![0; wanted];
        }
        copy(&mut self.buffer[..wanted], source, offset, stream)
    }
}

/// Chooses the way for bytes of which the first `length` are moved now.
fn choose(source: &Source, length: u64, stream: &Stream) -> Way {
    let needs_bytes = stream.is_secure() || source.wants_bytes();
    if needs_bytes || length <= SMALL || is_faster_copied(length, stream) { Way::Copy } else { Way::Sendfile }
}

/// Returns true if copying is faster than sendfile: to a server on the same machine, under BBR. With sendfile the
/// server finds no byte in the processor's cache. Measured with vsftpd, sendfile is slower by a third under BBR, and by
/// less under reno, where nothing is faster than sendfile to a server that discards the bytes. To another machine,
/// sendfile is always the cheapest.
fn is_faster_copied(length: u64, stream: &Stream) -> bool {
    length > BUFFER as u64 && stream.peer().ip().to_canonical().is_loopback() && stream.socket().is_paced()
}

/// sendfile(2): EINVAL if the file system does not support it, ENOSYS if the kernel does not.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

fn copy(buffer: &mut [u8], source: &Source, offset: u64, stream: &mut Stream) -> Result<u64, CopyError> {
    let read = source.read_at(buffer, offset).map_err(|_| CopyError::Source(SourceError::Unreadable))?;
    if read == 0 {
        return Err(CopyError::Source(SourceError::Shrank));
    }
    match stream.write_some(&buffer[..read]) {
        Ok(written) => {
            source.sent(offset, &buffer[..written]);
            Ok(written as u64)
        }
        Err(error) => not_now(error),
    }
}

/// Returns 0 if the socket is full for now, or the end that is broken.
fn not_now(error: io::Error) -> Result<u64, CopyError> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
        io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => Err(WaitError::Failed(error).into()),
        // An error that no connection can have is the file's.
        _ if io_error(&error) == IoError::Reset && error.kind() != io::ErrorKind::ConnectionReset => {
            Err(CopyError::Source(SourceError::Unreadable))
        }
        _ => Err(WaitError::Failed(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancellation;
    use crate::net::route::Route;
    use crate::net::socket::Socket;
    use crate::net::wait::Deadline;
    use crate::platform::for_tests::choose_congestion_control;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    fn within_a_minute(cancellation: &Cancellation) -> Deadline<'_> {
        Deadline::new(Instant::now() + Duration::from_secs(60), cancellation)
    }

    fn connect(listener: &TcpListener) -> Stream {
        let (address, route, cancellation) =
            (listener.local_addr().unwrap(), Route::default(), Cancellation::default());
        Stream::plain(Socket::connect(address, &route, within_a_minute(&cancellation)).unwrap())
    }

    /// Sends a part of a file in this way, or in the one that is chosen for it. Returns the bytes that arrive, and the way.
    fn arrives_through(way: Option<Way>) -> (Vec<u8>, Way) {
        let mut copier = Copier { way, ..Copier::default() };
        let path = std::env::temp_dir().join(format!("ftp-uploader-splice-{}-{:p}", std::process::id(), &copier));
        std::fs::File::create(&path).unwrap().write_all(b"0123456789").unwrap();
        let source = Source::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = connect(&listener);
        let mut server = listener.accept().unwrap().0;
        assert_eq!(copier.move_some(&source, 2, 5, &mut stream).ok(), Some(5));
        assert!(matches!(copier.move_some(&source, 10, 1, &mut stream), Err(CopyError::Source(SourceError::Shrank))));
        drop(stream);
        let mut arrived = Vec::new();
        server.read_to_end(&mut arrived).unwrap();
        (arrived, copier.way.unwrap())
    }

    #[test]
    fn both_ways_move_exactly_the_bytes_asked_for_and_notice_the_end() {
        for way in [Way::Sendfile, Way::Copy] {
            assert_eq!(arrives_through(Some(way)), (b"23456".to_vec(), way));
        }
    }

    #[test]
    fn a_small_file_is_copied() {
        assert_eq!(arrives_through(None), (b"23456".to_vec(), Way::Copy));
    }

    /// Both ways must carry files that do not fit into a socket at once, whichever way this machine chooses.
    #[test]
    fn a_large_file_is_whole_by_sendfile_and_copied_only_where_it_is_sent_at_a_pace() {
        let bytes: Vec<u8> = (0..8_000_003_u32).map(|n| (n ^ (n >> 9)) as u8).collect();
        let path = std::env::temp_dir().join(format!("ftp-uploader-large-{}", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        let source = Source::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        for (rules, way) in [("reno", Way::Sendfile), ("bbr", Way::Copy)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut stream = connect(&listener);
            if !choose_congestion_control(stream.socket().tcp(), rules) {
                continue;
            }
            let mut server = listener.accept().unwrap().0;
            let reader = std::thread::spawn(move || {
                let mut arrived = Vec::new();
                server.read_to_end(&mut arrived).map(|_| arrived)
            });
            let (mut copier, mut at, size) = (Copier::default(), 0, bytes.len() as u64);
            while at < size {
                stream
                    .socket()
                    .ready(rustix::event::PollFlags::OUT, within_a_minute(&Cancellation::default()))
                    .unwrap();
                at += copier.move_some(&source, at, size - at, &mut stream).ok().unwrap();
            }
            assert_eq!(copier.way, Some(way), "{rules}");
            drop(stream);
            assert!(reader.join().unwrap().unwrap() == bytes, "other bytes under {rules}");
        }
    }
}
