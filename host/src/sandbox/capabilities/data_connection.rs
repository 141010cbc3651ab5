//! `data-connection`: secure, splice and finish. A data connection that was not finished is closed by a reset, also if
//! this process is killed, so that no server takes a truncated file for a complete one.
//!
//! `transfer/copy.rs` moves the bytes; `transfer/wait.rs` waits.

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
use crate::sandbox::call_error::{CallError, answer, end_of_guest, io_error};
use crate::sandbox::capabilities::source_file::SourceFile;
use crate::sandbox::state::GuestState;
use crate::sandbox::state::file_transfer::{Delivered, FileTransfer};
use crate::sandbox::transfer::copy::{Copier, CopyError};
use crate::sandbox::transfer::wait::{Ready, TransferWait};

/// One data connection.
pub struct DataConnection {
    pub(in crate::sandbox) stream: Stream,
    copier: Copier,
    /// The part of the file that went over this connection. A file goes over one connection: bytes that went over
    /// another one are not part of this file.
    delivered: Delivered,
    /// True if a handshake was begun. There is no second one.
    pub(in crate::sandbox) handshake_begun: bool,
    /// True if `finish` was called. Afterwards the connection can only be dropped.
    ended: bool,
}

impl DataConnection {
    /// Returns a connection for a file of which the server has the first `offset` bytes.
    pub(crate) fn new(stream: Stream, offset: u64) -> Self {
        stream.socket().reset_on_close(true);
        let delivered = Delivered { bytes: offset, finished: false };
        Self { stream, copier: Copier::default(), delivered, handshake_begun: false, ended: false }
    }

    /// Returns true if all bytes of `transfer` went over this connection, and `finish` was not called.
    fn carries(&self, transfer: &FileTransfer) -> bool {
        self.delivered == transfer.delivered() && !self.ended
    }

    fn splice(
        &mut self,
        source: &Source,
        offset: u64,
        length: u64,
        mut wait: TransferWait<'_>,
    ) -> Result<Moved, CopyError> {
        loop {
            if source.awaits_writer() {
                if let Ready::Control = wait.for_writer(source.file(), &self.stream)? {
                    return Ok(Moved::Heard);
                }
                source.fill().map_err(|_| CopyError::Source(SourceError::Unreadable))?;
                continue;
            }
            if source.left(offset) == 0 {
                return Ok(Moved::End);
            }
            if let Ready::Control = wait.for_rate_limit(&self.stream)? {
                return Ok(Moved::Heard);
            }
            if let Ready::Control = wait.for_data(&self.stream, PollFlags::OUT)? {
                return Ok(Moved::Heard);
            }
            let moved = self.copier.move_some(source, offset, length.min(wait.max_piece()), &mut self.stream)?;
            if moved > 0 {
                wait.sent(moved);
                self.delivered.bytes = offset + moved;
                return Ok(Moved::Bytes(moved));
            }
        }
    }

    fn finish(&mut self, mut wait: TransferWait<'_>, has_proxy: bool) -> Result<(), WaitError> {
        self.ended = true;
        wait.for_flush(&mut self.stream)?;
        self.delivered.finished = true;
        self.stream.socket().reset_on_close(false);
        self.stream.close_notify();
        wait.for_flush(&mut self.stream)?;
        // Some proxies (microsocks) close both sides when one side closes, and discard bytes that they have not read
        // from the other; the server then sees a reset. Inside TLS, close_notify has declared the end already, so the
        // server can close first.
        if has_proxy && self.stream.is_secure() {
            wait.for_close_after_notify(&mut self.stream)?;
        }
        self.stream.socket().half_close()?;
        wait.for_close(&mut self.stream)
    }
}

impl GuestState {
    /// Records the result of `DataConnection::splice`, and returns the one that the guest gets.
    fn splice_result(
        &mut self,
        source: &Source,
        delivered: Delivered,
        moved: Result<Moved, CopyError>,
    ) -> wasmtime::Result<Result<Moved, SpliceError>> {
        match moved {
            Ok(Moved::Bytes(bytes)) => {
                self.transfer.set_delivered(delivered);
                self.limits.compute.moved(bytes);
                self.deadlines.restart();
                self.progress.tell(&Event::Sent { file: source.path(), sent: delivered.bytes, size: source.size() });
                Ok(Ok(Moved::Bytes(bytes)))
            }
            Ok(moved @ (Moved::Heard | Moved::End)) => Ok(Ok(moved)),
            Err(CopyError::Source(error)) => Ok(Err(SpliceError::Source(error))),
            Err(CopyError::Connection(WaitError::Failed(error))) => {
                self.tls.note_late_refusal(Connection::Data, &error);
                Ok(Err(SpliceError::Connection(io_error(&error))))
            }
            Err(CopyError::Connection(error @ (WaitError::Interrupted | WaitError::OutOfTime))) => {
                Err(end_of_guest(error))
            }
        }
    }
}

impl HostDataConnection for GuestState {
    fn secure(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|state| {
            let Self { table, control, tls, deadlines, progress, .. } = state;
            let data = table.get_mut(&data).map_err(|_| CallError::Denied)?;
            tls.secure_data(data, control.stream(), deadlines, progress)
        }))
    }

    fn splice(
        &mut self,
        data: Resource<DataConnection>,
        source: Resource<SourceFile>,
        offset: u64,
        length: u64,
    ) -> wasmtime::Result<Result<Moved, SpliceError>> {
        let source = Arc::clone(&self.table.get(&source)?.0);
        // The guest may send the size at opening, and no more, even if the file has grown.
        let length = length.min(source.left(offset));
        if length == 0 {
            return Ok(Ok(Moved::End));
        }
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        // In order, and none twice: other bytes would not be this file.
        let in_order = connection.carries(&self.transfer) && offset == self.transfer.delivered().bytes;
        if !in_order || !self.tls.protection().permits(&connection.stream) {
            return Ok(Err(SpliceError::Connection(IoError::Denied)));
        }
        let wait = TransferWait::new(self.control.stream_mut(), &mut self.deadlines);
        let moved = connection.splice(&source, offset, length, wait);
        let delivered = connection.delivered;
        self.limits.compute.waited_since(began);
        self.splice_result(&source, delivered, moved)
    }

    fn finish(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        if !connection.carries(&self.transfer) {
            return Ok(Err(IoError::Denied));
        }
        let wait = TransferWait::new(self.control.stream_mut(), &mut self.deadlines);
        let finished = connection.finish(wait, self.data_path.has_proxy());
        self.transfer.set_delivered(connection.delivered);
        self.limits.compute.waited_since(began);
        answer(finished.map_err(CallError::from))
    }

    fn drop(&mut self, handle: Resource<DataConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
