//! The files of one request, one after the other: sessions opened and given up, when to go on after a failure, and the
//! account of it all.
//!
//! Opening a session is `uploader.rs`. Next: `file.rs`, what is done for one file; `retry.rs`, whether to try again.

mod file;
mod inspection;
mod retry;
mod temporary_name;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::destination::{self, Destination};
use crate::error::{SourceProblem, UploadError};
use crate::incomplete::{Failure, Incomplete};
use crate::interrupt::{Stop, Stops};
use crate::progress::{Progress, Receipt, Step};
use crate::request::Request;
use crate::session::{Session, survives};
use crate::source::Source;
use crate::tls::Versions;
use crate::uploader::Uploader;

use file::FileDelivery;
use retry::Retries;
pub use retry::Retry;

/// A request that is being carried out.
pub(crate) struct Delivery<'a> {
    uploader: &'a Uploader,
    pub(crate) request: &'a Request,
    pub(crate) destination: Destination,
    progress: Arc<dyn Progress>,
    /// Absent while there is no connection.
    session: Option<Session>,
    versions: Versions,
    stops: Stops,
    begun: Instant,
    stored: Vec<Receipt>,
    failures: Vec<Failure>,
}

impl<'a> Delivery<'a> {
    /// Finds the server, as often as it is worth it.
    pub(crate) fn prepare(
        uploader: &'a Uploader,
        request: &'a Request,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, UploadError> {
        let (stops, begun) = (request.begin(), Instant::now());
        let mut retries = Retries::new(request.retry, begun);
        let destination = loop {
            let error = match destination::find(request, &stops) {
                Ok(found) => break found,
                Err(error) => error,
            };
            let Some(time) = retries.pause_after(&error) else { return Err(error) };
            progress.retrying(&error, time, retries.count(), request.retry.limit);
            pause(&stops, time, error.step())?;
        };
        let (stored, failures) = (Vec::new(), Vec::new());
        let (session, versions) = (None, Versions::Safe);
        Ok(Self { uploader, request, destination, progress, session, versions, stops, begun, stored, failures })
    }

    /// Lets the run end later, after a wait that is not its own.
    pub(crate) fn postpone(&mut self, time: Duration) {
        self.stops.postpone(time);
        self.begun += time;
    }

    /// Stores every file, as far as the server lets it.
    pub(crate) fn deliver(mut self, sources: &[Arc<Source>]) -> Result<Vec<Receipt>, Incomplete> {
        self.log_in()?;
        for (i, source) in sources.iter().enumerate() {
            match self.deliver_one(source) {
                Ok(receipt) => {
                    self.progress.stored(&receipt);
                    self.stored.push(receipt);
                }
                Err(failure) => {
                    let over = !concerns_one_file(&failure.error);
                    self.failures.push(failure);
                    if over {
                        return Err(self.incomplete(&sources[i + 1..]));
                    }
                }
            }
        }
        self.leave();
        if self.failures.is_empty() { Ok(self.stored) } else { Err(self.incomplete(&[])) }
    }

    /// One file, tried as often as it is worth it.
    fn deliver_one(&mut self, source: &Arc<Source>) -> Result<Receipt, Failure> {
        let failed = |error, removed| Failure { file: Some(source.path().to_owned()), error, removed };
        let mut file = FileDelivery::new(source, self.request);
        let mut gravest = None;
        let mut retries = Retries::new(self.request.retry, self.begun);
        loop {
            let error = match file.attempt(self) {
                Ok(receipt) => return Ok(receipt),
                Err(error) => error,
            };
            self.heed(&error);
            let pause = if file.may_be_tried_again(&error) { retries.pause_after(&error) } else { None };
            let Some(pause) = pause else {
                let removed = file.give_up(self);
                let gravest = if error.partial_file_may_remain() { error } else { gravest.unwrap_or(error) };
                return Err(failed(gravest, removed));
            };
            let gravest_step = gravest.as_ref().and_then(UploadError::step);
            let step = if error.partial_file_may_remain() { error.step() } else { gravest_step.or(error.step()) };
            self.pause(&error, step, pause, retries.count()).map_err(|error| failed(error, false))?;
            // Each try begins with a new guest, which knows nothing of the last one's trouble.
            self.leave();
            if error.partial_file_may_remain() {
                gravest = Some(error);
            }
        }
    }

    /// Logs in, as often as it is worth it.
    fn log_in(&mut self) -> Result<(), UploadError> {
        let mut retries = Retries::new(self.request.retry, self.begun);
        loop {
            let Err(error) = self.session() else { return Ok(()) };
            let Some(pause) = retries.pause_after(&error) else { return Err(error) };
            self.pause(&error, error.step(), pause, retries.count())?;
        }
    }

    /// The session, a new one if there is none, or if this one's TLS tickets are used up.
    fn session(&mut self) -> Result<&mut Session, UploadError> {
        if self.session.as_ref().is_some_and(Session::is_spent) {
            // Sessions of TLS 1.2 can be resumed any number of times.
            self.versions = Versions::Tls12;
            self.leave();
        }
        if self.session.is_none() {
            self.session = Some(self.open_session()?);
        }
        self.session.as_mut().ok_or_else(|| UploadError::Fault("a session that was opened is not there".into()))
    }

    fn open_session(&mut self) -> Result<Session, UploadError> {
        let open = |versions| {
            self.uploader.open_session(self.request, &self.destination, versions, &self.stops, &self.progress)
        };
        match open(self.versions) {
            // The server does not have TLS 1.2, which was only the second choice.
            Err(UploadError::Tls { .. }) if self.versions == Versions::Tls12 => {
                let opened = open(Versions::Safe);
                self.versions = Versions::Safe;
                opened
            }
            opened => opened,
        }
    }

    /// What an error means for the session.
    fn heed(&mut self, error: &UploadError) {
        if matches!(error, UploadError::NotResumed { .. }) {
            self.versions = Versions::Tls12;
        }
        if !survives(error) {
            self.session = None;
        }
    }

    /// Ends the session in order.
    fn leave(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit();
        }
    }

    /// Waits before the next try, when as much as `step` has been reached.
    fn pause(&self, error: &UploadError, step: Option<Step>, time: Duration, count: u32) -> Result<(), UploadError> {
        self.progress.retrying(error, time, count, self.request.retry.limit);
        pause(&self.stops, time, step)
    }

    fn incomplete(self, untried: &[Arc<Source>]) -> Incomplete {
        let untried = untried.iter().map(|source| source.path().to_owned()).collect();
        Incomplete { stored: self.stored, failures: self.failures, untried }
    }
}

fn pause(stops: &Stops, time: Duration, step: Option<Step>) -> Result<(), UploadError> {
    stops.pause(Instant::now() + time).map_err(|stop| match stop {
        Stop::OutOfTime => UploadError::OutOfTime { step },
        Stop::Interrupted | Stop::Failed(_) => UploadError::Interrupted { step },
    })
}

/// Whether the next file may fare better than the one that `error` is about.
fn concerns_one_file(error: &UploadError) -> bool {
    use Step::{Attributes, DataConnection, Inspection, Renaming, Store};
    match error {
        UploadError::Refused { step, .. } => {
            !error.is_farewell() && matches!(step, DataConnection | Store | Renaming | Inspection | Attributes)
        }
        UploadError::Source { problem: SourceProblem::Changed, .. }
        | UploadError::Mismatch { .. }
        | UploadError::Corrupt { .. }
        | UploadError::Unverified
        | UploadError::NotReplaced { .. } => true,
        _ => false,
    }
}
