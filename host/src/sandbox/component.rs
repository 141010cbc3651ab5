//! The component, which is loaded once per process, and the start of a session with it.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::{Component as Compiled, HasSelf, Linker};

use crate::cancel::Cancellation;
use crate::report::error::UploadError;
use crate::report::event::Observer;
use crate::request::Request;
use crate::sandbox::bindings::{Uploader as World, UploaderPre};
use crate::sandbox::engine::engine;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::state::{ControlChannel, GuestState};

/// The component, precompiled by `build.rs`.
const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"));

/// A component that is linked and can be instantiated.
pub(crate) struct Component {
    engine: Engine,
    linked: UploaderPre<GuestState>,
}

impl Component {
    /// Loads the built-in component.
    pub(crate) fn built_in() -> Result<Self, UploadError> {
        let engine = engine(env!("FTP_UPLOADER_TARGET")).map_err(fault)?;
        #[allow(unsafe_code, reason = "wasmtime cannot prove the origin of precompiled code")]
        // SAFETY: build.rs made COMPONENT by `Engine::precompile_component` of the same wasmtime, and it is embedded in
        // this binary: an attacker who can change it can change the whole binary.
        let component = unsafe { Compiled::deserialize(&engine, COMPONENT) }.map_err(fault)?;
        Self::link(engine, &component)
    }

    /// Compiles the component `wasm`.
    #[cfg(feature = "compiler")]
    pub(crate) fn from_wasm(wasm: &[u8]) -> Result<Self, UploadError> {
        let engine = engine(env!("FTP_UPLOADER_TARGET")).map_err(fault)?;
        let component = Compiled::new(&engine, wasm).map_err(fault)?;
        Self::link(engine, &component)
    }

    fn link(engine: Engine, component: &Compiled) -> Result<Self, UploadError> {
        let mut linker = Linker::new(&engine);
        World::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut GuestState| state).map_err(fault)?;
        let linked = linker.instantiate_pre(component).and_then(UploaderPre::new).map_err(fault)?;
        Ok(Self { engine, linked })
    }

    /// Instantiates the component on `channel`, and calls its login. Sets `password_sent` to true if the login fails
    /// after the password was sent.
    pub(crate) fn log_in(
        &self,
        channel: ControlChannel,
        request: &Request,
        cancellation: &Cancellation,
        observer: &Arc<dyn Observer>,
        password_sent: &mut bool,
    ) -> Result<GuestSession, UploadError> {
        let state = GuestState::new(channel, request, cancellation, Arc::clone(observer));
        GuestSession::open(&self.engine, &self.linked, state, request, password_sent)
    }
}

fn fault(error: wasmtime::Error) -> UploadError {
    UploadError::Fault(format!("{error:#}"))
}
