//! The two connections that a relay makes one: to the client and to the server, and how both end.
//!
//! What passes between them is `relay_passage.rs`.

use std::io::ErrorKind;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// Two ends of one connection.
pub(crate) struct Pair {
    pub(crate) client: TcpStream,
    pub(crate) server: TcpStream,
    pub(crate) is_control: bool,
    /// Of a data connection: it is the one to be cut.
    pub(crate) doomed: AtomicBool,
    pub(crate) ended: AtomicBool,
}

impl Pair {
    /// Takes two connections for one, with short waits.
    pub(crate) fn new(client: TcpStream, server: TcpStream, is_control: bool) -> Arc<Self> {
        for stream in [&client, &server] {
            stream.set_read_timeout(Some(NAP)).expect("a stream can time out");
            stream.set_write_timeout(Some(NAP)).expect("a stream can time out");
            stream.set_nodelay(true).expect("a stream can be prompt");
        }
        Arc::new(Self { client, server, is_control, doomed: AtomicBool::new(false), ended: AtomicBool::new(false) })
    }

    /// In order.
    pub(crate) fn close(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// As soon as the threads that use it have noticed.
    pub(crate) fn reset(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            let _ = set_socket_linger(stream, Some(Duration::ZERO));
        }
    }

    /// By a reset or, on the control connection, in order. What it sent before may still be unread.
    pub(crate) fn client_has_left(&self) -> bool {
        let ended = self.is_control && matches!(self.client.peek(&mut [0]), Ok(0));
        ended || self.ended.load(Ordering::SeqCst) || !matches!(self.client.take_error(), Ok(None))
    }
}

/// How long someone reads or writes before it looks whether that is still wanted.
pub(crate) const NAP: Duration = Duration::from_millis(10);

/// Whether an error says only that nothing has happened yet.
pub(crate) fn is_a_nap(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
