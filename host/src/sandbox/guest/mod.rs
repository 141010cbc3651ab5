//! One guest with one control connection: the store with its limits, the handles for the guest, and the calls of its
//! exports. `run/` decides about the calls and their order; `capabilities/` has the calls that the guest makes
//! meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_authority::Call;
use ftp_delivery::Found;
use ftp_protocol::argument::MAX_ARGUMENT;
use wasmtime::component::{Resource, ResourceAny};
use wasmtime::{Engine, Store};

use crate::cancel::{Cancellation, WaitError};
use crate::files::source::Source;
use crate::net::wait;
use crate::report::error::UploadError;
use crate::request::Request;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload::{
    self as wit, DataMode, GuestSession as Guest, Login,
};
use crate::sandbox::bindings::{Uploader as World, UploaderPre};
use crate::sandbox::capabilities::control_connection::ControlConnection;
use crate::sandbox::capabilities::progress::ProgressHandle;
use crate::sandbox::capabilities::source_file::SourceFile;
use crate::sandbox::compute_budget::Ticker;
use crate::sandbox::errors::{fault, from_guest};
use crate::sandbox::limits::{CALL_BYTES, HANDLES};
use crate::sandbox::state::file_transfer::Delivered;
use crate::sandbox::state::{GuestState, authority};
use crate::sandbox::values::{self, Comparison, GuestReceipt, Placement, Proof};

mod change;
mod flight;
#[allow(dead_code, reason = "`run/` calls these functions only for a synchronisation")]
mod listing;
#[allow(dead_code, reason = "`run/` calls these functions only for a synchronisation")]
mod many;

/// A guest that has logged in.
pub(crate) struct GuestSession {
    store: Store<GuestState>,
    world: World,
    conversation: ResourceAny,
    /// The length of the last file stored, which the server may have to hash.
    unchecked: u64,
    /// True after a file was stored, so that data connections are known to work.
    has_stored: bool,
    _ticker: Arc<Ticker>,
}

impl GuestSession {
    /// Instantiates a guest with the capabilities of `state`, and calls its login. Sets `password_sent` to true if the
    /// login fails after the password was sent.
    pub(crate) fn open(
        ticker: Arc<Ticker>,
        engine: &Engine,
        component: &UploaderPre<GuestState>,
        state: GuestState,
        request: &Request,
        flight: bool,
        password_sent: &mut bool,
    ) -> Result<Self, UploadError> {
        let mut store = confined_store(engine, state);
        let world = component.instantiate(&mut store).map_err(|error| fault(&store, &error))?;
        let call = authority::login(&request.target, store.data().tls.protection());
        store.data_mut().control.begin_call(call);
        let opened = open_conversation(&mut store, &world, request, flight);
        let failed = !matches!(opened, Ok(Ok(_)));
        *password_sent = failed && store.data().control.has_sent_password();
        let opened = opened.map_err(|error| fault(&store, &error))?;
        let conversation = opened.map_err(|error| from_guest(error, store.data_mut(), None))?;
        Ok(Self { store, world, conversation, unchecked: 0, has_stored: false, _ticker: ticker })
    }

    /// Sends SITE with `parameters`.
    pub(crate) fn site(&mut self, parameters: &[u8]) -> Result<(), UploadError> {
        self.call(Call::Site(parameters.to_vec()), |guest, store, conversation| {
            guest.call_site(store, conversation, parameters)
        })
    }

    /// Changes into `directory`. If `create` is true, makes it if it does not exist. If `flight` is true, several
    /// commands are sent at once.
    pub(crate) fn enter(&mut self, directory: &[u8], create: bool, flight: bool) -> Result<(), UploadError> {
        self.call(Call::Enter { directory: directory.to_vec(), create }, |guest, store, conversation| {
            guest.call_enter(store, conversation, directory, create, flight)
        })
    }

    /// Stores `source` under `name`, and asks the server for `proof`. If `defer` is true, the question may be left for
    /// [`announce`](Self::announce) or [`check`](Self::check).
    pub(crate) fn store(
        &mut self,
        source: &Arc<Source>,
        name: &[u8],
        placement: Placement,
        proof: Proof,
        defer: bool,
    ) -> Result<GuestReceipt, UploadError> {
        let offset = if let Placement::Rest(offset) = placement { offset } else { 0 };
        let plan = values::plan(placement, proof, defer);
        self.unchecked = 0;
        self.store.data_mut().begin_store(offset, authority::storing(name, placement));
        let answer = self.lending(source, |guest, store, conversation, file| {
            guest.call_store(store, conversation, file, name, plan)
        });
        let answer = answer.map_err(|error| fault(&self.store, &error))?;
        let receipt = answer.map_err(|error| from_guest(error, self.store.data_mut(), Some(source)))?;
        let whole = Delivered { bytes: source.length(), finished: true };
        if self.store.data().transfer.delivered() != whole || receipt.sent != whole.bytes.saturating_sub(offset) {
            return Err(UploadError::Fault("the component reports a file stored that it has not sent".into()));
        }
        self.unchecked = whole.bytes;
        self.has_stored = true;
        // A longer name cannot be a file's name.
        let name = receipt.name.filter(|name| name.len() <= MAX_ARGUMENT);
        Ok(GuestReceipt { sent: receipt.sent, name, verified: receipt.verified.into() })
    }

    /// Returns the number of bytes that the server should have of the current or the last file, and true if the end of
    /// the file was declared.
    pub(crate) fn delivered(&self) -> (u64, bool) {
        let Delivered { bytes, finished } = self.store.data().transfer.delivered();
        (bytes, finished)
    }

    /// Returns the time of last modification of `name`, in seconds since 1970; `None` if the server does not tell.
    pub(crate) fn modified(&mut self, name: &[u8]) -> Result<Option<u64>, UploadError> {
        self.call(Call::Modified(name.to_vec()), |guest, store, conversation| {
            guest.call_modified(store, conversation, name)
        })
    }

    /// Returns the state of `name` on the server.
    pub(crate) fn look(&mut self, name: &[u8]) -> Result<Found, UploadError> {
        self.call(Call::Look(name.to_vec()), |guest, store, conversation| guest.call_look(store, conversation, name))
            .map(values::found)
    }

    /// Compares the hash of `name` on the server with that of the first `length` bytes of `source`.
    pub(crate) fn compare(
        &mut self,
        source: &Arc<Source>,
        name: &[u8],
        length: u64,
    ) -> Result<Comparison, UploadError> {
        self.store.data_mut().begin_comparison(length, Call::Compare(name.to_vec()));
        let answer = self.lending(source, |guest, store, conversation, file| {
            guest.call_compare(store, conversation, file, name, length)
        });
        let answer = answer.map_err(|error| fault(&self.store, &error))?;
        let compared = answer.map_err(|error| from_guest(error, self.store.data_mut(), Some(source)))?;
        Ok(values::comparison(compared))
    }

    /// Waits for `pause`.
    ///
    /// # Errors
    /// If the run must end before.
    pub(crate) fn pause(&self, pause: Duration) -> Result<(), UploadError> {
        let state = self.store.data();
        let step = Some(state.progress.step());
        wait::pause(state.deadlines.at(Instant::now() + pause)).map_err(|error| match error {
            WaitError::OutOfTime => UploadError::OutOfTime { step },
            WaitError::Interrupted | WaitError::Failed(_) => UploadError::Interrupted { step },
        })
    }

    /// Returns true if a file was stored in this session.
    pub(crate) fn has_stored(&self) -> bool {
        self.has_stored
    }

    /// Returns true if the server's TLS tickets are used up, so that it could refuse the next data connection.
    pub(crate) fn has_used_all_tickets(&self) -> bool {
        self.store.data().tls.has_used_all_tickets()
    }

    /// Sets the longest time for replies, or removes it.
    pub(crate) fn limit_replies(&mut self, limit: Option<Duration>) {
        self.store.data_mut().deadlines.limit_replies(limit);
    }

    /// Lets `cancellation` end the waits of this session from now on.
    pub(crate) fn obey(&mut self, cancellation: &Cancellation) {
        self.store.data_mut().deadlines.obey(cancellation);
    }

    /// Sends QUIT. An error is ignored: it does not change the outcome of any file.
    pub(crate) fn quit(mut self) {
        self.store.data_mut().begin_call(Call::Quit);
        self.store.data_mut().deadlines.shorten_for_quit();
        let guest = self.world.ftp_uploader_upload_upload().session();
        let _ = guest.call_quit(&mut self.store, self.conversation);
    }

    /// Calls an export of the guest, which may send the commands that `call` needs, and translates its error.
    fn call<T>(
        &mut self,
        call: Call,
        ask: impl FnOnce(&Guest<'_>, &mut Store<GuestState>, ResourceAny) -> wasmtime::Result<Result<T, wit::UploadError>>,
    ) -> Result<T, UploadError> {
        self.store.data_mut().begin_call(call);
        self.call_begun(ask)
    }

    /// Does the same after the state was prepared for the call.
    fn call_begun<T>(
        &mut self,
        ask: impl FnOnce(&Guest<'_>, &mut Store<GuestState>, ResourceAny) -> wasmtime::Result<Result<T, wit::UploadError>>,
    ) -> Result<T, UploadError> {
        let guest = self.world.ftp_uploader_upload_upload().session();
        let answer = ask(&guest, &mut self.store, self.conversation).map_err(|error| fault(&self.store, &error))?;
        answer.map_err(|error| from_guest(error, self.store.data_mut(), None))
    }

    /// Calls an export of the guest with a handle to `source` that is valid during the call.
    fn lending<T>(
        &mut self,
        source: &Arc<Source>,
        ask: impl FnOnce(&Guest<'_>, &mut Store<GuestState>, ResourceAny, Resource<SourceFile>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let ours = self.store.data_mut().table.push(SourceFile(Arc::clone(source)))?;
        let guest = self.world.ftp_uploader_upload_upload().session();
        let answer = ask(&guest, &mut self.store, self.conversation, lend(&ours));
        self.store.data_mut().table.delete(ours)?;
        answer
    }
}

fn confined_store(engine: &Engine, state: GuestState) -> Store<GuestState> {
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limits.store);
    store.set_max_component_handles(HANDLES);
    store.set_hostcall_fuel(CALL_BYTES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| store.data().on_tick());
    store
}

fn open_conversation(
    store: &mut Store<GuestState>,
    world: &World,
    request: &Request,
    flight: bool,
) -> wasmtime::Result<Result<ResourceAny, wit::UploadError>> {
    let table = &mut store.data_mut().table;
    let control = table.push(ControlConnection)?;
    let password = table.push(request.target.password.share())?;
    let progress = table.push(ProgressHandle)?;
    let protection = store.data().tls.protection().for_guest();
    let login = Login {
        user: request.target.user.clone(),
        account: request.target.account.clone(),
        protection,
        flight,
        data_mode: if request.network.active { DataMode::Active } else { DataMode::Passive },
    };
    let guest = world.ftp_uploader_upload_upload().session();
    let opened = guest.call_open(&mut *store, control, lend(&password), &login, progress);
    // The handle is valid only during the login.
    store.data_mut().table.delete(password)?;
    opened
}

/// Returns a handle for one call. An owned handle would take one of [`HANDLES`] for the rest of the session.
fn lend<T: 'static>(ours: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(ours.rep())
}
