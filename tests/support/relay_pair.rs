//! The two TCP connections of a relay, to the client and to the server, and their ends.
//!
//! `relay_passage.rs` passes the bytes between them.

use std::io::ErrorKind;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// The longest time that a read or a write blocks before the relay checks its state again.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The two connections that a relay joins.
pub(crate) struct Pair {
    pub(crate) client: TcpStream,
    pub(crate) server: TcpStream,
    pub(crate) is_control: bool,
    /// True if this data connection is the one to be cut.
    pub(crate) must_be_cut: AtomicBool,
    pub(crate) ended: AtomicBool,
}

impl Pair {
    /// Joins two connections, and sets short timeouts.
    pub(crate) fn new(client: TcpStream, server: TcpStream, is_control: bool) -> Arc<Self> {
        for stream in [&client, &server] {
            stream.set_read_timeout(Some(POLL_INTERVAL)).expect("a stream can time out");
            stream.set_write_timeout(Some(POLL_INTERVAL)).expect("a stream can time out");
            stream.set_nodelay(true).expect("a stream can be prompt");
        }
        Arc::new(Self {
            client,
            server,
            is_control,
            must_be_cut: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        })
    }

    /// Ends both connections in order.
    pub(crate) fn close(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Resets both connections. The reset is sent when the threads that use them have noticed.
    pub(crate) fn reset(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            let _ = set_socket_linger(stream, Some(Duration::ZERO));
        }
    }

    /// Returns true after a reset by the client or, on the control connection, after its orderly end. Bytes that it
    /// sent before may still be unread.
    pub(crate) fn client_has_left(&self) -> bool {
        let ended = self.is_control && matches!(self.client.peek(&mut [0]), Ok(0));
        ended || self.ended.load(Ordering::SeqCst) || !matches!(self.client.take_error(), Ok(None))
    }
}

/// Returns true for the error of a timeout, after which the call must be repeated.
pub(crate) fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
