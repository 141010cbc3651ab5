//! A socket that ends every wait of this process from another thread. Windows can wait for a socket and a pipe only in
//! different ways, so that this is a TCP connection of the process with itself, on loopback.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use rustix::fd::{AsFd, BorrowedFd};

/// The most foreign connections to the listening port that are refused before the attempt fails.
const STRANGERS: usize = 16;

/// Becomes readable when it is rung, and stays so: nobody reads the byte.
#[derive(Debug)]
pub(crate) struct WakeUp {
    writer: TcpStream,
    readable: TcpStream,
}

impl WakeUp {
    /// Returns one that was not rung.
    ///
    /// # Errors
    /// If the process cannot open two more sockets.
    pub(crate) fn new() -> io::Result<Self> {
        let (writer, readable) = pair()?;
        Ok(Self { writer, readable })
    }

    /// Makes the socket readable. Call it once.
    pub(crate) fn ring(&self) {
        // One byte always fits into an empty send queue.
        let _ = (&self.writer).write(&[0]);
    }

    /// Returns the socket to wait for.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.readable.as_fd()
    }
}

/// Returns both ends of a connection of this process with itself. Another process that connects to the port meanwhile is
/// refused.
pub(crate) fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let one = TcpStream::connect(listener.local_addr()?)?;
    let address = one.local_addr()?;
    for _ in 0..STRANGERS {
        let (other, peer) = listener.accept()?;
        if peer == address {
            one.set_nodelay(true)?;
            return Ok((one, other));
        }
    }
    Err(io::ErrorKind::ConnectionRefused.into())
}
