//! The state of one session, which the guest reaches only through its handles. It consists of parts, each in a file; a
//! host call borrows only the parts that it needs.

pub(crate) mod control;
pub(crate) mod data_path;
pub(crate) mod file_transfer;
pub(crate) mod progress;
pub(crate) mod tls;

use std::sync::Arc;
use std::time::Instant;

use wasmtime::UpdateDeadline;
use wasmtime::component::{Resource, ResourceTable};

use crate::cancel::Cancellation;
use crate::net::proxy::Tunnel;
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::report::event::Observer;
use crate::request::Request;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Host, IoError};
use crate::sandbox::call_error::{CallError, answer, end_of_guest};
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::limits::{HANDLES, Limits};
use crate::sandbox::protection::Protection;
use crate::sandbox::transfer::deadlines::Deadlines;

use control::Control;
use data_path::DataPath;
use file_transfer::FileTransfer;
use progress::Progress;
use tls::TlsState;

/// A new control connection, on which no byte was read or sent.
pub(crate) struct ControlChannel {
    pub(crate) socket: Socket,
    /// The protection that it must have.
    pub(crate) protection: Protection,
    /// The proxy that it goes through.
    pub(crate) tunnel: Option<Tunnel>,
}

/// The data of the guest's store.
pub(crate) struct GuestState {
    /// The resources behind the guest's handles.
    pub(crate) table: ResourceTable,
    pub(crate) control: Control,
    pub(crate) data_path: DataPath,
    pub(crate) tls: TlsState,
    pub(crate) transfer: FileTransfer,
    pub(crate) deadlines: Deadlines,
    pub(crate) limits: Limits,
    pub(crate) progress: Progress,
}

impl GuestState {
    /// Returns the state of a session on a new control connection.
    pub(crate) fn new(
        ControlChannel { socket, protection, tunnel }: ControlChannel,
        request: &Request,
        cancellation: &Cancellation,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            table,
            control: Control::new(socket, &request.target, Arc::clone(&observer)),
            data_path: DataPath::new(&request.network, tunnel),
            tls: TlsState::new(protection),
            transfer: FileTransfer::default(),
            deadlines: Deadlines::new(&request.network, cancellation),
            limits: Limits::new(),
            progress: Progress::new(observer),
        }
    }

    /// Restarts the parts that hold for one call of the guest.
    pub(crate) fn begin_call(&mut self) {
        self.begin_store(0);
    }

    /// Does the same for a call that stores a file of which the server has the first `offset` bytes.
    pub(crate) fn begin_store(&mut self, offset: u64) {
        self.limits.begin_call();
        self.transfer = FileTransfer::starting_at(offset);
        self.tls.begin_call();
    }

    /// Does the same for a call that compares the first `length` bytes of the file.
    pub(crate) fn begin_comparison(&mut self, length: u64) {
        self.begin_call();
        self.transfer = FileTransfer::comparing(length);
    }

    /// Decides if a guest that is computing may go on.
    pub(crate) fn on_tick(&self) -> wasmtime::Result<UpdateDeadline> {
        self.deadlines.check_cancellation().map_err(end_of_guest)?;
        self.limits.compute.check().map_err(wasmtime::Error::new)?;
        Ok(UpdateDeadline::Continue(1))
    }

    /// Calls `act`, which may wait, and does not count the time as computing time of the guest.
    pub(super) fn waiting<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let result = act(self);
        self.limits.compute.waited_since(began);
        result
    }

    /// Returns a handle to a new data connection, or the error that the guest is told.
    pub(super) fn lend_data_connection(
        &mut self,
        connected: Result<Socket, CallError>,
    ) -> wasmtime::Result<Result<Resource<DataConnection>, IoError>> {
        Ok(match answer(connected)? {
            Ok(socket) => {
                let connection = DataConnection::new(Stream::plain(socket), self.transfer.offset());
                Ok(self.table.push(connection)?)
            }
            Err(error) => Err(error),
        })
    }
}

impl Host for GuestState {}
