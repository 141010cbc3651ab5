//! A connection for FTP, plain or inside TLS: text and bytes in both directions, each wait with a deadline.
//!
//! Handshakes, tickets, alerts and close_notify stay inside this file: a TLS record without application data does not
//! count as "the server has sent something".

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use rustix::event::PollFlags;
use rustix::fd::BorrowedFd;
use rustls::ClientConnection;

use crate::cancel::WaitError;
use crate::net::socket::Socket;
use crate::net::tls::invalid_data;
use crate::net::wait::Deadline;
use crate::platform::broken_pipe::without_signal;

/// The most ciphertext that may wait for the socket, in bytes: one buffer of `sandbox/transfer/copy.rs`.
const MAX_UNSENT: usize = 256 * 1024;

/// A connection, plain until `secure` has succeeded.
pub(crate) struct Stream {
    socket: Socket,
    tls: Option<Box<Tls>>,
    /// True if the next `read` probably need not wait: it tries first.
    reads_first: bool,
}

struct Tls {
    connection: ClientConnection,
    /// The peer has closed its side, with or without close_notify.
    ended: bool,
    /// The peer has sent close_notify.
    notified: bool,
    /// The error of the socket, which it returns only once; later reads return its end.
    broken: Option<io::ErrorKind>,
}

impl Stream {
    /// Returns a stream without TLS over `socket`.
    pub(crate) fn plain(socket: Socket) -> Self {
        Self { socket, tls: None, reads_first: false }
    }

    /// Returns the socket, to wait for it.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Returns the socket, for operations that do not read or write.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Returns the address and port of the peer.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.socket.peer()
    }

    /// Returns true if it is inside TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Does the handshake of `connection`. The stream is inside TLS from then on.
    ///
    /// # Errors
    /// `InvalidData` with rustls's error inside, or an error of the socket.
    pub(crate) fn secure(
        &mut self,
        connection: ClientConnection,
        deadline: Deadline<'_>,
    ) -> Result<&ClientConnection, WaitError> {
        let mut tls = Box::new(Tls { connection, ended: false, notified: false, broken: None });
        tls.connection.set_buffer_limit(Some(MAX_UNSENT));
        tls.flush(&self.socket, deadline)?;
        while tls.connection.is_handshaking() {
            self.socket.ready(PollFlags::IN, deadline)?;
            let received = tls.receive(&self.socket);
            // The caller is asked about a certificate meanwhile, and can cancel the run instead of an answer.
            deadline.check_cancellation()?;
            received?;
            if tls.ended && tls.connection.is_handshaking() {
                return Err(WaitError::Failed(io::ErrorKind::UnexpectedEof.into()));
            }
            tls.flush(&self.socket, deadline)?;
        }
        // Only now: a connection whose handshake failed is not secure.
        Ok(&self.tls.insert(tls).connection)
    }

    /// Reads at least one byte.
    ///
    /// # Errors
    /// `UnexpectedEof` if the peer has closed its side.
    pub(crate) fn read(&mut self, into: &mut [u8], deadline: Deadline<'_>) -> Result<usize, WaitError> {
        let Some(tls) = &mut self.tls else {
            let first = std::mem::take(&mut self.reads_first).then(|| self.socket.read_some(into)).transpose()?;
            deadline.check_cancellation()?;
            return first.flatten().map_or_else(|| self.socket.read(into, deadline), Ok);
        };
        loop {
            if let Some(count) = tls.read_text(into)? {
                return Ok(count);
            }
            // Records without application data do not extend the deadline.
            if deadline.has_passed() {
                return Err(WaitError::timed_out());
            }
            self.socket.ready(PollFlags::IN, deadline)?;
            tls.receive(&self.socket)?;
        }
    }

    /// Lets the next `read` try before it waits. For a connection on which the peer has probably sent something.
    pub(crate) fn read_first(&mut self) {
        self.reads_first = true;
    }

    /// Returns true if TLS holds decrypted bytes, the end or an error, so that `read` would return without waiting.
    /// Does not look at the socket.
    pub(crate) fn has_more(&mut self) -> bool {
        self.tls.as_mut().is_some_and(|tls| tls.has_more())
    }

    /// Takes in the bytes of a socket that is readable, and returns true if `read` would now return bytes, the end or
    /// an error. Tickets and similar records are none of these.
    pub(crate) fn has_text_after_receiving(&mut self) -> bool {
        self.read_first();
        self.tls.as_mut().is_none_or(|tls| tls.receive(&self.socket).is_err() || tls.has_more())
    }

    /// Returns true if the peer has closed its side and everything before that was read. Never waits.
    pub(crate) fn is_at_its_end(&mut self) -> bool {
        match &mut self.tls {
            Some(tls) => tls.receive(&self.socket).is_ok() && tls.ended,
            None => {
                matches!(self.socket.read_some(&mut [0]), Err(error) if error.kind() == io::ErrorKind::UnexpectedEof)
            }
        }
    }

    /// Returns true if the end that `read` has found can be the end that the peer has declared. Inside TLS this needs
    /// close_notify (RFC 8446 §6.1): anyone on the network path can end a TCP connection.
    pub(crate) fn has_ended_orderly(&self) -> bool {
        self.tls.as_ref().is_none_or(|tls| tls.notified)
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(&mut self, bytes: &[u8], deadline: Deadline<'_>) -> Result<(), WaitError> {
        let Some(tls) = &mut self.tls else { return self.socket.write_all(bytes, deadline) };
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = &rest[tls.connection.writer().write(rest)?..];
            tls.flush(&self.socket, deadline)?;
        }
        Ok(())
    }

    /// Writes as many bytes as fit now, without waiting.
    pub(crate) fn write_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.socket.write_some(bytes) };
        // Alerts and tickets must be read while we write. Application data does not belong on a data connection.
        if !tls.has_more() {
            tls.receive_some(&self.socket)?;
        }
        if !tls.flush_some(&self.socket)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let accepted = tls.connection.writer().write(bytes)?;
        tls.flush_some(&self.socket)?;
        Ok(accepted)
    }

    /// Sends bytes that `write_some` accepted and the socket did not. Returns true if none are left.
    pub(crate) fn flush_some(&mut self) -> io::Result<bool> {
        self.tls.as_mut().map_or(Ok(true), |tls| tls.flush_some(&self.socket))
    }

    /// Queues close_notify (RFC 8446 §6.1), without which a careful server takes the file for truncated. `flush_some`
    /// sends it.
    pub(crate) fn close_notify(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.connection.send_close_notify();
        }
    }
}

impl Tls {
    /// Reads once, without waiting, and decrypts.
    fn receive(&mut self, socket: &Socket) -> Result<(), WaitError> {
        self.receive_some(socket).map_err(WaitError::Failed)
    }

    fn receive_some(&mut self, socket: &Socket) -> io::Result<()> {
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
        let processed = self.connection.process_new_packets();
        if processed.is_err() {
            // Sends the alert. If that fails, the server sees the connection end.
            let _ = self.flush_some(socket);
        }
        self.notified = processed.map_err(invalid_data)?.peer_has_closed();
        self.ended |= self.notified;
        Ok(())
    }

    fn has_more(&mut self) -> bool {
        let state = self.connection.process_new_packets();
        self.ended || self.broken.is_some() || state.map_or(true, |state| state.plaintext_bytes_to_read() > 0)
    }

    /// Reads decrypted bytes. Returns `None` if more must be received first.
    fn read_text(&mut self, into: &mut [u8]) -> io::Result<Option<usize>> {
        self.connection.process_new_packets().map_err(invalid_data)?;
        match self.connection.reader().read(into) {
            Ok(count) if count > 0 => return Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.ended => {}
            // Also an end without close_notify. A truncated reply is noticed by its missing line end.
            Ok(_) | Err(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        self.broken.map_or(Ok(None), |kind| Err(kind.into()))
    }

    /// Writes as many bytes as fit now. Returns true if none are left.
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

    fn flush(&mut self, socket: &Socket, deadline: Deadline<'_>) -> Result<(), WaitError> {
        while !self.flush_some(socket)? {
            socket.ready(PollFlags::OUT, deadline)?;
        }
        Ok(())
    }
}

fn is_momentary(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests;
