//! The state of one conversation: everything that the handles of the guest lead to. A value that is not in [`GuestState`] is out
//! of every guest's reach.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use ftp_text::reply_redactor::ReplyRedactor;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime::{StoreLimits, UpdateDeadline};

use crate::cancel::{Cancellation, WaitError};
use crate::net::proxy::Tunnel;
use crate::net::route::Route;
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::report::event::{Event, Note, Observer};
use crate::report::proxy_problem::ProxyProblem;
use crate::report::step::Step;
use crate::request::Request;
use crate::request::password::Password;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{
    self as lent, Host, HostProgress, HostSecret, IoError, Notice,
};
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::limits::{ComputeBudget, HANDLES, store_limits};
use crate::sandbox::protection::{Handshakes, Protection};
use crate::sandbox::transcript::Transcript;
use crate::sandbox::transfer::deadlines::Deadlines;

/// A control connection that was opened and on which no byte was read or sent.
pub(crate) struct ControlChannel {
    pub(crate) socket: Socket,
    /// The protection that it must have.
    pub(crate) protection: Protection,
    /// The proxy that it goes through.
    pub(crate) tunnel: Option<Tunnel>,
}

/// The right to tell how far the conversation has come.
pub struct ProgressHandle;

/// The store's state.
pub(crate) struct GuestState {
    pub(crate) table: ResourceTable,
    pub(crate) limits: StoreLimits,
    pub(crate) compute_budget: ComputeBudget,
    pub(crate) deadlines: Deadlines,
    /// How far the guest says that it has come.
    pub(crate) step: Step,
    /// How many bytes of the file that is being stored the server had before.
    pub(super) there: u64,
    /// What was moved of it, for comparison with the guest's receipt.
    pub(crate) delivered: Delivered,
    /// How many bytes of the file the guest is to compare with what is on the server, if that is what it is called for.
    pub(super) compared: Option<u64>,
    pub(crate) handshakes: Handshakes,
    pub(crate) protection: Protection,
    pub(super) control: Option<Stream>,
    pub(super) password_sent: bool,
    /// The same that is lent as a handle, for masking; no handle leads to this one.
    pub(crate) password: Password,
    pub(super) redactor: ReplyRedactor,
    pub(super) budget: CallBudget,
    pub(crate) transcript: Transcript,
    pub(super) observer: Arc<dyn Observer>,
    pub(crate) cancellation: Cancellation,
    pub(super) route: Route,
    /// What the control connection goes through, and so every other.
    pub(super) tunnel: Option<Tunnel>,
    /// Why the proxy gave no data connection, the last time that it was asked for one.
    pub(super) proxy_problem: Option<ProxyProblem>,
    /// Whether the server may connect to us.
    pub(super) active: bool,
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
pub(crate) struct ContractViolation(pub(super) &'static str);

/// The end of the time that the caller allows, on its way out of the guest.
#[derive(Debug, thiserror::Error)]
#[error("out of time")]
pub(crate) struct OutOfTime;

impl GuestState {
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
            limits: store_limits(),
            compute_budget: ComputeBudget::start(),
            deadlines: Deadlines::new(
                request.network.timeout,
                request.network.connect_timeout,
                request.network.limit_rate,
            ),
            step: Step::Greeting,
            there: 0,
            delivered: Delivered::default(),
            compared: None,
            handshakes: Handshakes::default(),
            protection,
            control: Some(Stream::plain(socket)),
            password_sent: false,
            password: request.target.password.share(),
            redactor: ReplyRedactor::default(),
            budget: CallBudget::default(),
            transcript: Transcript::new(Arc::clone(&observer), account(request)),
            observer,
            cancellation: cancellation.clone(),
            route: Route::of(&request.network),
            tunnel,
            proxy_problem: None,
            active: request.network.active,
        }
    }

    /// A new call of the guest begins: what is bounded for each call starts afresh.
    pub(crate) fn begin_call(&mut self) {
        self.begin_store(0);
    }

    /// The same, where the server has so many bytes of the file already.
    pub(crate) fn begin_store(&mut self, bytes: u64) {
        self.compute_budget = ComputeBudget::start();
        self.budget = CallBudget::default();
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
        self.cancellation.check().map_err(stopped)?;
        self.compute_budget.check().map_err(wasmtime::Error::new)?;
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
    pub(super) fn go_on(&self) -> Result<(), WaitError> {
        self.cancellation.check()
    }

    /// Does something that may wait, and does not count the wait as the guest's.
    pub(super) fn waiting<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let done = act(self);
        self.compute_budget.waited_since(began);
        done
    }
}

/// The account, as a secret. It is a command's argument already, so that no error is possible.
fn account(request: &Request) -> Password {
    request.target.account.clone().map_or(Ok(Password::default()), Password::new).unwrap_or_default()
}

/// An answer that the guest may handle, or the end of the guest.
pub(super) fn answer<T>(outcome: Result<T, WaitError>) -> wasmtime::Result<Result<T, IoError>> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(WaitError::Failed(error)) => Ok(Err(cause(&error))),
        Err(stop) => Err(stopped(stop)),
    }
}

/// The end of the guest.
pub(super) fn stopped(stop: WaitError) -> wasmtime::Error {
    match stop {
        WaitError::Failed(error) => wasmtime::Error::new(error),
        WaitError::Interrupted => wasmtime::Error::new(Interrupted),
        WaitError::OutOfTime => wasmtime::Error::new(OutOfTime),
    }
}

/// The guest asks for what it may not.
pub(super) fn denied() -> WaitError {
    WaitError::Failed(io::ErrorKind::PermissionDenied.into())
}

/// What the guest is told of a failure.
pub(super) fn cause(error: &io::Error) -> IoError {
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

impl Host for GuestState {}

impl HostSecret for GuestState {
    fn drop(&mut self, handle: Resource<Password>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl HostProgress for GuestState {
    fn entered(&mut self, _: Resource<ProgressHandle>, step: lent::Step) -> wasmtime::Result<()> {
        self.step = step.into();
        self.observer.event(&Event::StepEntered(self.step));
        Ok(())
    }

    fn noticed(&mut self, _: Resource<ProgressHandle>, notice: Notice) -> wasmtime::Result<()> {
        let Notice::Utf8Refused = notice;
        self.observer.event(&Event::Noted { file: None, note: &Note::Utf8Refused });
        Ok(())
    }

    fn drop(&mut self, handle: Resource<ProgressHandle>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
