//! `data-connection`: splice and finish, and a reset for every data connection that was not finished, so that no
//! server takes a cut file for a whole one.
//!
//! How bytes get from the file into the socket is `splice.rs`.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Instant;

use rustix::event::PollFlags;
use wasmtime::component::Resource;

use super::splice::{Failure, Mover};
use super::{Delivered, Interrupted, Lent, SourceFile, answer, cause};
use crate::bindings::ftp_uploader::upload::capabilities::{HostDataConnection, IoError, SourceError, SpliceError};
use crate::interrupt::{Interrupt, Stop, wait};
use crate::lent::Pace;
use crate::socket::Socket;

/// One data connection.
pub struct DataConnection {
    socket: Option<Socket>,
    mover: Mover,
    delivered: Delivered,
}

impl DataConnection {
    pub(crate) fn new(socket: Socket) -> Self {
        Self { socket: Some(socket), mover: Mover::default(), delivered: Delivered::default() }
    }
}

impl Drop for DataConnection {
    fn drop(&mut self) {
        if let Some(socket) = self.socket.take()
            && !self.delivered.finished
        {
            socket.reset();
        }
    }
}

/// What a wait for the data connection came to.
enum Turn {
    /// It takes bytes, or has ended.
    Data,
    /// The server has something to say first.
    Control,
}

impl HostDataConnection for Lent {
    fn splice(
        &mut self,
        data: Resource<DataConnection>,
        source: Resource<SourceFile>,
        offset: u64,
        length: u64,
    ) -> wasmtime::Result<Result<u64, SpliceError>> {
        let source = Arc::clone(&self.table.get(&source)?.0);
        // The size at opening is the whole of what was lent, however the file grows.
        let length = length.min(source.size().saturating_sub(offset));
        if length == 0 {
            return Ok(Ok(0));
        }
        let began = Instant::now();
        let control = self.control.as_ref();
        let connection = self.table.get_mut(&data)?;
        let moved = connection.splice(&source, offset, length, control, &mut self.pace, self.interrupt.as_ref());
        self.meter.waited_since(began);
        match moved {
            Ok(0) => Ok(Ok(0)),
            Ok(bytes) => {
                self.delivered = connection.delivered;
                self.meter.moved(bytes);
                self.pace.mark();
                self.progress.sent(source.path(), self.delivered.bytes, source.size());
                Ok(Ok(bytes))
            }
            Err(Failure::Source(error)) => Ok(Err(SpliceError::Source(error))),
            Err(Failure::Connection(Stop::Failed(error))) => Ok(Err(SpliceError::Connection(cause(&error)))),
            Err(Failure::Connection(Stop::Interrupted)) => Err(wasmtime::Error::new(Interrupted)),
        }
    }

    fn finish(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        let finished = connection.finish(self.control.as_ref(), &mut self.pace, self.interrupt.as_ref());
        self.delivered = connection.delivered;
        self.meter.waited_since(began);
        answer(finished)
    }

    fn drop(&mut self, handle: Resource<DataConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl DataConnection {
    fn splice(
        &mut self,
        source: &crate::source::Source,
        offset: u64,
        length: u64,
        control: Option<&Socket>,
        pace: &mut Pace,
        interrupt: Option<&Interrupt>,
    ) -> Result<u64, Failure> {
        let socket = self.socket.as_ref().ok_or(Failure::Source(SourceError::Unreadable))?;
        loop {
            if let Turn::Control = await_turn(socket, PollFlags::OUT, control, pace, interrupt)? {
                return Ok(0);
            }
            let moved = self.mover.move_some(source, offset, length, socket)?;
            if moved > 0 {
                // Anything out of order is not the file: it will never match the receipt.
                let in_order = offset == self.delivered.bytes && !self.delivered.finished;
                self.delivered.bytes = if in_order { offset + moved } else { u64::MAX };
                return Ok(moved);
            }
        }
    }

    fn finish(&mut self, control: Option<&Socket>, pace: &mut Pace, interrupt: Option<&Interrupt>) -> Result<(), Stop> {
        let socket = self.socket.as_ref().ok_or(Stop::Failed(io::ErrorKind::UnexpectedEof.into()))?;
        self.delivered.finished = true;
        socket.half_close()?;
        pace.mark();
        loop {
            match await_turn(socket, PollFlags::IN, control, pace, interrupt)? {
                Turn::Control => break await_end(socket, pace.grace_ends(), interrupt).or_else(no_longer_needed)?,
                Turn::Data if has_ended(socket, pace.due(), interrupt)? => break,
                Turn::Data => {}
            }
        }
        pace.mark();
        Ok(())
    }
}

/// Waits until `data` is ready for `flags`, or the server speaks on `control`. A server that still takes bytes out of
/// our send queue is not silent, however long it needs; one that only talks is.
fn await_turn(
    data: &Socket,
    flags: PollFlags,
    control: Option<&Socket>,
    pace: &mut Pace,
    interrupt: Option<&Interrupt>,
) -> Result<Turn, Stop> {
    // Without a control connection there is nothing to hear; the data connection stands in for it.
    let (control, control_flags) = control.map_or((data, PollFlags::empty()), |socket| (socket, PollFlags::IN));
    let mut queued = data.unacknowledged();
    loop {
        let ready = wait([(control.as_fd(), control_flags), (data.as_fd(), flags)], pace.next_look(), interrupt)?;
        if ready == [false, true] {
            return Ok(Turn::Data);
        }
        let still_queued = data.unacknowledged();
        if still_queued < queued {
            queued = still_queued;
            pace.mark();
        }
        if Instant::now() >= pace.due() {
            return Err(Stop::Failed(io::ErrorKind::TimedOut.into()));
        }
        if ready[0] {
            return Ok(Turn::Control);
        }
    }
}

/// Waits for the end of a connection on which nothing should come any more.
fn await_end(socket: &Socket, until: Instant, interrupt: Option<&Interrupt>) -> Result<(), Stop> {
    while !has_ended(socket, until, interrupt)? {}
    Ok(())
}

/// Reads away what a server may send on a connection that is not for that, and says whether it is at its end.
fn has_ended(socket: &Socket, until: Instant, interrupt: Option<&Interrupt>) -> Result<bool, Stop> {
    let mut ignored = [0; 4096];
    match socket.read(&mut ignored, until, interrupt) {
        Ok(_) if Instant::now() >= until => Err(Stop::Failed(io::ErrorKind::TimedOut.into())),
        Ok(_) => Ok(false),
        Err(Stop::Failed(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(stop) => Err(stop),
    }
}

/// The final reply is here: that the server does not close its end of the data connection takes nothing away.
fn no_longer_needed(stop: Stop) -> Result<(), Stop> {
    match stop {
        Stop::Failed(error) if error.kind() == io::ErrorKind::TimedOut => Ok(()),
        stop => Err(stop),
    }
}
