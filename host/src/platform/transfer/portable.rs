//! Sending on systems that have none of the calls of `linux.rs`: all bytes are copied, and only the deadline ends a wait.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

/// Makes a non-blocking socket for addresses of this family.
pub(crate) fn tcp_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Returns an error: the caller copies the bytes.
pub(crate) fn sendfile(_: &File, _: u64, _: u64, _: &TcpStream) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns `None`: this system does not tell the number.
pub(crate) fn send_queue(_: &TcpStream) -> Option<u64> {
    None
}

/// Returns false: this system does not tell it.
pub(crate) fn is_paced(_: &TcpStream) -> bool {
    false
}
