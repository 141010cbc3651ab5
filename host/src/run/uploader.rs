//! The entry point of the library: one [`Uploader`] serves a whole process.

use std::sync::Arc;

use crate::report::error::UploadError;
use crate::report::event::Observer;
use crate::report::summary::UploadReport;
use crate::request::Request;
use crate::request::context::Context;
use crate::run::plan::Plan;
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
    /// A file that cannot be read, or that the server refuses, does not prevent the others from being tried; a failure of
    /// the connection does, after the retries. [`UploadReport::into_result`] turns the report into a `Result`.
    pub fn upload(&self, request: &Request, observer: Arc<dyn Observer>) -> UploadReport {
        match self.prepare(request, observer) {
            Ok(prepared) => prepared.upload(),
            Err(report) => report,
        }
    }

    /// Carries out the first half of [`upload`](Self::upload): opens the files, resolves names, and reads certificates.
    /// Nothing is connected. For callers that show [`Grants`](crate::Grants), or confine the process, before the second
    /// half.
    ///
    /// # Errors
    /// If no file can be opened, the server's name does not resolve, or TLS cannot be set up; with
    /// [`Delivery::fail_fast`](crate::Delivery::fail_fast), if a file cannot be opened. If only some files cannot be opened,
    /// the report of the run has their failures.
    pub fn prepare<'a>(
        &'a self,
        request: &'a Request,
        observer: Arc<dyn Observer>,
    ) -> Result<Prepared<'a>, UploadReport> {
        let plan = Plan::of(request).map_err(|report| with_context(request, *report))?;
        let run = Run::prepare(self, request, observer).map_err(|error| with_context(request, error.into()))?;
        Ok(Prepared::new(run, plan))
    }

    /// Opens every named file and directory of `request` and closes it again: for programs that want to know if anything can
    /// be sent before they ask for a password.
    ///
    /// # Errors
    /// A report with [`UploadError::Source`] for each of them, if none can be sent; with
    /// [`Delivery::fail_fast`](crate::Delivery::fail_fast), for the first one that cannot.
    pub fn check_files(request: &Request) -> Result<(), UploadReport> {
        Plan::check(request).map_err(|report| with_context(request, *report))
    }
}

/// Adds the facts about `request` to the report of a run that did not begin.
fn with_context(request: &Request, mut report: UploadReport) -> UploadReport {
    report.context = Arc::new(Context::of(request));
    report
}
