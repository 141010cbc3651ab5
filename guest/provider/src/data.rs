//! `data-connection`: splice, shutdown and finish. The bytes go from WASI's file stream into WASI's socket stream inside the
//! platform (`wasi:io`, `splice`); they enter no component's memory. Only for a hash are they read here (`digest.rs`).
//!
//! WASI cannot do two things that `host/src/sandbox/capabilities/data_connection.rs` does. First, it cannot reset a connection. A
//! connection that is abandoned before the end of its file is kept until the control connection is closed, and is then
//! closed without an error; a server that looks only at the data connection takes the truncated file for complete.
//! Second, it does not report how many bytes the other end has acknowledged. A server that needs longer than the
//! deadline to read the platform's buffers counts as silent.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use wasip2::clocks::monotonic_clock::{Instant, now};
use wasip2::io::streams::{InputStream, StreamError};

use crate::bindings::exports::ftp_uploader::upload::capabilities::{
    GuestDataConnection, IoError, Moved, SourceError, SourceFileBorrow, SpliceError,
};
use crate::deadlines::wait;
use crate::session_state::SessionState;
use crate::socket::Socket;
use crate::source::Source;

/// The number of bytes that the platform is asked to move at a time. Each platform may move fewer.
const PORTION: u64 = 1 << 20;

/// The number of bytes read at a time, and discarded, from a connection on which the server should send nothing.
const IGNORED: usize = 4096;

/// One data connection.
pub(crate) struct Data {
    line: Rc<SessionState>,
    /// The number of the call in which it was opened.
    call: u64,
    /// Present until this is dropped.
    socket: Option<Socket>,
    /// The stream of the file, at the position of this connection.
    reading: RefCell<Option<InputStream>>,
    /// The number of bytes of the file sent over this connection.
    moved: Cell<u64>,
    /// True if the end of the file was declared: our side is closed.
    shut: Cell<bool>,
    /// True if `finish` was called, or `shutdown` has failed.
    over: Cell<bool>,
}

/// The result of waiting for the data connection.
enum Turn {
    /// The data connection is ready.
    Data,
    /// The control connection has something to read first.
    Control,
}

impl Data {
    pub(crate) fn new(socket: Socket, line: Rc<SessionState>) -> Self {
        Self {
            call: line.call.get(),
            line,
            socket: Some(socket),
            reading: RefCell::default(),
            moved: Cell::default(),
            shut: Cell::default(),
            over: Cell::default(),
        }
    }

    fn socket(&self) -> Result<&Socket, IoError> {
        self.socket.as_ref().ok_or(IoError::Denied)
    }

    /// Returns true if this connection belongs to the present call, all bytes of the file so far were sent over it, and
    /// the file was not declared complete.
    fn carries(&self) -> bool {
        self.call == self.line.call.get() && self.line.delivered.unfinished() == Some(self.moved.get())
    }

    /// Waits until the data connection is ready for reading or writing, or the control connection has something to
    /// read.
    fn await_turn(&self, writing: bool) -> Result<Turn, IoError> {
        let data = self.socket()?;
        let ready = if writing { data.writable() } else { data.readable() };
        let due = self.line.deadlines.due();
        self.line.with_control(|control| {
            loop {
                let [_, control_ready] = wait([ready, control.readable()], due)?;
                match control_ready && control.hears() {
                    // A server that only sends on the control connection counts as silent.
                    true if now() >= due => return Err(IoError::TimedOut),
                    true => return Ok(Turn::Control),
                    false if ready.ready() => return Ok(Turn::Data),
                    false => {}
                }
            }
        })
    }

    /// Moves bytes of `source` from `offset` on, at least one unless the control connection has something to read
    /// first.
    fn move_some(&self, source: &Source, offset: u64, length: u64) -> Result<Moved, SpliceError> {
        let output = self.socket().map_err(SpliceError::Connection)?.output();
        let mut reading = self.reading.borrow_mut();
        loop {
            if let Turn::Control = self.await_turn(true).map_err(SpliceError::Connection)? {
                return Ok(Moved::Heard);
            }
            let file = match reading.take() {
                Some(file) => file,
                None => source.read_from(offset).map_err(SpliceError::Source)?,
            };
            match output.splice(&file, length.min(PORTION)) {
                Ok(0) => await_file(&file, self.line.deadlines.due())?,
                Ok(moved) => {
                    *reading = Some(file);
                    return Ok(Moved::Bytes(moved));
                }
                Err(_) => return Err(whose_fault(source, offset)),
            }
            *reading = Some(file);
        }
    }

    /// Waits for the end of a connection on which the server should send nothing more.
    fn await_end(&self, until: Instant) -> Result<(), IoError> {
        while !self.has_ended(until)? {}
        Ok(())
    }

    /// Discards bytes that the server sends on a connection that is only for sending, and returns true at its end.
    fn has_ended(&self, until: Instant) -> Result<bool, IoError> {
        match self.socket()?.read(IGNORED, until) {
            Ok(_) if now() >= until => Err(IoError::TimedOut),
            Ok(_) => Ok(false),
            Err(IoError::Closed) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl GuestDataConnection for Data {
    /// There is no TLS, see `control.rs`.
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn splice(&self, source: SourceFileBorrow<'_>, offset: u64, length: u64) -> Result<Moved, SpliceError> {
        let source = source.get::<Source>();
        // Only the size at opening was lent, even if the file grows.
        let length = length.min(source.bytes().saturating_sub(offset));
        if length == 0 {
            return Ok(Moved::End);
        }
        // Bytes must be moved in order, and none twice; other bytes would not be the file.
        if !self.carries() || offset != self.moved.get() {
            return Err(SpliceError::Connection(IoError::Denied));
        }
        let moved = self.move_some(source, offset, length)?;
        if let Moved::Bytes(bytes) = moved {
            self.line.deadlines.mark();
            self.moved.set(offset + bytes);
            self.line.delivered.moved(offset + bytes, source.bytes());
        }
        Ok(moved)
    }

    fn shutdown(&self) -> Result<(), IoError> {
        if !self.carries() {
            return Err(IoError::Denied);
        }
        self.shut.set(true);
        self.line.delivered.finish();
        let deadlines = &self.line.deadlines;
        deadlines.mark();
        self.socket()?.half_close(deadlines.due()).inspect_err(|_| self.over.set(true))
    }

    fn finish(&self) -> Result<(), IoError> {
        if !self.shut.get() {
            self.shutdown()?;
        }
        if self.over.replace(true) {
            return Err(IoError::Denied);
        }
        let deadlines = &self.line.deadlines;
        deadlines.mark();
        loop {
            match self.await_turn(false)? {
                // The final reply was received, so it is no error if the server does not close its side.
                Turn::Control => break self.await_end(deadlines.grace_ends()).or_else(no_longer_needed)?,
                Turn::Data if self.has_ended(deadlines.due())? => break,
                Turn::Data => {}
            }
        }
        deadlines.mark();
        Ok(())
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        match (self.socket.take(), self.shut.get()) {
            (Some(socket), true) => socket.close(),
            (Some(socket), false) => self.line.give_up(socket),
            (None, _) => {}
        }
    }
}

/// Ignores a timeout: only the end of the connection is missing, and it is not required.
fn no_longer_needed(error: IoError) -> Result<(), IoError> {
    if error == IoError::TimedOut { Ok(()) } else { Err(error) }
}

/// `splice` does not report which of the two streams failed. It was the file, if it has no byte at `offset`.
///
/// The socket is not asked, because wasmtime 36 reports its error only once.
fn whose_fault(source: &Source, offset: u64) -> SpliceError {
    match source.read_from(offset).map(|file| file.blocking_skip(1)) {
        Ok(Ok(_)) => SpliceError::Connection(IoError::Reset),
        Ok(Err(StreamError::Closed)) => SpliceError::Source(SourceError::Shrank),
        Ok(Err(StreamError::LastOperationFailed(_))) => SpliceError::Source(SourceError::Unreadable),
        Err(error) => SpliceError::Source(error),
    }
}

/// Waits until the platform has read some bytes of the file.
fn await_file(file: &InputStream, until: Instant) -> Result<(), SpliceError> {
    wait([&file.subscribe()], until).map(drop).map_err(|_| SpliceError::Source(SourceError::Unreadable))
}
