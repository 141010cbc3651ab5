//! Sockets: the result of `connect` without waiting, and the network interface.

use std::io;

use rustix::io::Errno;
use socket2::Socket;

/// The error of `connect` that means that the connection is being established.
pub(crate) const CONNECTING: Errno = Errno::WOULDBLOCK;

/// Returns an error: SO_BINDTODEVICE exists on Linux only.
pub(crate) fn bind_to_interface(_: &Socket, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
