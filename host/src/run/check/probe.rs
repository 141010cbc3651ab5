//! The sessions of a check, one at a time: opened when a question needs one, and dropped after an error that ends them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::cancel::Cancellation;
use crate::net::tls::{ShownCertificate, TlsClient, Versions};
use crate::report::error::UploadError;
use crate::report::event::{Event, Observer};
use crate::run::check::recorder::Recorder;
use crate::run::connect;
use crate::run::retry::Retries;
use crate::run::session::enter;
use crate::run::workers::{Run, wait_for_retry};
use crate::sandbox::guest::GuestSession;
use crate::sandbox::run_limits::RunLimits;

/// Opens sessions, and asks questions on them.
pub(super) struct Probe<'a> {
    pub(super) run: &'a Run<'a>,
    /// The facts of the present session, or of the last one.
    pub(super) recorder: Arc<Recorder>,
    /// The certificate of that session.
    pub(super) shown: Option<ShownCertificate>,
    pub(super) session: Option<GuestSession>,
    pub(super) versions: Versions,
    /// The address of the server; `None` behind a proxy.
    pub(super) address: Option<SocketAddr>,
    /// True after a session could not be opened: the server is not asked again.
    is_lost: bool,
}

/// A session that could not be opened.
pub(super) struct NotOpened {
    pub(super) error: UploadError,
    /// True if the password was sent.
    password_sent: bool,
}

impl<'a> Probe<'a> {
    pub(super) fn new(run: &'a Run<'a>) -> Self {
        let recorder = Arc::new(Recorder::new(Arc::clone(&run.observer)));
        Self { run, recorder, shown: None, session: None, versions: Versions::Safe, address: None, is_lost: false }
    }

    /// Returns a probe for one more session on the same server, with these versions of TLS.
    pub(super) fn sibling(&self, versions: Versions) -> Self {
        Self { versions, ..Self::new(self.run) }
    }

    /// Logs in, with the retries of the request. A password that was refused is not sent again; the caller may give
    /// another one.
    ///
    /// # Errors
    /// If there is no session.
    pub(super) fn log_in(&mut self) -> Result<(), UploadError> {
        let run = self.run;
        let mut retries = Retries::new(run.request.delivery.retry, run.begun());
        loop {
            let NotOpened { error, password_sent } = match self.open(&run.limits) {
                Ok(session) => {
                    self.session = Some(session);
                    return Ok(());
                }
                Err(not_opened) => not_opened,
            };
            if password_sent && run.has_other_password(&error)? {
                continue;
            }
            let may_try_again = run.may_dial_again(&error) && (!password_sent || error.is_full());
            let Some(pause) = may_try_again.then(|| retries.pause_after(&error)).flatten() else { return Err(error) };
            let (count, limit) = (retries.count(), run.request.delivery.retry.limit);
            run.observer.event(&Event::Retrying { file: None, error: &error, pause, count, limit });
            wait_for_retry(&run.limits.cancellation, pause, error.step())?;
        }
    }

    /// Connects, logs in, and enters the directory.
    pub(super) fn open(&mut self, limits: &RunLimits) -> Result<GuestSession, NotOpened> {
        self.recorder = Arc::new(Recorder::new(Arc::clone(&self.run.observer)));
        self.shown = None;
        let mut password_sent = false;
        self.open_with(limits, &mut password_sent).map_err(|error| NotOpened { error, password_sent })
    }

    fn open_with(&mut self, limits: &RunLimits, password_sent: &mut bool) -> Result<GuestSession, UploadError> {
        let Run { uploader, request, destination, .. } = self.run;
        let channel = connect::dial(request, destination, self.versions, &limits.cancellation, &*self.run.observer)?;
        self.run.note_connection();
        self.address = channel.tunnel.is_none().then(|| channel.socket.peer());
        self.shown = channel.protection.client().map(TlsClient::shown);
        let observer: Arc<dyn Observer> = self.recorder.clone();
        // Without flights: that is a question of its own.
        let session = uploader.component.log_in(channel, request, limits, &observer, false, password_sent)?;
        self.run.passwords.accepted();
        enter(session, request, false)
    }

    /// Returns true if there is a session.
    pub(super) fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Asks a question. Without a session, one is opened; it must be a question that can be asked twice, because a server
    /// that demands to resume TLS sessions is asked again with TLS 1.2.
    ///
    /// # Errors
    /// The error of the question. A session that it ends is dropped.
    pub(super) fn ask<T>(
        &mut self,
        mut question: impl FnMut(&mut GuestSession) -> Result<T, UploadError>,
    ) -> Result<T, UploadError> {
        match self.ask_once(&mut question) {
            Err(UploadError::NotResumed { .. }) if self.versions == Versions::Safe => {
                self.versions = Versions::Tls12;
                self.ask_once(&mut question)
            }
            answer => answer,
        }
    }

    fn ask_once<T>(
        &mut self,
        question: &mut impl FnMut(&mut GuestSession) -> Result<T, UploadError>,
    ) -> Result<T, UploadError> {
        let answer = self.session().and_then(question);
        if let Err(error) = &answer
            && !error.consequence().session_survives
        {
            self.session = None;
        }
        answer
    }

    fn session(&mut self) -> Result<&mut GuestSession, UploadError> {
        if self.session.as_ref().is_some_and(GuestSession::has_used_all_tickets) {
            // Sessions of TLS 1.2 can be resumed any number of times.
            self.versions = Versions::Tls12;
            self.quit();
        }
        if self.session.is_none() {
            if self.is_lost {
                return Err(UploadError::Fault("a question was asked after the server was lost".into()));
            }
            let limits = &self.run.limits;
            let opened = self.open(limits);
            self.is_lost = opened.is_err();
            self.session = Some(opened.map_err(|not_opened| not_opened.error)?);
        }
        self.session.as_mut().ok_or_else(|| UploadError::Fault("a session that was opened is missing".into()))
    }

    /// Ends the session with QUIT.
    pub(super) fn quit(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit();
        }
    }

    /// Returns a session that obeys `limits` alone: the present one, or a new one.
    pub(super) fn session_within(&mut self, limits: &RunLimits) -> Option<&mut GuestSession> {
        if self.session.is_none() {
            self.session = self.open(limits).ok();
        }
        let session = self.session.as_mut()?;
        session.obey(&limits.cancellation);
        Some(session)
    }

    /// Returns the limits of a run that has ended: nothing but `time`.
    pub(super) fn grace(time: Duration) -> RunLimits {
        RunLimits::new(Cancellation::begin(None, Some(time)), None)
    }
}
