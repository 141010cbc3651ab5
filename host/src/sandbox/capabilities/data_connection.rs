//! `data-connection`: splice and finish, and a reset for every data connection that was not finished, so that no
//! server takes a cut file for a whole one; not even when this process is killed.
//!
//! How bytes get from the file into the socket is `splice.rs`; when to stop waiting is `watch.rs`.

use std::sync::Arc;
use std::time::Instant;

use rustix::event::PollFlags;
use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::net::stream::Stream;
use crate::report::event::Event;
use crate::report::step::Connection;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{
    HostDataConnection, IoError, Moved, SourceError, SpliceError,
};
use crate::sandbox::capabilities::source_file::SourceFile;
use crate::sandbox::state::{Delivered, GuestState, answer, cause, stopped};
use crate::sandbox::transfer::copy::{Copier, Failure};
use crate::sandbox::transfer::wait::{TransferWait, Turn};

/// One data connection.
pub struct DataConnection {
    pub(in crate::sandbox) stream: Stream,
    mover: Copier,
    /// What went over this one. A file goes over one connection: what went over others too is not this file.
    delivered: Delivered,
    /// Whether a handshake was begun; there is no second one.
    pub(in crate::sandbox) handshake_begun: bool,
    /// Whether `finish` was called; only dropping is left.
    ended: bool,
}

impl DataConnection {
    /// A connection for a file of which the server has so many bytes already.
    pub(crate) fn new(stream: Stream, there: u64) -> Self {
        stream.socket().reset_on_close(true);
        let delivered = Delivered { bytes: there, finished: false };
        Self { stream, mover: Copier::default(), delivered, handshake_begun: false, ended: false }
    }

    /// Whether this is the connection that the file goes over, so far, and it was not ended.
    fn carries(&self, delivered: Delivered) -> bool {
        self.delivered == delivered && !self.ended
    }

    fn splice(&mut self, source: &Source, offset: u64, length: u64, mut watch: TransferWait) -> Result<Moved, Failure> {
        loop {
            if source.awaits_writer() {
                if let Turn::Control = watch.await_writer(source.file(), &self.stream)? {
                    return Ok(Moved::Heard);
                }
                source.fill().map_err(|_| Failure::Source(SourceError::Unreadable))?;
                continue;
            }
            if source.left(offset) == 0 {
                return Ok(Moved::End);
            }
            if let Turn::Control = watch.await_leave(&self.stream)? {
                return Ok(Moved::Heard);
            }
            if let Turn::Control = watch.await_turn(&self.stream, PollFlags::OUT)? {
                return Ok(Moved::Heard);
            }
            let moved = self.mover.move_some(source, offset, length.min(watch.piece()), &mut self.stream)?;
            if moved > 0 {
                watch.sent(moved);
                self.delivered.bytes = offset + moved;
                return Ok(Moved::Bytes(moved));
            }
        }
    }

    fn finish(&mut self, mut watch: TransferWait, through_proxy: bool) -> Result<(), WaitError> {
        self.ended = true;
        watch.await_flush(&mut self.stream)?;
        self.delivered.finished = true;
        self.stream.socket().reset_on_close(false);
        self.stream.close_notify();
        watch.await_flush(&mut self.stream)?;
        // There are proxies (microsocks) that hang up on both sides when one says that it has no more, and throw away
        // what they have not read of the other; the server then sees a reset. Inside TLS all has been said.
        if through_proxy && self.stream.is_secure() {
            watch.await_servers_end(&mut self.stream)?;
        }
        self.stream.socket().half_close()?;
        watch.await_end(&mut self.stream)
    }
}

impl HostDataConnection for GuestState {
    fn secure(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|lent| lent.secure_data(&data)))
    }

    fn splice(
        &mut self,
        data: Resource<DataConnection>,
        source: Resource<SourceFile>,
        offset: u64,
        length: u64,
    ) -> wasmtime::Result<Result<Moved, SpliceError>> {
        let source = Arc::clone(&self.table.get(&source)?.0);
        // The size at opening is the whole of what was lent, however the file grows.
        let length = length.min(source.left(offset));
        if length == 0 {
            return Ok(Ok(Moved::End));
        }
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        // In order, and none twice: anything else is not the file.
        let in_order = connection.carries(self.delivered) && offset == self.delivered.bytes;
        if !in_order || !self.protection.permits(&connection.stream) {
            return Ok(Err(SpliceError::Connection(IoError::Denied)));
        }
        let watch = TransferWait::new(self.control.as_mut(), &mut self.deadlines, &self.cancellation);
        let moved = connection.splice(&source, offset, length, watch);
        self.compute_budget.waited_since(began);
        match moved {
            Ok(Moved::Bytes(bytes)) => {
                self.delivered = connection.delivered;
                self.compute_budget.moved(bytes);
                self.deadlines.mark();
                let (file, sent, size) = (source.path(), self.delivered.bytes, source.size());
                self.observer.event(&Event::Sent { file, sent, size });
                Ok(Ok(Moved::Bytes(bytes)))
            }
            Ok(other) => Ok(Ok(other)),
            Err(Failure::Source(error)) => Ok(Err(SpliceError::Source(error))),
            Err(Failure::Connection(WaitError::Failed(error))) => {
                self.handshakes.refused(Connection::Data, &self.protection, &error);
                Ok(Err(SpliceError::Connection(cause(&error))))
            }
            Err(Failure::Connection(stop)) => Err(stopped(stop)),
        }
    }

    fn finish(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        if !connection.carries(self.delivered) {
            return Ok(Err(IoError::Denied));
        }
        let watch = TransferWait::new(self.control.as_mut(), &mut self.deadlines, &self.cancellation);
        let finished = connection.finish(watch, self.tunnel.is_some());
        self.delivered = connection.delivered;
        self.compute_budget.waited_since(began);
        answer(finished)
    }

    fn drop(&mut self, handle: Resource<DataConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
