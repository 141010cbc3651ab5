//! Doing what a request asks: open the files, find the server, connect, lend, run.
//!
//! One [`Uploader`] serves a whole process: it holds the engine and the component, loaded once. Next: `prepared.rs`, what
//! is there before anything is sent; `delivery/` for one file after the other, `session.rs` for one guest, then
//! `lent/mod.rs` for what that guest may touch.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

use crate::bindings::{Uploader as World, UploaderPre};
use crate::connect;
use crate::delivery::Delivery;
use crate::destination::Destination;
use crate::engine::engine;
use crate::error::UploadError;
use crate::incomplete::Incomplete;
use crate::interrupt::Stops;
use crate::lent::Lent;
use crate::prepared::Prepared;
use crate::progress::{Progress, Receipt};
use crate::request::Request;
use crate::session::Session;
use crate::tls::Versions;

/// The component, precompiled by `build.rs`.
const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"));

/// Uploads files; can be used for many requests, also at the same time from several threads.
pub struct Uploader {
    engine: Engine,
    component: UploaderPre<Lent>,
}

impl Uploader {
    /// Loads the component. Takes a fraction of a millisecond: nothing is compiled.
    ///
    /// # Errors
    /// [`UploadError::Fault`] when this machine cannot run code that was compiled for it.
    pub fn new() -> Result<Self, UploadError> {
        let engine = engine(env!("FTP_UPLOADER_TARGET")).map_err(fault)?;
        #[allow(unsafe_code, reason = "wasmtime cannot prove where precompiled code comes from")]
        // SAFETY: build.rs made COMPONENT by `Engine::precompile_component` of the same wasmtime, and it is embedded
        // in this very binary, so whoever could change it could change all of it.
        let component = unsafe { Component::deserialize(&engine, COMPONENT) }.map_err(fault)?;
        Self::with_component(engine, &component)
    }

    /// Compiles and uses another component for the same world instead of the built-in one.
    ///
    /// # Errors
    /// [`UploadError::Fault`] when `wasm` is no such component, or wants more than the world's imports: it names them.
    #[cfg(feature = "compiler")]
    pub fn from_wasm(wasm: &[u8]) -> Result<Self, UploadError> {
        let engine = engine(env!("FTP_UPLOADER_TARGET")).map_err(fault)?;
        let component = Component::new(&engine, wasm).map_err(fault)?;
        Self::with_component(engine, &component)
    }

    fn with_component(engine: Engine, component: &Component) -> Result<Self, UploadError> {
        let mut linker = Linker::new(&engine);
        World::add_to_linker::<_, HasSelf<_>>(&mut linker, |lent: &mut Lent| lent).map_err(fault)?;
        let component = linker.instantiate_pre(component).and_then(UploaderPre::new).map_err(fault)?;
        Ok(Self { engine, component })
    }

    /// Uploads the files of `request` one after the other, and tells `progress` about it.
    ///
    /// A file that the server refuses does not keep the later ones from being tried; any other failure ends the
    /// session.
    ///
    /// # Errors
    /// [`Incomplete`] unless the server has confirmed every file. It says which files are stored all the same.
    pub fn upload(&self, request: &Request, progress: Arc<dyn Progress>) -> Result<Vec<Receipt>, Incomplete> {
        self.prepare(request, progress)?.upload()
    }

    /// The first half of [`upload`](Self::upload), for those who want to see what is lent, or to fence the process,
    /// before the second: opens the files, looks the server up, reads what TLS takes. Nothing is connected.
    ///
    /// # Errors
    /// When a file cannot be opened, the server not be found, or TLS not be had.
    pub fn prepare<'a>(
        &'a self,
        request: &'a Request,
        progress: Arc<dyn Progress>,
    ) -> Result<Prepared<'a>, UploadError> {
        let sources = request.open_files()?.into_iter().map(Arc::new).collect();
        Ok(Prepared::new(Delivery::prepare(self, request, progress)?, sources))
    }

    /// Connects, makes a guest, and has it log in and enter the directory.
    pub(crate) fn open_session(
        &self,
        request: &Request,
        destination: &Destination,
        versions: Versions,
        stops: &Stops,
        progress: &Arc<dyn Progress>,
        password_sent: &mut bool,
    ) -> Result<Session, UploadError> {
        let dialled = connect::dial(request, destination, versions, stops)?;
        let lent = Lent::new(dialled, request, stops, Arc::clone(progress));
        let mut session = Session::open(&self.engine, &self.component, lent, request, password_sent)?;
        for parameters in &request.site {
            session.site(parameters)?;
        }
        session.enter(&request.directory, request.create_directories)?;
        Ok(session)
    }
}

fn fault(error: wasmtime::Error) -> UploadError {
    UploadError::Fault(format!("{error:#}"))
}
