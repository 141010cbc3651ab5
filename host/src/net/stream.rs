//! A connection as FTP sees it, plain or inside TLS: text and bytes in and out, each wait with its deadline.
//!
//! Beneath is `socket.rs`. What belongs to TLS alone (handshakes, tickets, alerts, close_notify) never shows above:
//! bytes on the wire that are no text are not "the server speaks".

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use rustix::event::PollFlags;
use rustls::ClientConnection;

use crate::cancel::{Cancellation, WaitError};
use crate::net::broken_pipe::without_signal;
use crate::net::socket::Socket;
use crate::net::tls::invalid_data;

/// How much ciphertext may wait for the socket, in bytes: one large write, as in `lent/splice.rs`.
const UNSENT: usize = 256 * 1024;

/// A connection, plain until it is made secure.
pub(crate) struct Stream {
    socket: Socket,
    tls: Option<Box<Tls>>,
}

struct Tls {
    connection: ClientConnection,
    /// The other end has closed its side, with or without saying so in TLS.
    ended: bool,
    /// How the socket failed: it says so once, and then only that it is at its end.
    broken: Option<io::ErrorKind>,
}

impl Stream {
    /// `socket`, as it is.
    pub(crate) fn plain(socket: Socket) -> Self {
        Self { socket, tls: None }
    }

    /// The socket beneath, for what has nothing to do with bytes.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The machine and port at the other end.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.socket.peer()
    }

    /// Whether it is inside TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Does the handshake of `connection`, and is inside TLS from then on.
    ///
    /// # Errors
    /// An `InvalidData` with rustls's error inside, or that of the socket.
    pub(crate) fn secure(
        &mut self,
        connection: ClientConnection,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<&ClientConnection, WaitError> {
        let mut tls = Box::new(Tls { connection, ended: false, broken: None });
        tls.connection.set_buffer_limit(Some(UNSENT));
        tls.flush(&self.socket, until, cancellation)?;
        while tls.connection.is_handshaking() {
            self.socket.ready(PollFlags::IN, until, cancellation)?;
            tls.take_in(&self.socket)?;
            if tls.ended && tls.connection.is_handshaking() {
                return Err(closed());
            }
            tls.flush(&self.socket, until, cancellation)?;
        }
        // Not before: a connection whose handshake failed is not secure.
        Ok(&self.tls.insert(tls).connection)
    }

    /// At least one byte.
    ///
    /// # Errors
    /// `UnexpectedEof` when the other end has closed in order.
    pub(crate) fn read(
        &mut self,
        into: &mut [u8],
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<usize, WaitError> {
        let Some(tls) = &mut self.tls else { return self.socket.read(into, until, cancellation) };
        loop {
            if let Some(count) = tls.read_text(into)? {
                return Ok(count);
            }
            // Records without text do not buy the other end more time.
            if Instant::now() >= until {
                return Err(WaitError::Failed(io::ErrorKind::TimedOut.into()));
            }
            self.socket.ready(PollFlags::IN, until, cancellation)?;
            tls.take_in(&self.socket)?;
        }
    }

    /// Whether `read` would return without waiting, for all that is known without asking the socket.
    pub(crate) fn has_more(&mut self) -> bool {
        self.tls.as_mut().is_some_and(|tls| tls.has_more())
    }

    /// The socket can be read: whether `read` would now return without waiting, were it with an error. Tickets and the
    /// like are no text.
    pub(crate) fn hear(&mut self) -> bool {
        self.tls.as_mut().is_none_or(|tls| tls.take_in(&self.socket).is_err() || tls.has_more())
    }

    /// Whether the other end has closed in order, and everything before that was read; looks only at what is here.
    pub(crate) fn is_at_its_end(&mut self) -> bool {
        match &mut self.tls {
            Some(tls) => tls.take_in(&self.socket).is_ok() && tls.ended,
            None => {
                matches!(self.socket.read_some(&mut [0]), Err(error) if error.kind() == io::ErrorKind::UnexpectedEof)
            }
        }
    }

    /// All of `bytes`.
    pub(crate) fn write_all(
        &mut self,
        bytes: &[u8],
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<(), WaitError> {
        let Some(tls) = &mut self.tls else { return self.socket.write_all(bytes, until, cancellation) };
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = &rest[tls.connection.writer().write(rest)?..];
            tls.flush(&self.socket, until, cancellation)?;
        }
        Ok(())
    }

    /// Writes what fits now, without waiting.
    pub(crate) fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.socket.write_some(bytes) };
        // Only what TLS itself has to say is looked for; text does not belong on a data connection.
        if !tls.has_more() {
            tls.take_in_some(&self.socket)?;
        }
        if !tls.flush_some(&self.socket)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let taken = tls.connection.writer().write(bytes)?;
        tls.flush_some(&self.socket)?;
        Ok(taken)
    }

    /// Sends on what was taken by `write_some` and did not fit; whether that was all.
    pub(crate) fn flush_some(&mut self) -> io::Result<bool> {
        self.tls.as_mut().map_or(Ok(true), |tls| tls.flush_some(&self.socket))
    }

    /// Says inside TLS that nothing more will be sent (close_notify, RFC 8446 §6.1): without it, a careful server takes
    /// what it got for cut off. What does not fit is for `flush_some`.
    pub(crate) fn close_notify(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.connection.send_close_notify();
        }
    }
}

impl Tls {
    /// Reads once, without waiting, and digests what came.
    fn take_in(&mut self, socket: &Socket) -> Result<(), WaitError> {
        self.take_in_some(socket).map_err(WaitError::Failed)
    }

    fn take_in_some(&mut self, socket: &Socket) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        match self.connection.read_tls(&mut socket.tcp()) {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) if is_momentary(&error) => return Ok(()),
            Err(error) => {
                self.broken = Some(error.kind());
                return Err(error);
            }
        }
        let digested = self.connection.process_new_packets();
        if digested.is_err() {
            // The server is told why; if it cannot be told, it finds out.
            let _ = self.flush_some(socket);
        }
        self.ended |= digested.map_err(invalid_data)?.peer_has_closed();
        Ok(())
    }

    fn has_more(&mut self) -> bool {
        let state = self.connection.process_new_packets();
        self.ended || self.broken.is_some() || state.map_or(true, |state| state.plaintext_bytes_to_read() > 0)
    }

    /// What has come and was decrypted; nothing, if more has to come first.
    fn read_text(&mut self, into: &mut [u8]) -> io::Result<Option<usize>> {
        self.connection.process_new_packets().map_err(invalid_data)?;
        match self.connection.reader().read(into) {
            Ok(count) if count > 0 => return Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.ended => {}
            // Also an end that TLS does not vouch for. What it cuts off is missed elsewhere: a reply has its line end.
            Ok(_) | Err(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        self.broken.map_or(Ok(None), |kind| Err(kind.into()))
    }

    /// Writes what fits now; whether that was all.
    fn flush_some(&mut self, socket: &Socket) -> io::Result<bool> {
        while self.connection.wants_write() {
            match without_signal(|| self.connection.write_tls(&mut socket.tcp())) {
                Ok(_) => {}
                Err(error) if is_momentary(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn flush(&mut self, socket: &Socket, until: Instant, cancellation: &Cancellation) -> Result<(), WaitError> {
        while !self.flush_some(socket)? {
            socket.ready(PollFlags::OUT, until, cancellation)?;
        }
        Ok(())
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn is_momentary(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn closed() -> WaitError {
    WaitError::Failed(io::ErrorKind::UnexpectedEof.into())
}
