//! A TCP connection of WASI, on which each wait has a deadline. `dial.rs` and `session_state.rs` decide the address.
//!
//! WASI can neither reset a connection nor report how many of the bytes sent the other end has acknowledged; `data.rs`
//! describes the consequences.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::mem;

use wasip2::clocks::monotonic_clock::Instant;
use wasip2::io::poll::Pollable;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use wasip2::sockets::tcp::{ShutdownType, TcpSocket};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;

use crate::bindings::exports::ftp_uploader::upload::capabilities::IoError;
use crate::deadlines::wait;

/// The number of bytes read at a time if the caller gives no limit.
const PORTION: u64 = 4096;

/// A connected TCP socket. Do not drop it: [`Socket::close`] releases it. WASI requires that children are dropped
/// first; the order of the fields ensures this.
pub(crate) struct Socket {
    readable: Pollable,
    writable: Pollable,
    input: InputStream,
    output: OutputStream,
    tcp: TcpSocket,
    /// Bytes, or the end, that [`Socket::hears`] has already read.
    heard: RefCell<Result<Vec<u8>, IoError>>,
    /// True if bytes were written since the last time that the stream reported space.
    full: Cell<bool>,
}

impl Socket {
    /// Connects to `peer`, and fails when `until` has passed.
    pub(crate) fn connect(peer: IpSocketAddress, until: Instant) -> Result<Self, IoError> {
        let family = match peer {
            IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
            IpSocketAddress::Ipv6(_) => IpAddressFamily::Ipv6,
        };
        let tcp = create_tcp_socket(family).map_err(cause)?;
        tcp.start_connect(&instance_network(), peer).map_err(cause)?;
        loop {
            match tcp.finish_connect() {
                Ok((input, output)) => return Ok(Self::new(tcp, input, output)),
                Err(ErrorCode::WouldBlock) => wait([&tcp.subscribe()], until).map(drop)?,
                Err(code) => return Err(cause(code)),
            }
        }
    }

    fn new(tcp: TcpSocket, input: InputStream, output: OutputStream) -> Self {
        let (readable, writable) = (input.subscribe(), output.subscribe());
        Self { readable, writable, input, output, tcp, heard: RefCell::new(Ok(Vec::new())), full: Cell::new(false) }
    }

    /// Releases the connection without waiting for a server that reads nothing: when wasmtime drops a stream, it waits
    /// without a deadline until all bytes are handed over. A socket that would wait is left to the platform, which
    /// closes it at the end of the program.
    pub(crate) fn close(self) {
        // Uses the last known state, and does not ask now: jco (up to 1.35) fails when WASI is called from a destructor
        // that another component's drop has started.
        if self.full.get() {
            mem::forget(self);
        }
    }

    /// Ready when there may be something to read. This can be wrong; [`Socket::hears`] finds out.
    pub(crate) fn readable(&self) -> &Pollable {
        &self.readable
    }

    /// Ready when there may be space for bytes.
    pub(crate) fn writable(&self) -> &Pollable {
        &self.writable
    }

    /// Returns the stream into which a file can be spliced.
    pub(crate) fn output(&self) -> &OutputStream {
        self.full.set(true);
        &self.output
    }

    /// Returns true if there is something to read: bytes or the end. Never waits.
    pub(crate) fn hears(&self) -> bool {
        let mut heard = self.heard.borrow_mut();
        if heard.as_ref().is_ok_and(Vec::is_empty) {
            *heard = self.input.read(PORTION).map_err(|error| end(&error));
        }
        !heard.as_ref().is_ok_and(Vec::is_empty)
    }

    /// Returns at least one byte, and at most `limit`.
    ///
    /// # Errors
    /// `Closed` if the other end has closed the connection without an error.
    pub(crate) fn read(&self, limit: usize, until: Instant) -> Result<Vec<u8>, IoError> {
        while !self.hears() {
            wait([&self.readable], until)?;
        }
        let mut heard = self.heard.borrow_mut();
        let bytes = heard.as_mut().map_err(|error| *error)?;
        let rest = bytes.split_off(limit.min(bytes.len()));
        Ok(mem::replace(bytes, rest))
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(&self, mut bytes: &[u8], until: Instant) -> Result<(), IoError> {
        while !bytes.is_empty() {
            let room = self.room(until)?;
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.full.set(true);
            self.output.write(now).map_err(|error| end(&error))?;
            bytes = later;
        }
        self.flush(until)
    }

    /// Flushes the bytes that WASI has accepted and not yet sent, and closes the sending side.
    pub(crate) fn half_close(&self, until: Instant) -> Result<(), IoError> {
        self.flush(until)?;
        self.tcp.shutdown(ShutdownType::Send).map_err(cause)
    }

    fn flush(&self, until: Instant) -> Result<(), IoError> {
        self.output.flush().map_err(|error| end(&error))?;
        self.room(until).map(drop)
    }

    /// Waits until bytes can be written; returns their number.
    fn room(&self, until: Instant) -> Result<usize, IoError> {
        loop {
            match self.output.check_write() {
                Ok(0) => wait([&self.writable], until).map(drop)?,
                Ok(room) => {
                    self.full.set(false);
                    return Ok(usize::try_from(room).unwrap_or(usize::MAX));
                }
                Err(error) => return Err(end(&error)),
            }
        }
    }
}

/// Returns the way in which a stream ended.
fn end(error: &StreamError) -> IoError {
    match error {
        StreamError::Closed => IoError::Closed,
        StreamError::LastOperationFailed(_) => IoError::Reset,
    }
}

/// Converts an error of WASI to the error for the guest.
fn cause(code: ErrorCode) -> IoError {
    match code {
        ErrorCode::Timeout => IoError::TimedOut,
        ErrorCode::ConnectionRefused => IoError::Refused,
        ErrorCode::RemoteUnreachable | ErrorCode::AddressNotBindable => IoError::Unreachable,
        ErrorCode::AccessDenied => IoError::Denied,
        _ => IoError::Reset,
    }
}
