//! A TCP connection that never waits for ever: connect, read, write, half-close and reset, each with a deadline. And a
//! port on which one is awaited.
//!
//! Knows nothing of FTP, TLS or the guest. Who may be dialled is decided by `connect.rs` and `lent/`. Next: `stream.rs`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use socket2::{Domain, Protocol, SockRef, TcpKeepalive, Type};

use crate::cancel::{Cancellation, WaitError};
use crate::net::route::Route;
use crate::net::wait::wait_for;

/// How long a connection may be silent before the system sends a sign of life.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(60);

/// How long it waits between such signs.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(15);

/// A connected, non-blocking TCP socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    peer: SocketAddr,
}

impl Socket {
    /// Connects to `peer`, giving up when `until` has passed.
    pub(crate) fn connect(
        peer: SocketAddr,
        route: &Route,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<Self, WaitError> {
        let socket = tcp_socket(peer)?;
        route.take(&socket, peer)?;
        match socket.connect(&peer.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                wait_for(&socket, PollFlags::OUT, until, cancellation)?;
                socket.take_error()?.map_or(Ok(()), Err)?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Self::connected(socket, peer)?)
    }

    fn connected(socket: socket2::Socket, peer: SocketAddr) -> io::Result<Self> {
        // Commands are single small writes, and nothing follows until they are answered.
        socket.set_tcp_nodelay(true)?;
        Ok(Self { stream: socket.into(), peer })
    }

    /// Has the system send a sign of life where nothing else is sent: a firewall on the way may forget a connection that
    /// is silent while a file is sent on another.
    pub(crate) fn keep_alive(&self) -> io::Result<()> {
        let signs = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY);
        SockRef::from(&self.stream).set_tcp_keepalive(&signs)
    }

    /// The connection itself, which never waits, for TLS.
    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    /// Waits until it can be read or written.
    pub(crate) fn ready(&self, flags: PollFlags, until: Instant, cancellation: &Cancellation) -> Result<(), WaitError> {
        wait_for(self, flags, until, cancellation)
    }

    /// Whether bytes have come that were not read.
    pub(crate) fn has_unread(&self) -> io::Result<bool> {
        match self.stream.peek(&mut [0]) {
            Ok(count) => Ok(count > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether `read_some` would now return something, were it an error.
    pub(crate) fn is_readable(&self) -> bool {
        let looked = self.stream.peek(&mut [0]);
        !looked.is_err_and(|error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted))
    }

    /// The machine and port at the other end.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// At least one byte.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end has closed in order.
    pub(crate) fn read(
        &self,
        into: &mut [u8],
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<usize, WaitError> {
        loop {
            // In this order: a reply is hardly ever there before it is waited for.
            self.ready(PollFlags::IN, until, cancellation)?;
            if let Some(count) = self.read_some(into)? {
                return Ok(count);
            }
        }
    }

    /// What has come; nothing, if more has to come first.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end has closed in order.
    pub(crate) fn read_some(&self, into: &mut [u8]) -> io::Result<Option<usize>> {
        match (&self.stream).read(into) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(Some(count)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All of `bytes`.
    pub(crate) fn write_all(
        &self,
        mut bytes: &[u8],
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<(), WaitError> {
        while !bytes.is_empty() {
            match (&self.stream).write(bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(error) => self.wait_out(error, PollFlags::OUT, until, cancellation)?,
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
        crate::net::send_queue::bytes(&self.stream)
    }

    /// Whether the system sends at a measured pace (BBR) and not as fast as the other end takes it.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_paced(&self) -> bool {
        rustix::net::sockopt::tcp_congestion(&self.stream).is_ok_and(|name| name.starts_with("bbr"))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn is_paced(&self) -> bool {
        false
    }

    fn wait_out(
        &self,
        error: io::Error,
        flags: PollFlags,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<(), WaitError> {
        match error.kind() {
            io::ErrorKind::WouldBlock => self.ready(flags, until, cancellation),
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

/// A port on which connections are awaited.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: socket2::Socket,
    address: SocketAddr,
}

impl Listener {
    /// Opens a port of `address`; any port if it is 0.
    pub(crate) fn open(address: SocketAddr, route: &Route, backlog: usize) -> io::Result<Self> {
        let socket = tcp_socket(address)?;
        route.take_interface(&socket)?;
        socket.bind(&address.into())?;
        socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        let address = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { socket, address })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next who has come, without waiting.
    pub(crate) fn accept(&self) -> io::Result<Option<Socket>> {
        use io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};
        let (socket, peer) = match self.socket.accept() {
            Err(error) if matches!(error.kind(), WouldBlock | Interrupted | ConnectionAborted) => return Ok(None),
            accepted => accepted?,
        };
        socket.set_nonblocking(true)?;
        let peer = peer.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Socket::connected(socket, peer).map(Some)
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// One that never waits, for this kind of address.
#[cfg(target_os = "linux")]
fn tcp_socket(address: SocketAddr) -> io::Result<socket2::Socket> {
    socket2::Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), Some(Protocol::TCP))
}

#[cfg(not(target_os = "linux"))]
fn tcp_socket(address: SocketAddr) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_connection_that_is_kept_alive_says_so_to_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = Instant::now() + Duration::from_secs(10);
        let address = listener.local_addr().unwrap();
        let socket = Socket::connect(address, &Route::default(), far, &Cancellation::default()).unwrap();
        let kept_alive = || SockRef::from(&socket.stream).keepalive().unwrap();
        assert!(!kept_alive());
        socket.keep_alive().unwrap();
        assert!(kept_alive());
    }
}
