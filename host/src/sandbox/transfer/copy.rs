//! File to socket: sendfile(2) on Linux, which never brings the bytes into this process, and copying through a
//! buffer inside TLS, where a hash of the bytes is wanted, and where there is no sendfile or it does not work for this
//! file.
//!
//! Never waits: whoever calls has waited for the socket (`data_connection.rs`).

use std::io;

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::net::broken_pipe::without_signal;
use crate::net::stream::Stream;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{IoError, SourceError};
use crate::sandbox::state::cause;

/// How much is read at a time where bytes are copied.
const BUFFER: usize = 256 * 1024;

/// Moves bytes, and remembers which way works.
#[derive(Default)]
pub(crate) struct Copier {
    /// Present once sendfile was found not to work, or is not to be used.
    buffer: Option<Vec<u8>>,
}

/// Whose fault it is that nothing was moved.
pub(crate) enum Failure {
    Connection(WaitError),
    Source(SourceError),
}

impl From<WaitError> for Failure {
    fn from(stop: WaitError) -> Self {
        Self::Connection(stop)
    }
}

impl Copier {
    /// Moves at most `length` bytes of `source` from `offset` on, as many as `stream` takes now: perhaps none.
    pub(crate) fn move_some(
        &mut self,
        source: &Source,
        offset: u64,
        length: u64,
        stream: &mut Stream,
    ) -> Result<u64, Failure> {
        if self.buffer.is_none() && !stream.is_secure() && !source.wants_bytes() && !is_faster_copied(length, stream) {
            match sendfile(source, offset, length, stream) {
                Ok(0) => return Err(Failure::Source(SourceError::Shrank)),
                Ok(moved) => return Ok(moved),
                Err(error) if is_unsupported(&error) => {}
                Err(error) => return not_now(error),
            }
        }
        let buffer = self.buffer.get_or_insert_with(|| vec![0; BUFFER]);
        copy(buffer, source, offset, length, stream)
    }
}

/// To a server on this very machine that does something with what it gets, sending from the page cache is slower than
/// copying: the server finds no byte in the processor's cache. Where it was measured (vsftpd), by a third under BBR, and
/// less under reno, where sendfile is as fast as anything can be to a server that drops what it gets. Where there is a
/// network in between, nothing is as cheap as sendfile.
fn is_faster_copied(length: u64, stream: &Stream) -> bool {
    length > BUFFER as u64 && stream.peer().ip().to_canonical().is_loopback() && stream.socket().is_paced()
}

#[cfg(target_os = "linux")]
fn sendfile(source: &Source, mut offset: u64, length: u64, stream: &Stream) -> io::Result<u64> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    without_signal(|| Ok(rustix::fs::sendfile(stream, source.file(), Some(&mut offset), length)? as u64))
}

#[cfg(not(target_os = "linux"))]
fn sendfile(_: &Source, _: u64, _: u64, _: &Stream) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

/// sendfile(2): EINVAL where the file system does not support it, ENOSYS where nothing does.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

fn copy(buffer: &mut [u8], source: &Source, offset: u64, length: u64, stream: &mut Stream) -> Result<u64, Failure> {
    let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
    let buffer = &mut buffer[..wanted];
    let read = source.read_at(buffer, offset).map_err(|_| Failure::Source(SourceError::Unreadable))?;
    if read == 0 {
        return Err(Failure::Source(SourceError::Shrank));
    }
    match stream.write_some(&buffer[..read]) {
        Ok(written) => {
            source.sent(offset, &buffer[..written]);
            Ok(written as u64)
        }
        Err(error) => not_now(error),
    }
}

/// Nothing was moved: because the socket is full for now, or because one end is broken.
fn not_now(error: io::Error) -> Result<u64, Failure> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
        io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected => Err(WaitError::Failed(error).into()),
        // What is no failure that a connection can have, the file must have had.
        _ if cause(&error) == IoError::Reset && error.kind() != io::ErrorKind::ConnectionReset => {
            Err(Failure::Source(SourceError::Unreadable))
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
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    /// Sends a small file through `mover` and returns what arrives.
    fn arrives_through(mut mover: Copier) -> Vec<u8> {
        let path = std::env::temp_dir().join(format!("ftp-uploader-splice-{}-{:p}", std::process::id(), &mover));
        std::fs::File::create(&path).unwrap().write_all(b"0123456789").unwrap();
        let source = Source::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = Instant::now() + Duration::from_secs(10);
        let mut stream = Stream::plain(
            Socket::connect(listener.local_addr().unwrap(), &Route::default(), far, &Cancellation::default()).unwrap(),
        );
        let mut server = listener.accept().unwrap().0;
        assert_eq!(mover.move_some(&source, 2, 5, &mut stream).ok(), Some(5));
        assert!(matches!(mover.move_some(&source, 10, 1, &mut stream), Err(Failure::Source(SourceError::Shrank))));
        drop(stream);
        let mut arrived = Vec::new();
        server.read_to_end(&mut arrived).unwrap();
        arrived
    }

    #[test]
    fn both_ways_move_exactly_the_bytes_asked_for_and_notice_the_end() {
        assert_eq!(arrives_through(Copier::default()), b"23456");
        assert_eq!(arrives_through(Copier { buffer: Some(vec![0; BUFFER]) }), b"23456");
    }

    /// Whichever the machine's own way is, both have to carry files that do not fit into a socket at once.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_large_file_is_whole_by_sendfile_and_copied_only_where_it_is_sent_at_a_pace() {
        let bytes: Vec<u8> = (0..8_000_003_u32).map(|n| (n ^ (n >> 9)) as u8).collect();
        let path = std::env::temp_dir().join(format!("ftp-uploader-large-{}", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        let source = Source::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        for (rules, copied) in [("reno", false), ("bbr", true)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let far = Instant::now() + Duration::from_secs(60);
            let address = listener.local_addr().unwrap();
            let mut stream =
                Stream::plain(Socket::connect(address, &Route::default(), far, &Cancellation::default()).unwrap());
            // Not every kernel has BBR, nor lets everyone choose it.
            if rustix::net::sockopt::set_tcp_congestion(&stream, rules).is_err() {
                continue;
            }
            let mut server = listener.accept().unwrap().0;
            let reader = std::thread::spawn(move || {
                let mut arrived = Vec::new();
                server.read_to_end(&mut arrived).map(|_| arrived)
            });
            let (mut mover, mut at, size) = (Copier::default(), 0, bytes.len() as u64);
            while at < size {
                stream.socket().ready(rustix::event::PollFlags::OUT, far, &Cancellation::default()).unwrap();
                at += mover.move_some(&source, at, size - at, &mut stream).ok().unwrap();
            }
            assert_eq!(mover.buffer.is_some(), copied, "{rules}");
            drop(stream);
            assert!(reader.join().unwrap().unwrap() == bytes, "other bytes under {rules}");
        }
    }
}
