//! How much of what was sent the other end has not acknowledged: on a slow line, megabytes lie in the kernel's
//! buffer, and seeing them drain is the only sign that the transfer is alive.
//!
//! A file of its own because the call is one that only `unsafe` can make.

use std::os::fd::AsFd;

/// The bytes in the send queue (SIOCOUTQ, tcp(7)).
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "no crate has a safe call for SIOCOUTQ")]
pub(crate) fn bytes(socket: impl AsFd) -> Option<u64> {
    use rustix::ioctl::{Getter, Opcode, ioctl};

    /// `<linux/sockios.h>` defines SIOCOUTQ as TIOCOUTQ, which has this number on every architecture of ours.
    const SIOCOUTQ: Opcode = 0x5411;
    // SAFETY: SIOCOUTQ writes one int to its argument, and for other files than sockets fails or does the same.
    let queued = unsafe { ioctl(socket, Getter::<SIOCOUTQ, i32>::new()) };
    queued.ok().and_then(|bytes| u64::try_from(bytes).ok())
}

/// Not known on this system: a wait is then bounded by its deadline alone.
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
