//! The state of one session, which the guest reaches only through its handles. It consists of parts, each in a file; a
//! host call borrows only the parts that it needs.

pub(in crate::sandbox) mod authority;
pub(crate) mod control;
pub(crate) mod data_path;
pub(crate) mod file_transfer;
pub(in crate::sandbox) mod greeting;
pub(crate) mod progress;
pub(crate) mod tls;

use std::sync::Arc;
use std::time::Instant;

use ftp_authority::Call;
use wasmtime::UpdateDeadline;
use wasmtime::component::{Resource, ResourceTable};

use crate::net::proxy::Tunnel;
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::report::event::Observer;
use crate::request::Request;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Host, IoError};
use crate::sandbox::call_error::{CallError, answer, end_of_guest};
use crate::sandbox::limits::{HANDLES, Limits};
use crate::sandbox::protection::Protection;
use crate::sandbox::run_limits::RunLimits;
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
        limits: &RunLimits,
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
            deadlines: Deadlines::new(&request.network, limits),
            limits: Limits::new(),
            progress: Progress::new(observer),
        }
    }

    /// Restarts the parts that hold for one call of the guest, which may send the commands that `call` needs.
    pub(crate) fn begin_call(&mut self, call: Call) {
        self.begin_store(0, call);
    }

    /// Does the same for a call that stores a file of which the server has the first `offset` bytes.
    pub(crate) fn begin_store(&mut self, offset: u64, call: Call) {
        self.limits.begin_call();
        self.transfer = FileTransfer::starting_at(offset);
        self.tls.begin_call();
        self.control.begin_call(call);
    }

    /// Does the same for a call that may ask for the hash of a file of `length` bytes that is on the server.
    pub(crate) fn begin_check(&mut self, length: u64, call: Call) {
        self.begin_call(call);
        self.transfer = FileTransfer::checking(length);
    }

    /// Does the same for a call that compares the first `length` bytes of the file.
    pub(crate) fn begin_comparison(&mut self, length: u64, call: Call) {
        self.begin_call(call);
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

    /// Connects to `port` of the server's machine, for a data connection.
    pub(super) fn connect_data(&mut self, port: u16) -> Result<Socket, CallError> {
        self.waiting(|state| {
            let Self { control, data_path, deadlines, limits, .. } = state;
            let connected = data_path.connect(port, control.stream(), &mut limits.calls, deadlines.connection())?;
            // No command may follow before the data.
            deadlines.restart();
            Ok(connected)
        })
    }

    /// Returns an error if the present call receives nothing.
    pub(super) fn check_listing(&self) -> Result<(), CallError> {
        if self.control.authority().permits_listing() { Ok(()) } else { Err(CallError::Denied) }
    }

    /// Returns a handle to the new data connection that `make` makes of the socket, or the error that the guest is told.
    pub(super) fn lend_connection<T: Send + 'static>(
        &mut self,
        connected: Result<Socket, CallError>,
        make: impl FnOnce(Stream) -> T,
    ) -> wasmtime::Result<Result<Resource<T>, IoError>> {
        Ok(match answer(connected)? {
            Ok(socket) => Ok(self.table.push(make(Stream::plain(socket)))?),
            Err(error) => Err(error),
        })
    }
}

impl Host for GuestState {}
