//! Everything that one upload may touch: the state behind the handles that the guest is lent. If it is not in
//! [`Lent`], no guest can reach it.
//!
//! One file for each handle implements its methods. The guest's side of the story begins in
//! `guest/component/src/upload.rs`; read that next.

mod budget;
mod control_connection;
mod data_connection;
mod data_listener;
mod echo;
mod pace;
mod protection;
mod rate;
mod source_file;
mod splice;
mod transcript;
mod watch;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use wasmtime::component::{Resource, ResourceTable};
use wasmtime::{StoreLimits, UpdateDeadline};

use crate::bindings::ftp_uploader::upload::capabilities::{Host, HostProgress, HostSecret, IoError, Notice, Step};
use crate::connect::Dialled;
use crate::interrupt::{Stop, Stops};
use crate::limits::{HANDLES, Meter, store_limits};
use crate::password::Password;
use crate::progress::{Note, Progress};
use crate::proxy::{ProxyProblem, Tunnel};
use crate::request::Request;
use crate::route::Route;
use crate::stream::Stream;

pub(crate) use budget::Budget;
pub use control_connection::ControlConnection;
pub(crate) use control_connection::FIRST_DATA_PORT;
pub use data_connection::DataConnection;
pub use data_listener::DataListener;
pub(crate) use pace::Pace;
pub(crate) use protection::Protection;
pub use source_file::SourceFile;

use echo::Echo;
use protection::Handshakes;
use transcript::Transcript;

/// The right to tell how far the conversation has come.
pub struct ProgressHandle;

/// The store's state.
pub(crate) struct Lent {
    pub(crate) table: ResourceTable,
    pub(crate) limits: StoreLimits,
    pub(crate) meter: Meter,
    pub(crate) pace: Pace,
    /// How far the guest says that it has come.
    pub(crate) step: Step,
    /// How many bytes of the file that is being stored the server had before.
    pub(super) there: u64,
    /// What was moved of it, for comparison with the guest's receipt.
    pub(crate) delivered: Delivered,
    /// How many bytes of the file the guest is to compare with what is on the server, if that is what it is called for.
    compared: Option<u64>,
    pub(crate) handshakes: Handshakes,
    pub(crate) protection: Protection,
    control: Option<Stream>,
    password_sent: bool,
    /// The same that is lent as a handle, for masking; no handle leads to this one.
    pub(crate) password: Password,
    echo: Echo,
    budget: Budget,
    pub(crate) transcript: Transcript,
    progress: Arc<dyn Progress>,
    pub(crate) stops: Stops,
    route: Route,
    /// What the control connection goes through, and so every other.
    tunnel: Option<Tunnel>,
    /// Why the proxy gave no data connection, the last time that it was asked for one.
    proxy_problem: Option<ProxyProblem>,
    /// Whether the server may connect to us.
    active: bool,
}

/// What the host itself saw of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Bytes that the server should have: those it had before, and those moved since, in order and none twice.
    pub(crate) bytes: u64,
    /// Whether the end of the file was announced after them.
    pub(crate) finished: bool,
}

/// The caller's interrupt, on its way out of the guest.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// The guest asks for what it may not, and there is no answer that says so.
#[derive(Debug, thiserror::Error)]
#[error("the component asked for {0}")]
pub(crate) struct Overreach(&'static str);

/// The end of the time that the caller allows, on its way out of the guest.
#[derive(Debug, thiserror::Error)]
#[error("out of time")]
pub(crate) struct OutOfTime;

impl Lent {
    pub(crate) fn new(
        Dialled { socket, protection, tunnel }: Dialled,
        request: &Request,
        stops: &Stops,
        progress: Arc<dyn Progress>,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            table,
            limits: store_limits(),
            meter: Meter::start(),
            pace: Pace::new(request.timeout, request.connect_timeout, request.limit_rate),
            step: Step::Greeting,
            there: 0,
            delivered: Delivered::default(),
            compared: None,
            handshakes: Handshakes::default(),
            protection,
            control: Some(Stream::plain(socket)),
            password_sent: false,
            password: request.password.share(),
            echo: Echo::default(),
            budget: Budget::default(),
            transcript: Transcript::new(Arc::clone(&progress), account(request)),
            progress,
            stops: stops.clone(),
            route: request.route.clone(),
            tunnel,
            proxy_problem: None,
            active: request.active,
        }
    }

    /// A new call of the guest begins: what is bounded for each call starts afresh.
    pub(crate) fn begin_call(&mut self) {
        self.begin_store(0);
    }

    /// The same, where the server has so many bytes of the file already.
    pub(crate) fn begin_store(&mut self, bytes: u64) {
        self.meter = Meter::start();
        self.budget = Budget::default();
        self.there = bytes;
        self.compared = None;
        self.delivered = Delivered { bytes, finished: false };
        self.handshakes.begin_call();
    }

    /// The same, for a look at the first `length` bytes of the file.
    pub(crate) fn begin_comparison(&mut self, length: u64) {
        self.begin_call();
        self.compared = Some(length);
    }

    /// The engine's clock has ticked while the guest was computing.
    pub(crate) fn on_tick(&self) -> wasmtime::Result<UpdateDeadline> {
        self.stops.check().map_err(stopped)?;
        self.meter.check().map_err(wasmtime::Error::new)?;
        Ok(UpdateDeadline::Continue(1))
    }

    /// Why there is no data connection, if that is the proxy's doing, and whose it is. Told once.
    pub(crate) fn take_proxy_problem(&mut self) -> Option<(String, ProxyProblem)> {
        let proxy = self.tunnel.as_ref()?.proxy().to_string();
        self.proxy_problem.take().map(|problem| (proxy, problem))
    }

    /// Whether the password has left this machine on the control connection.
    pub(crate) fn has_sent_password(&self) -> bool {
        self.password_sent
    }

    /// For work that takes long without a wait.
    fn go_on(&self) -> Result<(), Stop> {
        self.stops.check()
    }

    /// Does something that may wait, and does not count the wait as the guest's.
    fn waiting<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let done = act(self);
        self.meter.waited_since(began);
        done
    }
}

/// The account, as a secret. It is a command's argument already, so that no error is possible.
fn account(request: &Request) -> Password {
    request.account.clone().map_or(Ok(Password::default()), Password::new).unwrap_or_default()
}

/// An answer that the guest may handle, or the end of the guest.
fn answer<T>(outcome: Result<T, Stop>) -> wasmtime::Result<Result<T, IoError>> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Failed(error)) => Ok(Err(cause(&error))),
        Err(stop) => Err(stopped(stop)),
    }
}

/// The end of the guest.
fn stopped(stop: Stop) -> wasmtime::Error {
    match stop {
        Stop::Failed(error) => wasmtime::Error::new(error),
        Stop::Interrupted => wasmtime::Error::new(Interrupted),
        Stop::OutOfTime => wasmtime::Error::new(OutOfTime),
    }
}

/// The guest asks for what it may not.
fn denied() -> Stop {
    Stop::Failed(io::ErrorKind::PermissionDenied.into())
}

/// What the guest is told of a failure.
fn cause(error: &io::Error) -> IoError {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::UnexpectedEof => IoError::Closed,
        Kind::TimedOut => IoError::TimedOut,
        Kind::ConnectionRefused => IoError::Refused,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => IoError::Unreachable,
        Kind::PermissionDenied => IoError::Denied,
        // What TLS makes of bytes that were not sent by whom they should have been.
        Kind::InvalidData => IoError::Insecure,
        _ => IoError::Reset,
    }
}

impl Host for Lent {}

impl HostSecret for Lent {
    fn drop(&mut self, handle: Resource<Password>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl HostProgress for Lent {
    fn entered(&mut self, _: Resource<ProgressHandle>, step: Step) -> wasmtime::Result<()> {
        self.step = step;
        self.progress.entered(step);
        Ok(())
    }

    fn noticed(&mut self, _: Resource<ProgressHandle>, notice: Notice) -> wasmtime::Result<()> {
        let Notice::Utf8Refused = notice;
        self.progress.note(Path::new(""), &Note::Utf8Refused);
        Ok(())
    }

    fn drop(&mut self, handle: Resource<ProgressHandle>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
