//! A TCP connection of WASI's, each of whose waits has a deadline. Who may be dialled is decided in `dial.rs` and
//! `line.rs`.
//!
//! WASI can neither reset a connection nor tell how much of what was sent the other end has acknowledged; what that
//! costs is said where it costs (`data.rs`).

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
use crate::pace::wait;

/// How much is heard at a time where nobody has said how much he wants.
const PORTION: u64 = 4096;

/// A connected TCP socket. Not to be dropped: [`Socket::close`] lets go of it. The order of the fields is that in which
/// WASI wants them dropped: children first.
pub(crate) struct Socket {
    readable: Pollable,
    writable: Pollable,
    input: InputStream,
    output: OutputStream,
    tcp: TcpSocket,
    /// What was heard while asking whether there is anything to hear.
    heard: RefCell<Result<Vec<u8>, IoError>>,
    /// Whether bytes were handed over since there was last seen to be room.
    full: Cell<bool>,
}

impl Socket {
    /// Connects to `peer`, giving up when `until` has passed.
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

    /// Lets the connection go, without waiting for a server that takes nothing: wasmtime waits in the drop of a stream
    /// until everything is handed over, with no deadline. What would wait is left to the platform, which closes it
    /// together with the program.
    pub(crate) fn close(self) {
        // What was last seen, and not asked now: jco (to 1.35) loses its place when WASI is called from a destructor
        // that another component's drop has set off.
        if self.full.get() {
            mem::forget(self);
        }
    }

    /// Ready when there may be something to read. It may be wrong: [`Socket::hears`] knows.
    pub(crate) fn readable(&self) -> &Pollable {
        &self.readable
    }

    /// Ready when there may be room for bytes.
    pub(crate) fn writable(&self) -> &Pollable {
        &self.writable
    }

    /// Where a file can be spliced into.
    pub(crate) fn output(&self) -> &OutputStream {
        self.full.set(true);
        &self.output
    }

    /// Whether there is something to read, bytes or the end. Never waits.
    pub(crate) fn hears(&self) -> bool {
        let mut heard = self.heard.borrow_mut();
        if heard.as_ref().is_ok_and(Vec::is_empty) {
            *heard = self.input.read(PORTION).map_err(|error| end(&error));
        }
        !heard.as_ref().is_ok_and(Vec::is_empty)
    }

    /// At least one byte, at most `limit`.
    ///
    /// # Errors
    /// `Closed` when the other end has closed in order.
    pub(crate) fn read(&self, limit: usize, until: Instant) -> Result<Vec<u8>, IoError> {
        while !self.hears() {
            wait([&self.readable], until)?;
        }
        let mut heard = self.heard.borrow_mut();
        let bytes = heard.as_mut().map_err(|error| *error)?;
        let rest = bytes.split_off(limit.min(bytes.len()));
        Ok(mem::replace(bytes, rest))
    }

    /// All of `bytes`.
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

    /// Hands over what WASI has taken and not yet passed on, and says that nothing more will come.
    pub(crate) fn half_close(&self, until: Instant) -> Result<(), IoError> {
        self.flush(until)?;
        self.tcp.shutdown(ShutdownType::Send).map_err(cause)
    }

    fn flush(&self, until: Instant) -> Result<(), IoError> {
        self.output.flush().map_err(|error| end(&error))?;
        self.room(until).map(drop)
    }

    /// Waits until bytes can be written; says how many.
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

/// How a stream ended.
fn end(error: &StreamError) -> IoError {
    match error {
        StreamError::Closed => IoError::Closed,
        StreamError::LastOperationFailed(_) => IoError::Reset,
    }
}

/// What the guest is told of a failure.
fn cause(code: ErrorCode) -> IoError {
    match code {
        ErrorCode::Timeout => IoError::TimedOut,
        ErrorCode::ConnectionRefused => IoError::Refused,
        ErrorCode::RemoteUnreachable | ErrorCode::AddressNotBindable => IoError::Unreachable,
        ErrorCode::AccessDenied => IoError::Denied,
        _ => IoError::Reset,
    }
}
