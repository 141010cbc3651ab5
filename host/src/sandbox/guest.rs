//! One guest and one control connection: a store with its limits, the handles lent, and calls into the guest with
//! their answers turned into ours.
//!
//! Which calls are made, in what order, is `uploader.rs`. What the guest can do meanwhile is `lent/mod.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_delivery::Found;
use ftp_protocol::argument::MAX_ARGUMENT;
use wasmtime::component::{Resource, ResourceAny};
use wasmtime::{Engine, Store};

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::net::wait::pause as pause_until;
use crate::report::error::UploadError;
use crate::request::Request;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload::{
    self as wit, DataMode, GuestSession as Guest, Login,
};
use crate::sandbox::bindings::{Uploader as World, UploaderPre};
use crate::sandbox::capabilities::control_connection::ControlConnection;
use crate::sandbox::capabilities::source_file::SourceFile;
use crate::sandbox::errors::{fault, from_guest, refusal_of};
use crate::sandbox::limits::{CALL_BYTES, HANDLES, Ticker};
use crate::sandbox::state::{Delivered, GuestState, ProgressHandle};
use crate::sandbox::values::{self, Comparison, GuestReceipt, Placement, Proof, Renaming};

/// A conversation that has begun.
pub(crate) struct GuestSession {
    store: Store<GuestState>,
    world: World,
    conversation: ResourceAny,
    _ticker: Ticker,
}

impl GuestSession {
    /// Makes a guest, lends it what `lent` holds, and has it log in. Sets `password_sent` when that fails after the password
    /// has left this machine.
    pub(crate) fn open(
        engine: &Engine,
        component: &UploaderPre<GuestState>,
        lent: GuestState,
        request: &Request,
        password_sent: &mut bool,
    ) -> Result<Self, UploadError> {
        let ticker = Ticker::start(engine);
        let mut store = confined_store(engine, lent);
        let world = component.instantiate(&mut store).map_err(|error| fault(&store, &error))?;
        let opened = open_conversation(&mut store, &world, request);
        let failed = !matches!(opened, Ok(Ok(_)));
        *password_sent = failed && store.data().has_sent_password();
        let opened = opened.map_err(|error| fault(&store, &error))?;
        let conversation = opened.map_err(|error| from_guest(error, store.data_mut(), None))?;
        Ok(Self { store, world, conversation, _ticker: ticker })
    }

    /// Tells the server `parameters`, which are the user's own words for it.
    pub(crate) fn site(&mut self, parameters: &[u8]) -> Result<(), UploadError> {
        self.call(|guest, store, conversation| guest.call_site(store, conversation, parameters))
    }

    /// Changes into `directory`, and makes it first if it is to be made.
    pub(crate) fn enter(&mut self, directory: &[u8], create: bool) -> Result<(), UploadError> {
        self.call(|guest, store, conversation| guest.call_enter(store, conversation, directory, create))
    }

    /// Stores `source` under `name`, and has the component ask for `proof`.
    pub(crate) fn store(
        &mut self,
        source: &Arc<Source>,
        name: &[u8],
        placement: Placement,
        proof: Proof,
    ) -> Result<GuestReceipt, UploadError> {
        let there = if let Placement::Rest(offset) = placement { offset } else { 0 };
        let plan = values::plan(placement, proof);
        self.store.data_mut().begin_store(there);
        let answer = self.lending(source, |guest, store, conversation, lent| {
            guest.call_store(store, conversation, lent, name, plan)
        });
        let answer = answer.map_err(|error| fault(&self.store, &error))?;
        let receipt = answer.map_err(|error| from_guest(error, self.store.data_mut(), Some(source)))?;
        let whole = Delivered { bytes: source.length(), finished: true };
        if self.store.data().delivered != whole || receipt.sent != whole.bytes.saturating_sub(there) {
            return Err(UploadError::Fault("the component reports a file stored that it has not sent".into()));
        }
        // Longer than any that a file can have, it is not worth showing.
        let name = receipt.name.filter(|name| name.len() <= MAX_ARGUMENT);
        Ok(GuestReceipt { sent: receipt.sent, name, verified: receipt.verified.into() })
    }

    /// How many bytes of the file that is being stored, or was last, the server should have; and whether its end was said.
    pub(crate) fn delivered(&self) -> (u64, bool) {
        let Delivered { bytes, finished } = self.store.data().delivered;
        (bytes, finished)
    }

    /// Since when what is stored under `name` is as it is, in seconds since 1970.
    pub(crate) fn modified(&mut self, name: &[u8]) -> Result<Option<u64>, UploadError> {
        self.call(|guest, store, conversation| guest.call_modified(store, conversation, name))
    }

    /// What is stored under `name`.
    pub(crate) fn look(&mut self, name: &[u8]) -> Result<Found, UploadError> {
        self.call(|guest, store, conversation| guest.call_look(store, conversation, name)).map(values::found)
    }

    /// Whether what is stored under `name` has the hash of the first `length` bytes of `source`.
    pub(crate) fn compare(
        &mut self,
        source: &Arc<Source>,
        name: &[u8],
        length: u64,
    ) -> Result<Comparison, UploadError> {
        self.store.data_mut().begin_comparison(length);
        let answer = self.lending(source, |guest, store, conversation, lent| {
            guest.call_compare(store, conversation, lent, name, length)
        });
        let answer = answer.map_err(|error| fault(&self.store, &error))?;
        let compared = answer.map_err(|error| from_guest(error, self.store.data_mut(), Some(source)))?;
        Ok(values::comparison(compared))
    }

    /// Whether the server can rename files.
    pub(crate) fn can_rename(&mut self, name: &[u8]) -> Result<bool, UploadError> {
        self.call(|guest, store, conversation| guest.call_can_rename(store, conversation, name))
    }

    /// Gives the file called `name` the name `to`.
    pub(crate) fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError> {
        let renaming = self.call(|guest, store, conversation| guest.call_rename(store, conversation, name, to))?;
        let refusal = |refusal| refusal_of(refusal, self.store.data());
        Ok(match renaming {
            wit::Renaming::Done => Renaming::Done,
            wit::Renaming::NotFrom(no) => Renaming::NotFrom(refusal(no)),
            wit::Renaming::NotTo(no) => Renaming::NotTo(refusal(no)),
        })
    }

    /// Removes the file called `name`.
    pub(crate) fn remove(&mut self, name: &[u8]) -> Result<(), UploadError> {
        self.call(|guest, store, conversation| guest.call_remove(store, conversation, name))
    }

    /// Sets the time of last modification, in seconds since 1970.
    pub(crate) fn set_time(&mut self, name: &[u8], time: u64) -> Result<(), UploadError> {
        self.call(|guest, store, conversation| guest.call_set_time(store, conversation, name, time))
    }

    /// Sets the permissions.
    pub(crate) fn set_mode(&mut self, name: &[u8], mode: u16) -> Result<(), UploadError> {
        self.call(|guest, store, conversation| guest.call_set_mode(store, conversation, name, mode))
    }

    /// Does nothing for a while.
    pub(crate) fn pause(&self, pause: Duration) -> Result<(), UploadError> {
        let lent = self.store.data();
        pause_until(Instant::now() + pause, &lent.cancellation).map_err(|stop| match stop {
            WaitError::OutOfTime => UploadError::OutOfTime { step: Some(lent.step) },
            WaitError::Interrupted | WaitError::Failed(_) => UploadError::Interrupted { step: Some(lent.step) },
        })
    }

    /// Whether the server's TLS tickets are used up, so that it could refuse the next file for that alone.
    pub(crate) fn is_spent(&self) -> bool {
        let lent = self.store.data();
        lent.handshakes.are_spent(&lent.protection)
    }

    /// Says goodbye. Every file has its outcome by now, and nothing that happens here changes it.
    pub(crate) fn quit(mut self) {
        self.store.data_mut().begin_call();
        self.store.data_mut().deadlines.shorten_for_quit();
        let guest = self.world.ftp_uploader_upload_upload().session();
        let _ = guest.call_quit(&mut self.store, self.conversation);
    }

    /// Calls the guest, and turns its error into ours.
    fn call<T>(
        &mut self,
        ask: impl FnOnce(&Guest<'_>, &mut Store<GuestState>, ResourceAny) -> wasmtime::Result<Result<T, wit::UploadError>>,
    ) -> Result<T, UploadError> {
        self.store.data_mut().begin_call();
        let guest = self.world.ftp_uploader_upload_upload().session();
        let answer = ask(&guest, &mut self.store, self.conversation).map_err(|error| fault(&self.store, &error))?;
        answer.map_err(|error| from_guest(error, self.store.data_mut(), None))
    }

    /// Calls the guest with a handle to `source` that ends with the call.
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

fn confined_store(engine: &Engine, lent: GuestState) -> Store<GuestState> {
    let mut store = Store::new(engine, lent);
    store.limiter(|lent| &mut lent.limits);
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
) -> wasmtime::Result<Result<ResourceAny, wit::UploadError>> {
    let table = &mut store.data_mut().table;
    let control = table.push(ControlConnection)?;
    let password = table.push(request.target.password.share())?;
    let progress = table.push(ProgressHandle)?;
    let protection = store.data().protection.asked();
    let login = Login {
        user: request.target.user.clone(),
        account: request.target.account.clone(),
        protection,
        data_mode: if request.network.active { DataMode::Active } else { DataMode::Passive },
    };
    let guest = world.ftp_uploader_upload_upload().session();
    let opened = guest.call_open(&mut *store, control, lend(&password), &login, progress);
    // Lent for the login only: from here on no handle leads to it.
    store.data_mut().table.delete(password)?;
    opened
}

/// A handle for one call. To lend the owned one itself would cost one of [`HANDLES`] for good.
fn lend<T: 'static>(ours: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(ours.rep())
}
