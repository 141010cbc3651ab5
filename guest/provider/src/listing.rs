//! `listing-connection`: a data connection that only receives. The rules are those of
//! `host/src/sandbox/capabilities/listing_connection.rs`, without TLS.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

use crate::bindings::exports::ftp_uploader::upload::capabilities::{GuestListingConnection, IoError};
use crate::session_state::SessionState;
use crate::socket::Socket;

/// The most bytes that one `receive` returns.
const MAX_RECEIVE: u32 = 65_536;

/// The most bytes of one connection: a listing of half a million entries.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A data connection that only receives.
pub(crate) struct Listing {
    line: Rc<SessionState>,
    /// Present until this is dropped.
    socket: Option<Socket>,
    /// The number of bytes that may still be received; 0 after an error.
    left: Cell<usize>,
    /// True if the server has closed its side without an error.
    ended: Cell<bool>,
}

impl Listing {
    pub(crate) fn new(socket: Socket, line: Rc<SessionState>) -> Self {
        Self { line, socket: Some(socket), left: Cell::new(MAX_BYTES), ended: Cell::new(false) }
    }

    /// Reads at least one byte; none at the end.
    fn read(&self, most: usize) -> Result<Vec<u8>, IoError> {
        let socket = self.socket.as_ref().ok_or(IoError::Denied)?;
        match socket.read(most, self.line.deadlines.silence_ends()) {
            Err(IoError::Closed) => Ok(Vec::new()),
            read => read,
        }
    }
}

impl GuestListingConnection for Listing {
    /// There is no TLS, see `control.rs`.
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        if self.ended.get() {
            return Ok(Vec::new());
        }
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default().min(self.left.get());
        if most == 0 {
            return Err(IoError::Denied);
        }
        let bytes = self.read(most).inspect_err(|_| self.left.set(0))?;
        self.left.set(self.left.get().saturating_sub(bytes.len()));
        self.ended.set(bytes.is_empty());
        // The final reply has its full time after the last byte.
        self.line.deadlines.mark();
        Ok(bytes)
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.socket.take().into_iter().for_each(Socket::close);
    }
}
