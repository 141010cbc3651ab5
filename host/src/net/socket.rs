//! A TCP connection whose every wait has a deadline: connect, read, write, half-close and reset; and a listening port.
//!
//! Knows nothing of FTP, TLS or the guest, and does not decide to which addresses connections may go.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};
use socket2::{SockRef, TcpKeepalive};

use crate::cancel::WaitError;
use crate::net::route::Route;
use crate::net::wait::{Deadline, wait_for, wait_for_connection};
use crate::platform::sockets::CONNECTING;
use crate::platform::transfer::{self, tcp_socket};

/// The time without traffic after which the system sends the first keepalive probe.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);

/// The time between two keepalive probes.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// A connected, non-blocking TCP socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    peer: SocketAddr,
}

impl Socket {
    /// Connects to `peer`.
    ///
    /// # Errors
    /// The system's error; `TimedOut` if the deadline has passed.
    pub(crate) fn connect(peer: SocketAddr, route: &Route, deadline: Deadline<'_>) -> Result<Self, WaitError> {
        let socket = tcp_socket(peer)?;
        route.apply(&socket, peer)?;
        match socket.connect(&peer.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(CONNECTING.raw_os_error()) => {
                if wait_for_connection(&socket, deadline)? {
                    socket.take_error()?.map_or(Ok(()), Err)?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Self { stream: socket.into(), peer })
    }

    /// Makes the system send small pieces at once, also while earlier bytes are not acknowledged (TCP_NODELAY).
    pub(crate) fn send_at_once(&self) -> io::Result<()> {
        self.stream.set_nodelay(true)
    }

    /// Makes the system send keepalive probes: a firewall on the way may forget a connection that is silent while a
    /// file is sent on another connection.
    pub(crate) fn keep_alive(&self) -> io::Result<()> {
        let probes = TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL);
        SockRef::from(&self.stream).set_tcp_keepalive(&probes)
    }

    /// Returns the non-blocking stream, which rustls reads and writes.
    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    /// Waits until it can be read or written.
    pub(crate) fn ready(&self, flags: PollFlags, deadline: Deadline<'_>) -> Result<(), WaitError> {
        wait_for(&self.stream, flags, deadline)
    }

    /// Returns true if bytes were received that were not read.
    pub(crate) fn has_unread(&self) -> io::Result<bool> {
        match self.stream.peek(&mut [0]) {
            Ok(count) => Ok(count > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns true if `read_some` would return bytes, the end or an error now.
    pub(crate) fn is_readable(&self) -> bool {
        let peeked = self.stream.peek(&mut [0]);
        !peeked.is_err_and(|error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted))
    }

    /// Returns the address and port of the peer.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Reads at least one byte.
    ///
    /// # Errors
    /// `UnexpectedEof` if the peer has closed its side.
    pub(crate) fn read(&self, into: &mut [u8], deadline: Deadline<'_>) -> Result<usize, WaitError> {
        loop {
            // Waiting first saves a system call: a reply is almost never here before we wait for it.
            self.ready(PollFlags::IN, deadline)?;
            if let Some(count) = self.read_some(into)? {
                return Ok(count);
            }
        }
    }

    /// Reads the bytes that are here, without waiting. Returns `None` if there are none yet.
    ///
    /// # Errors
    /// `UnexpectedEof` if the peer has closed its side.
    pub(crate) fn read_some(&self, into: &mut [u8]) -> io::Result<Option<usize>> {
        match (&self.stream).read(into) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(Some(count)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(&self, mut bytes: &[u8], deadline: Deadline<'_>) -> Result<(), WaitError> {
        while !bytes.is_empty() {
            match (&self.stream).write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.ready(PollFlags::OUT, deadline)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Writes as many bytes as the socket accepts now, without waiting.
    pub(crate) fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        (&self.stream).write(bytes)
    }

    /// Closes our side of the connection (FIN).
    pub(crate) fn half_close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// If `reset` is true, closing the socket, also by the end of this process, sends RST, so that the peer does not
    /// take the bytes that it has received for a complete file.
    pub(crate) fn reset_on_close(&self, reset: bool) {
        // If this fails, the socket is broken already, and the peer gets no orderly end either.
        let _ = SockRef::from(&self.stream).set_linger(reset.then_some(Duration::ZERO));
    }

    /// Returns the number of bytes sent that the peer has not acknowledged; `None` if the system does not tell.
    pub(crate) fn send_queue(&self) -> Option<u64> {
        transfer::send_queue(&self.stream)
    }

    /// Returns true if the system's congestion control paces the packets (BBR).
    pub(crate) fn is_paced(&self) -> bool {
        transfer::is_paced(&self.stream)
    }

    /// Returns the socket, to wait for it.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// A listening TCP port.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: socket2::Socket,
    address: SocketAddr,
}

impl Listener {
    /// Listens on `address`; the system chooses the port if it is 0.
    pub(crate) fn open(address: SocketAddr, route: &Route, backlog: usize) -> io::Result<Self> {
        let socket = tcp_socket(address)?;
        route.apply_interface(&socket)?;
        socket.bind(&address.into())?;
        socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        let address = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { socket, address })
    }

    /// Returns the local address and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts the next connection, without waiting. Returns `None` if there is none.
    pub(crate) fn accept(&self) -> io::Result<Option<Socket>> {
        use io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
        let (socket, peer) = match self.socket.accept() {
            Err(error) if matches!(error.kind(), WouldBlock | Interrupted | ConnectionAborted) => return Ok(None),
            accepted => accepted?,
        };
        socket.set_nonblocking(true)?;
        let peer = peer.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Some(Socket { stream: socket.into(), peer }))
    }

    /// Returns the socket, to wait for it.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancellation;
    use std::net::TcpListener;
    use std::time::Instant;

    #[test]
    fn a_connection_that_is_kept_alive_says_so_to_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cancellation = Cancellation::default();
        let deadline = Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation);
        let socket = Socket::connect(listener.local_addr().unwrap(), &Route::default(), deadline).unwrap();
        let kept_alive = || SockRef::from(&socket.stream).keepalive().unwrap();
        assert!(!kept_alive());
        socket.keep_alive().unwrap();
        assert!(kept_alive());
    }
}
