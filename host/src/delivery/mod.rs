//! The files of one request, one after the other: sessions opened and given up, when to go on after a failure, and the
//! account of it all.
//!
//! Opening a session is `uploader.rs`, one file is `file.rs`, the consequences of an error are `consequence.rs`. The next action
//! on a file is decided in the crate `ftp-delivery`.

mod consequence;
mod file;
mod outcome;
mod receipt;
mod retry;
mod temporary_name;
pub(crate) mod wording;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assurance::Verify;
use crate::destination::{self, Destination};
use crate::error::UploadError;
use crate::incomplete::{Failure, Incomplete};
use crate::interrupt::{Stop, Stops};
use crate::progress::{Progress, Receipt, Step};
use crate::request::Request;
use crate::session::Session;
use crate::source::Source;
use crate::tls::Versions;
use crate::uploader::Uploader;
use ftp_delivery::Rules;

use file::PutFile;
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
    /// The server has told the size of a file.
    sizes_told: bool,
    /// The server takes too long to compute hashes; it is not asked for another.
    hash_is_late: bool,
    /// How many logins in a row came to nothing after the password was sent.
    logins_in_vain: u32,
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
        Ok(Self {
            uploader,
            request,
            destination,
            progress,
            session,
            versions,
            stops,
            begun,
            sizes_told: false,
            hash_is_late: false,
            logins_in_vain: 0,
            stored,
            failures,
        })
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
            match PutFile::new(source, &self).deliver(&mut self) {
                Ok(receipt) => {
                    self.progress.stored(&receipt);
                    self.stored.push(receipt);
                }
                Err(failure) => {
                    let over = !failure.error.consequence().other_files;
                    self.failures.push(*failure);
                    if over {
                        return Err(self.incomplete(&sources[i + 1..]));
                    }
                }
            }
        }
        self.leave();
        if self.failures.is_empty() { Ok(self.stored) } else { Err(self.incomplete(&[])) }
    }

    /// Logs in, as often as it is worth it.
    fn log_in(&mut self) -> Result<(), UploadError> {
        let mut retries = Retries::new(self.request.retry, self.begun);
        loop {
            let Err(error) = self.session() else { return Ok(()) };
            let pause = self.may_log_in_again().then(|| retries.pause_after(&error)).flatten();
            let Some(pause) = pause else { return Err(error) };
            self.pause(&error, error.step(), pause, retries.count())?;
        }
    }

    /// Whether another login does no harm: servers lock accounts after a few that fail, and a hang-up may be how this one
    /// says that the password is wrong.
    fn may_log_in_again(&self) -> bool {
        self.logins_in_vain < 2
    }

    /// How a file is to be delivered.
    fn rules(&self, name: &[u8], stream: bool) -> Rules {
        let Request { atomic, replace, resume, unique, .. } = *self.request;
        Rules {
            atomic,
            replace,
            resume,
            unique,
            stream,
            retried: self.request.retry.limit > 0,
            odd_name: names_an_odd_file(name),
            verify: match self.request.verify {
                Verify::Best => ftp_delivery::Verify::Best,
                Verify::Hash => ftp_delivery::Verify::Hash,
                Verify::Size => ftp_delivery::Verify::Size,
                Verify::Nothing => ftp_delivery::Verify::Nothing,
            },
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
        let mut password_sent = false;
        let opened = self.open_with_versions(&mut password_sent);
        match &opened {
            Ok(_) => self.logins_in_vain = 0,
            // One that says that its places are taken has nothing against the password.
            Err(error) if password_sent && !error.is_full() => self.logins_in_vain += 1,
            Err(_) => {}
        }
        opened
    }

    fn open_with_versions(&mut self, password_sent: &mut bool) -> Result<Session, UploadError> {
        let mut open = |versions| {
            let (request, stops) = (self.request, &self.stops);
            self.uploader.open_session(request, &self.destination, versions, stops, &self.progress, password_sent)
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
        if !error.consequence().session_survives {
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

/// Whether some servers make another name of this one: they cut blanks and dots off, or take other bytes for something else.
fn names_an_odd_file(name: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.iter().all(plain) || name.last() == Some(&b'.')
}

fn pause(stops: &Stops, time: Duration, step: Option<Step>) -> Result<(), UploadError> {
    stops.pause(Instant::now() + time).map_err(|stop| match stop {
        Stop::OutOfTime => UploadError::OutOfTime { step },
        Stop::Interrupted | Stop::Failed(_) => UploadError::Interrupted { step },
    })
}
