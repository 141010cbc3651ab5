//! Sockets: the result of `connect` without waiting, and the network interface.

use std::io;

use rustix::io::Errno;
use socket2::Socket;

/// The error of `connect` that means that the connection is being established.
pub(crate) const CONNECTING: Errno = Errno::INPROGRESS;

/// Binds `socket` to a network interface: SO_BINDTODEVICE (socket(7)).
pub(crate) fn bind_to_interface(socket: &Socket, interface: &str) -> io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}
