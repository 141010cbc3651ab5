//! The conversation in its sandbox: the component that the program contains, in an engine and a store with the
//! program's settings (`host/src/sandbox/engine.rs`, `host/src/sandbox/guest/mod.rs`), and with the handles in a table, as in the
//! program.
//!
//! The counterpart is `native.rs`; the handles are in `confined/handles.rs`. The host's other work for each call is left
//! out: deadlines, budgets, sockets.

use std::fs;
use std::path::Path;

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceTable};
use wasmtime::{Engine, Result, Store, StoreLimits, StoreLimitsBuilder, UpdateDeadline};

use super::server::Server;
use super::{DIRECTORY, NAME, USER, Work};
use bindings::exports::ftp_uploader::upload::upload::{
    DataMode, Login, Placement, Plan, Protection, Receipt, Verification, Verify,
};
use bindings::{Uploader, UploaderPre};

#[path = "../../../../host/src/sandbox/engine.rs"]
mod engine;
mod handles;

#[allow(missing_docs, reason = "generated; documented in wit/")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "uploader",
        with: {
            "ftp-uploader:upload/capabilities.control-connection": super::Handle,
            "ftp-uploader:upload/capabilities.data-connection": super::Handle,
            "ftp-uploader:upload/capabilities.data-listener": super::Handle,
            "ftp-uploader:upload/capabilities.listing-connection": super::Handle,
            "ftp-uploader:upload/capabilities.source-file": super::Handle,
            "ftp-uploader:upload/capabilities.secret": super::Handle,
            "ftp-uploader:upload/capabilities.progress": super::Handle,
        },
        imports: { default: trappable },
    });
}

/// The right to use an object of [`Handles`].
pub struct Handle;

struct Handles {
    table: ResourceTable,
    limits: StoreLimits,
    server: Server,
}

/// The component, ready for instantiation.
pub(crate) struct Sandbox {
    engine: Engine,
    component: UploaderPre<Handles>,
}

/// The program's own limits (`host/src/sandbox/limits.rs`): memory, handles, and bytes of one call.
const MEMORY: usize = 4 * 1024 * 1024;
const HANDLES: usize = 32;
const CALL_BYTES: usize = 64 * 1024;

impl Sandbox {
    /// Loads the component's file, which `host/build.rs` has precompiled.
    pub(crate) fn load(component: &Path) -> std::result::Result<Self, String> {
        let precompiled = fs::read(component).map_err(|error| format!("{}: {error}", component.display()))?;
        Self::with(&precompiled).map_err(|error| format!("{}: {error:#}", component.display()))
    }

    fn with(precompiled: &[u8]) -> Result<Self> {
        let engine = engine::engine(env!("BENCH_TARGET"))?;
        #[allow(unsafe_code, reason = "wasmtime cannot prove where precompiled code comes from")]
        // SAFETY: it comes from `Engine::precompile_component`, in the build of the program that this is compared with;
        // the user who starts a benchmark names the files to run.
        let component = unsafe { Component::deserialize(&engine, precompiled) }?;
        let mut linker = Linker::new(&engine);
        Uploader::add_to_linker::<_, HasSelf<_>>(&mut linker, |handles: &mut Handles| handles)?;
        let component = linker.instantiate_pre(&component).and_then(UploaderPre::new)?;
        Ok(Self { engine, component })
    }

    /// Does `work`, and returns the number of calls of handles.
    pub(crate) fn run(&self, work: &Work) -> std::result::Result<u64, String> {
        (0..work.sessions).map(|_| self.session(work).map_err(|error| format!("in the sandbox: {error:#}"))).sum()
    }

    fn session(&self, work: &Work) -> Result<u64> {
        let mut store = self.store(Server::new(work.size, work.piece));
        let world = self.component.instantiate(&mut store)?;
        let guest = world.ftp_uploader_upload_upload().session();
        let login = Login {
            user: USER.to_vec(),
            account: None,
            protection: Protection::Clear,
            data_mode: DataMode::Passive,
            flight: false,
        };
        let [control, password, progress] = [push(&mut store)?, push(&mut store)?, push(&mut store)?];
        let handles = Resource::new_borrow(password.rep());
        let session = guest.call_open(&mut store, control, handles, &login, progress)?.map_err(failed)?;
        store.data_mut().table.delete(password)?;
        guest.call_enter(&mut store, session, DIRECTORY, false, false)?.map_err(failed)?;
        for _ in 0..work.files {
            let file = push(&mut store)?;
            let plan = Plan { placement: Placement::Replace, verify: Verify::Best, defer: false };
            let handles = Resource::new_borrow(file.rep());
            let receipt = guest.call_store(&mut store, session, handles, NAME, plan)?.map_err(failed)?;
            store.data_mut().table.delete(file)?;
            let Receipt { sent, verified: Verification::Size, .. } = receipt else { return Err(failed(receipt)) };
            if sent != work.size {
                return Err(failed(receipt));
            }
        }
        guest.call_quit(&mut store, session)?;
        Ok(store.data().server.calls())
    }

    /// Creates a store. The engine's epoch is not advanced here (the program does that 20 times a second), but the
    /// guest checks it in the same way.
    fn store(&self, server: Server) -> Store<Handles> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY)
            .memories(1)
            .instances(10)
            .tables(10)
            .table_elements(1000)
            .trap_on_grow_failure(true)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        let mut store = Store::new(&self.engine, Handles { table, limits, server });
        store.limiter(|handles| &mut handles.limits);
        store.set_max_component_handles(HANDLES);
        store.set_hostcall_fuel(CALL_BYTES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
        store
    }
}

fn push(store: &mut Store<Handles>) -> Result<Resource<Handle>> {
    Ok(store.data_mut().table.push(Handle)?)
}

fn failed(what: impl std::fmt::Debug) -> wasmtime::Error {
    wasmtime::Error::msg(format!("{what:?}"))
}
