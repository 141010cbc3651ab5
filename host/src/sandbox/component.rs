//! The component, which is loaded once per process, and the start of a session with it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use ftp_text::system_error::without_code;
use wasmtime::Engine;
use wasmtime::component::{Component as Compiled, HasSelf, Linker};

use crate::report::error::UploadError;
use crate::report::event::Observer;
use crate::request::Request;
use crate::sandbox::bindings::{Uploader as World, UploaderPre};
use crate::sandbox::compute_budget::Ticker;
#[cfg(feature = "compiler")]
use crate::sandbox::engine::engine;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::precompiled;
use crate::sandbox::run_limits::RunLimits;
use crate::sandbox::state::{ControlChannel, GuestState};

/// A component that is linked and can be instantiated.
pub(crate) struct Component {
    engine: Engine,
    linked: UploaderPre<GuestState>,
    /// The ticker, while a session has a share of it.
    ticker: Mutex<Weak<Ticker>>,
}

impl Component {
    /// Loads the built-in component.
    pub(crate) fn built_in() -> Result<Self, UploadError> {
        let (engine, component) = precompiled::load(env!("FTP_UPLOADER_TARGET")).map_err(fault)?;
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
        Ok(Self { engine, linked, ticker: Mutex::default() })
    }

    /// Instantiates the component on `channel`, and calls its login. With `flight`, several commands may be sent at once.
    /// Sets `password_sent` to true if the login fails after the password was sent.
    pub(crate) fn log_in(
        &self,
        channel: ControlChannel,
        request: &Request,
        limits: &RunLimits,
        observer: &Arc<dyn Observer>,
        flight: bool,
        password_sent: &mut bool,
    ) -> Result<GuestSession, UploadError> {
        let state = GuestState::new(channel, request, limits, Arc::clone(observer));
        GuestSession::open(self.ticker(), &self.engine, &self.linked, state, request, flight, password_sent)
    }

    /// Returns a share of the ticker. One is enough for all sessions, because they have the same engine.
    fn ticker(&self) -> Arc<Ticker> {
        let mut running = self.ticker.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let ticker = Arc::new(Ticker::start(&self.engine));
            *running = Arc::downgrade(&ticker);
            ticker
        })
    }
}

fn fault(error: wasmtime::Error) -> UploadError {
    UploadError::Fault(without_code(format_args!("{error:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_share_one_ticker_that_ends_with_the_last_of_them() {
        let component = Component::built_in().unwrap();
        let (first, second) = (component.ticker(), component.ticker());
        assert!(Arc::ptr_eq(&first, &second));
        drop(first);
        assert!(component.ticker.lock().unwrap().upgrade().is_some());
        drop(second);
        assert!(component.ticker.lock().unwrap().upgrade().is_none());
    }
}
