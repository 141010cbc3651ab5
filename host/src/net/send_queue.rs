//! The number of sent bytes that the peer has not acknowledged. On a slow line, megabytes wait in the kernel's send
//! queue, and its decrease is the only sign that the transfer makes progress.
//!
//! In a file of its own because the system call needs `unsafe`.

use std::os::fd::AsFd;

/// Returns the number of bytes in the send queue (SIOCOUTQ, tcp(7)).
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "no crate has a safe call for SIOCOUTQ")]
pub(crate) fn bytes(socket: impl AsFd) -> Option<u64> {
    use rustix::ioctl::{Getter, Opcode, ioctl};

    /// `<linux/sockios.h>` defines SIOCOUTQ as TIOCOUTQ, which has this number on every architecture that we build
    /// for.
    const SIOCOUTQ: Opcode = 0x5411;
    // SAFETY: SIOCOUTQ writes one int to its argument. For files that are not sockets it fails, or
    // does the same.
    let queued = unsafe { ioctl(socket, Getter::<SIOCOUTQ, i32>::new()) };
    queued.ok().and_then(|bytes| u64::try_from(bytes).ok())
}

/// Returns `None`: this system does not tell the number, and only the deadline ends a wait.
#[cfg(not(target_os = "linux"))]
pub(crate) fn bytes(_socket: impl AsFd) -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::bytes;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn bytes_that_do_not_fit_the_receiver_are_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(bytes(&sender), Some(0));
        sender.set_nonblocking(true).unwrap();
        while sender.write(&[0; 65536]).is_ok() {}
        assert!(bytes(&sender).unwrap() > 0);
    }
}
