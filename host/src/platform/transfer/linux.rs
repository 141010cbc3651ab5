//! Sending: sockets that do not block, sendfile(2), the send queue and the congestion control.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};

use rustix::ioctl::{Getter, Opcode, ioctl};
use socket2::{Domain, Protocol, Socket, Type};

use crate::platform::broken_pipe::without_signal;

/// `<linux/sockios.h>` defines SIOCOUTQ as TIOCOUTQ, which has this number on every architecture that we build for.
const SIOCOUTQ: Opcode = 0x5411;

/// Makes a non-blocking socket for addresses of this family.
pub(crate) fn tcp_socket(address: SocketAddr) -> io::Result<Socket> {
    Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), Some(Protocol::TCP))
}

/// Moves bytes from `file` to `socket` without bringing them into this process. Returns their number.
pub(crate) fn sendfile(file: &File, mut offset: u64, length: u64, socket: &TcpStream) -> io::Result<u64> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    without_signal(|| Ok(rustix::fs::sendfile(socket, file, Some(&mut offset), length)? as u64))
}

/// Returns the number of bytes in the send queue (SIOCOUTQ, tcp(7)).
#[allow(unsafe_code, reason = "no crate has a safe call for SIOCOUTQ")]
pub(crate) fn send_queue(socket: &TcpStream) -> Option<u64> {
    // SAFETY: SIOCOUTQ writes one int to its argument. For files that are not sockets it fails, or
    // does the same.
    let queued = unsafe { ioctl(socket, Getter::<SIOCOUTQ, i32>::new()) };
    queued.ok().and_then(|bytes| u64::try_from(bytes).ok())
}

/// Returns true if the system's congestion control paces the packets (BBR).
pub(crate) fn is_paced(socket: &TcpStream) -> bool {
    rustix::net::sockopt::tcp_congestion(socket).is_ok_and(|name| name.starts_with("bbr"))
}

#[cfg(test)]
mod tests {
    use super::send_queue;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn bytes_that_do_not_fit_the_receiver_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(send_queue(&sender), Some(0));
        sender.set_nonblocking(true).unwrap();
        while sender.write(&[0; 65536]).is_ok() {}
        assert!(send_queue(&sender).unwrap() > 0);
    }
}
