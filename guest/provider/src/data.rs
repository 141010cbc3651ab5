//! `data-connection`: splice and finish. The bytes go from WASI's file stream into WASI's socket stream inside the
//! platform (`wasi:io`, `splice`); they enter no component's memory. Only a hash of them is computed here (`digest.rs`).
//!
//! Two things that `host/src/lent/data_connection.rs` does WASI cannot. It has no reset: a connection given up in
//! mid-file is kept until the control connection is closed, and then ends in order; a server that looks at the data
//! connection alone takes what it has for the whole file. And it does not tell what the other end has acknowledged: a
//! server that needs longer than the deadline to drain the platform's buffers counts as silent.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use wasip2::clocks::monotonic_clock::{Instant, now};
use wasip2::io::streams::{InputStream, StreamError};

use crate::bindings::exports::ftp_uploader::upload::capabilities::{
    GuestDataConnection, IoError, Moved, SourceError, SourceFileBorrow, SpliceError,
};
use crate::line::Line;
use crate::pace::wait;
use crate::socket::Socket;
use crate::source::Source;

/// How much the platform is asked to move at a time. Each moves less as it sees fit.
const PORTION: u64 = 1 << 20;

/// What is read away of a connection that is not for reading.
const IGNORED: usize = 4096;

/// One data connection.
pub(crate) struct Data {
    line: Rc<Line>,
    /// There until it is dropped.
    socket: Option<Socket>,
    /// The file, being read from where this connection is.
    reading: RefCell<Option<InputStream>>,
    /// Bytes of the file that went over this connection.
    moved: Cell<u64>,
    /// Whether the end of the file was announced.
    finished: Cell<bool>,
}

/// What a wait for the data connection came to.
enum Turn {
    /// It may be used.
    Data,
    /// The server has something to say first.
    Control,
}

impl Data {
    pub(crate) fn new(socket: Socket, line: Rc<Line>) -> Self {
        Self {
            line,
            socket: Some(socket),
            reading: RefCell::default(),
            moved: Cell::default(),
            finished: Cell::default(),
        }
    }

    fn socket(&self) -> Result<&Socket, IoError> {
        self.socket.as_ref().ok_or(IoError::Denied)
    }

    /// Whether this is the connection that the file goes over, so far, and it was not ended.
    fn carries(&self) -> bool {
        self.line.delivered.unfinished() == Some(self.moved.get())
    }

    /// Waits until the data connection is ready for reading or writing, or the server speaks on the control connection.
    fn await_turn(&self, writing: bool) -> Result<Turn, IoError> {
        let data = self.socket()?;
        let ready = if writing { data.writable() } else { data.readable() };
        let due = self.line.pace.due();
        self.line.with_control(|control| {
            loop {
                let [_, control_ready] = wait([ready, control.readable()], due)?;
                match control_ready && control.hears() {
                    // One that only talks is silent.
                    true if now() >= due => return Err(IoError::TimedOut),
                    true => return Ok(Turn::Control),
                    false if ready.ready() => return Ok(Turn::Data),
                    false => {}
                }
            }
        })
    }

    /// Moves bytes of `source` from `offset` on, at least one unless the server speaks first.
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
                Ok(0) => await_file(&file, self.line.pace.due())?,
                Ok(moved) => {
                    *reading = Some(file);
                    return Ok(Moved::Bytes(moved));
                }
                Err(_) => return Err(whose_fault(source, offset)),
            }
            *reading = Some(file);
        }
    }

    /// Waits for the end of a connection on which nothing should come any more.
    fn await_end(&self, until: Instant) -> Result<(), IoError> {
        while !self.has_ended(until)? {}
        Ok(())
    }

    /// Reads away what a server may send on a connection that is not for that, and says whether it is at its end.
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
        // The size at opening is the whole of what was lent, however the file grows.
        let length = length.min(source.bytes().saturating_sub(offset));
        if length == 0 {
            return Ok(Moved::End);
        }
        // In order, and none twice: anything else is not the file.
        if !self.carries() || offset != self.moved.get() {
            return Err(SpliceError::Connection(IoError::Denied));
        }
        let moved = self.move_some(source, offset, length)?;
        if let Moved::Bytes(bytes) = moved {
            self.line.pace.mark();
            self.moved.set(offset + bytes);
            self.line.delivered.moved(offset + bytes, source.bytes());
        }
        Ok(moved)
    }

    fn finish(&self) -> Result<(), IoError> {
        if !self.carries() {
            return Err(IoError::Denied);
        }
        self.finished.set(true);
        self.line.delivered.finish();
        let pace = &self.line.pace;
        pace.mark();
        self.socket()?.half_close(pace.due())?;
        loop {
            match self.await_turn(false)? {
                // The final reply is here: that the server does not close its end takes nothing away.
                Turn::Control => break self.await_end(pace.grace_ends()).or_else(no_longer_needed)?,
                Turn::Data if self.has_ended(pace.due())? => break,
                Turn::Data => {}
            }
        }
        pace.mark();
        Ok(())
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        match (self.socket.take(), self.finished.get()) {
            (Some(socket), true) => socket.close(),
            (Some(socket), false) => self.line.give_up(socket),
            (None, _) => {}
        }
    }
}

/// Nothing more is expected than the server's end, and it may stay away.
fn no_longer_needed(error: IoError) -> Result<(), IoError> {
    if error == IoError::TimedOut { Ok(()) } else { Err(error) }
}

/// `splice` does not say which of the two streams failed: the file, if it has no byte to give at `offset`.
///
/// The socket is not asked, because wasmtime 36 forgets there what it has reported once.
fn whose_fault(source: &Source, offset: u64) -> SpliceError {
    match source.read_from(offset).map(|file| file.blocking_skip(1)) {
        Ok(Ok(_)) => SpliceError::Connection(IoError::Reset),
        Ok(Err(StreamError::Closed)) => SpliceError::Source(SourceError::Shrank),
        Ok(Err(StreamError::LastOperationFailed(_))) => SpliceError::Source(SourceError::Unreadable),
        Err(error) => SpliceError::Source(error),
    }
}

/// Waits for the platform to have read something of a file.
fn await_file(file: &InputStream, until: Instant) -> Result<(), SpliceError> {
    wait([&file.subscribe()], until).map(drop).map_err(|_| SpliceError::Source(SourceError::Unreadable))
}
