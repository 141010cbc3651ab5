//! A TCP connection that never waits for ever: connect, read, write, half-close and reset, each with a deadline.
//!
//! Knows nothing of FTP, TLS or the guest. Who may be dialled is decided by `connect.rs` and `lent/`. Next: `stream.rs`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use socket2::{Domain, Protocol, SockRef, Type};

use crate::interrupt::{Interrupt, Stop, wait_for};

/// A connected, non-blocking TCP socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    peer: SocketAddr,
}

impl Socket {
    /// Connects to `peer`, giving up when `until` has passed.
    pub(crate) fn connect(peer: SocketAddr, until: Instant, interrupt: Option<&Interrupt>) -> Result<Self, Stop> {
        let socket = socket2::Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        match socket.connect(&peer.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                wait_for(&socket, PollFlags::OUT, until, interrupt)?;
                socket.take_error()?.map_or(Ok(()), Err)?;
            }
            Err(error) => return Err(error.into()),
        }
        // Commands are single small writes, and nothing follows until they are answered.
        socket.set_tcp_nodelay(true)?;
        Ok(Self { stream: socket.into(), peer })
    }

    /// The connection itself, which never waits, for TLS.
    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    /// Waits until it can be read or written.
    pub(crate) fn ready(&self, flags: PollFlags, until: Instant, interrupt: Option<&Interrupt>) -> Result<(), Stop> {
        wait_for(self, flags, until, interrupt)
    }

    /// Whether bytes have come that were not read.
    pub(crate) fn has_unread(&self) -> io::Result<bool> {
        match self.stream.peek(&mut [0]) {
            Ok(count) => Ok(count > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The machine and port at the other end.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// At least one byte.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end has closed in order.
    pub(crate) fn read(&self, into: &mut [u8], until: Instant, interrupt: Option<&Interrupt>) -> Result<usize, Stop> {
        loop {
            match (&self.stream).read(into) {
                Ok(0) => return Err(Stop::Failed(io::ErrorKind::UnexpectedEof.into())),
                Ok(n) => return Ok(n),
                Err(error) => self.wait_out(error, PollFlags::IN, until, interrupt)?,
            }
        }
    }

    /// All of `bytes`.
    pub(crate) fn write_all(
        &self,
        mut bytes: &[u8],
        until: Instant,
        interrupt: Option<&Interrupt>,
    ) -> Result<(), Stop> {
        while !bytes.is_empty() {
            match (&self.stream).write(bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(error) => self.wait_out(error, PollFlags::OUT, until, interrupt)?,
            }
        }
        Ok(())
    }

    /// Writes what fits now, without waiting.
    pub(crate) fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        (&self.stream).write(bytes)
    }

    /// Says that nothing more will be sent.
    pub(crate) fn half_close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Whether from now on closing, by whomever, makes the other end see a reset, so that it cannot take what it got for
    /// all there is.
    pub(crate) fn reset_on_close(&self, reset: bool) {
        // Where this fails the socket is broken already, which says the same.
        let _ = SockRef::from(&self.stream).set_linger(reset.then_some(Duration::ZERO));
    }

    /// How many bytes the other end has not yet acknowledged, where the system tells.
    pub(crate) fn unacknowledged(&self) -> Option<u64> {
        crate::unacknowledged::bytes(&self.stream)
    }

    fn wait_out(
        &self,
        error: io::Error,
        flags: PollFlags,
        until: Instant,
        interrupt: Option<&Interrupt>,
    ) -> Result<(), Stop> {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.ready(flags, until, interrupt),
            io::ErrorKind::Interrupted => Ok(()),
            _ => Err(error.into()),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
