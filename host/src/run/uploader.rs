//! The entry point of the library: one [`Uploader`] serves a whole process.

use std::sync::Arc;

use crate::files::source::Source;
use crate::report::error::UploadError;
use crate::report::event::Observer;
use crate::report::summary::UploadReport;
use crate::request::Request;
use crate::request::job::Item;
use crate::run::prepared::Prepared;
use crate::run::workers::Run;
use crate::sandbox::component::Component;

/// Carries out requests. One value can be used for many requests, also from several threads at the same time.
pub struct Uploader {
    pub(super) component: Component,
}

impl Uploader {
    /// Loads the built-in component. This takes less than a millisecond, because the component is compiled already.
    ///
    /// # Errors
    /// [`UploadError::Fault`] if this machine cannot run the code that was compiled for it.
    pub fn new() -> Result<Self, UploadError> {
        Ok(Self { component: Component::built_in()? })
    }

    /// Compiles and uses another component for the same world instead of the built-in one.
    ///
    /// # Errors
    /// [`UploadError::Fault`] if `wasm` is not such a component, or imports more than the world has; the error names
    /// the import.
    #[cfg(feature = "compiler")]
    pub fn from_wasm(wasm: &[u8]) -> Result<Self, UploadError> {
        Ok(Self { component: Component::from_wasm(wasm)? })
    }

    /// Carries out `request`, and sends its events to `observer`.
    ///
    /// A file that the server refuses does not prevent the others from being tried; a failure of the connection does,
    /// after the retries. [`UploadReport::into_result`] turns the report into a `Result`.
    pub fn upload(&self, request: &Request, observer: Arc<dyn Observer>) -> UploadReport {
        match self.prepare(request, observer) {
            Ok(prepared) => prepared.upload(),
            Err(error) => error.into(),
        }
    }

    /// Carries out the first half of [`upload`](Self::upload): opens the files, resolves names, and reads certificates.
    /// Nothing is connected. For callers that show [`Grants`](crate::Grants), or confine the process, before the second
    /// half.
    ///
    /// # Errors
    /// If a file cannot be opened, the server's name does not resolve, or TLS cannot be set up.
    pub fn prepare<'a>(
        &'a self,
        request: &'a Request,
        observer: Arc<dyn Observer>,
    ) -> Result<Prepared<'a>, UploadError> {
        let sources = open_files(request)?.into_iter().map(Arc::new).collect();
        Ok(Prepared::new(Run::prepare(self, request, observer)?, sources))
    }

    /// Opens every file of `request` and closes it again: for programs that want to report a missing file before they
    /// ask for a password.
    ///
    /// # Errors
    /// [`UploadError::Source`] for the first file that cannot be uploaded.
    pub fn check_files(request: &Request) -> Result<(), UploadError> {
        open_files(request).map(drop)
    }
}

/// Opens every file of `request`, so that a missing one is reported before anything is sent.
fn open_files(request: &Request) -> Result<Vec<Source>, UploadError> {
    let open = |item: &Item| match item {
        Item::File(path) => Source::open(path),
        Item::Stream(file, name) => Source::stream(file, name),
    };
    request.put().items.iter().map(open).collect()
}
