//! `data-connection`: secure, splice, shutdown and finish. A data connection that was not shut down is closed by a reset, also if
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
    stream: Stream,
    copier: Copier,
    /// The part of the file that went over this connection. A file goes over one connection: bytes that went over
    /// another one are not part of this file.
    delivered: Delivered,
    /// True if a handshake was begun. There is no second one.
    handshake_begun: bool,
    /// True if small pieces are sent at once.
    sends_at_once: bool,
    sending: Sending,
}

/// The state of our side of a data connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    /// Bytes may be sent.
    Open,
    /// The end was declared inside TLS. Our side of the TCP connection is closed in `finish`.
    Declared,
    /// Our side is closed.
    Closed,
    /// The connection can only be dropped: `finish` was called, or `shutdown` has failed.
    Over,
}

impl DataConnection {
    /// Returns a connection for a file of which the server has the first `offset` bytes.
    pub(crate) fn new(stream: Stream, offset: u64) -> Self {
        stream.socket().reset_on_close(true);
        let delivered = Delivered { bytes: offset, finished: false };
        Self {
            stream,
            copier: Copier::default(),
            delivered,
            handshake_begun: false,
            sends_at_once: false,
            sending: Sending::Open,
        }
    }

    /// Returns true if all bytes of `transfer` went over this connection, and its end, if it was declared.
    fn carries(&self, transfer: &FileTransfer) -> bool {
        self.delivered == transfer.delivered()
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
                if let Some(writer) = source.writer()
                    && let Ready::Control = wait.for_writer(writer, &self.stream)?
                {
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
                if source.left(self.delivered.bytes) > 0 {
                    self.send_at_once();
                }
                return Ok(Moved::Bytes(moved));
            }
        }
    }

    /// Makes the system send small pieces at once. The end of a file in one piece is sent at once anyway, because the end
    /// of the connection follows it; inside TLS it then shares a segment with close_notify. With a segment for each, a
    /// small file could exceed the initial congestion window (RFC 6928), and take one more round trip.
    fn send_at_once(&mut self) {
        if !std::mem::replace(&mut self.sends_at_once, true) {
            // If this fails, the connection is slower, or broken already.
            let _ = self.stream.socket().send_at_once();
        }
    }

    fn shutdown(&mut self, wait: &mut TransferWait<'_>, has_proxy: bool) -> Result<(), WaitError> {
        self.sending = Sending::Over;
        wait.for_flush(&mut self.stream)?;
        self.delivered.finished = true;
        self.stream.socket().reset_on_close(false);
        if has_proxy {
            // Nothing follows close_notify that would make the system send it.
            self.send_at_once();
        }
        self.stream.close_notify();
        wait.for_flush(&mut self.stream)?;
        // Some proxies (microsocks) close both sides when one side closes, and discard bytes that they have not read
        // from the other; the server then sees a reset. Inside TLS, close_notify has declared the end already, so the
        // server can close first.
        if has_proxy && self.stream.is_secure() {
            self.sending = Sending::Declared;
            return Ok(());
        }
        self.stream.socket().half_close()?;
        self.sending = Sending::Closed;
        Ok(())
    }

    /// `replied` is true if the final reply was received, so that no further one comes during the wait.
    fn finish(&mut self, mut wait: TransferWait<'_>, has_proxy: bool, replied: bool) -> Result<(), WaitError> {
        if self.sending == Sending::Open {
            self.shutdown(&mut wait, has_proxy)?;
        }
        let declared = std::mem::replace(&mut self.sending, Sending::Over) == Sending::Declared;
        if declared {
            wait.for_close_after_notify(&mut self.stream)?;
            self.stream.socket().half_close()?;
        }
        if replied { wait.for_close_briefly(&mut self.stream) } else { wait.for_close(&mut self.stream) }
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
            tls.secure_data(&mut data.stream, &mut data.handshake_begun, control.stream(), deadlines, progress)
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
        let open = connection.sending == Sending::Open;
        let in_order = open && connection.carries(&self.transfer) && offset == self.transfer.delivered().bytes;
        if !in_order || !self.tls.protection().permits(&connection.stream) {
            return Ok(Err(SpliceError::Connection(IoError::Denied)));
        }
        let wait = TransferWait::new(self.control.stream_mut(), &mut self.deadlines);
        let moved = connection.splice(&source, offset, length, wait);
        let delivered = connection.delivered;
        self.limits.compute.waited_since(began);
        self.splice_result(&source, delivered, moved)
    }

    fn shutdown(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        if connection.sending != Sending::Open || !connection.carries(&self.transfer) {
            return Ok(Err(IoError::Denied));
        }
        let mut wait = TransferWait::new(self.control.stream_mut(), &mut self.deadlines);
        let ended = connection.shutdown(&mut wait, self.data_path.has_proxy());
        self.transfer.set_delivered(connection.delivered);
        self.limits.compute.waited_since(began);
        answer(ended.map_err(CallError::from))
    }

    fn finish(&mut self, data: Resource<DataConnection>) -> wasmtime::Result<Result<(), IoError>> {
        let began = Instant::now();
        let connection = self.table.get_mut(&data)?;
        if connection.sending == Sending::Over || !connection.carries(&self.transfer) {
            return Ok(Err(IoError::Denied));
        }
        let replied = self.control.has_all_replies();
        let wait = TransferWait::new(self.control.stream_mut(), &mut self.deadlines);
        let finished = connection.finish(wait, self.data_path.has_proxy(), replied);
        self.transfer.set_delivered(connection.delivered);
        self.limits.compute.waited_since(began);
        answer(finished.map_err(CallError::from))
    }

    fn drop(&mut self, handle: Resource<DataConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
