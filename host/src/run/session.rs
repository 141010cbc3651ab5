//! The session of a worker: login with its retries, the versions of TLS, and the end of a session.

use crate::net::tls::Versions;
use crate::report::error::UploadError;
use crate::request::Request;
use crate::run::connect;
use crate::run::retry::Retries;
use crate::run::worker::Worker;
use crate::run::workers::Run;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::run_limits::RunLimits;

/// The maximum number of consecutive failed logins. Servers lock accounts after a few failed logins, and some close the
/// connection after a wrong password instead of sending a reply.
const MAX_FAILED_LOGINS: u32 = 2;

impl Worker<'_> {
    /// Logs in, with retries.
    pub(super) fn log_in(&mut self) -> Result<(), UploadError> {
        let mut retries = Retries::new(self.run.request.delivery.retry, self.run.begun());
        loop {
            let Err(error) = self.session() else { return Ok(()) };
            let again = self.run.may_dial_again(&error) && self.may_log_in_again();
            let pause = again.then(|| retries.pause_after(&error)).flatten();
            let Some(pause) = pause else { return Err(error) };
            self.pause(None, &error, error.step(), pause, retries.count())?;
        }
    }

    /// Returns true if another login is allowed ([`MAX_FAILED_LOGINS`]).
    pub(super) fn may_log_in_again(&self) -> bool {
        self.failed_logins < MAX_FAILED_LOGINS
    }

    /// Returns the session; a new one if there is none, or if all its TLS session tickets are used.
    pub(super) fn session(&mut self) -> Result<&mut GuestSession, UploadError> {
        if self.session.as_ref().is_some_and(GuestSession::has_used_all_tickets) {
            // Sessions of TLS 1.2 can be resumed any number of times.
            self.versions = Versions::Tls12;
            self.quit();
        }
        if !self.wake() {
            let run = self.run;
            self.session = Some(self.open_session(&run.limits)?);
        }
        self.session.as_mut().ok_or_else(|| UploadError::Fault("a session that was opened is missing".into()))
    }

    /// Opens a session, and counts failed logins. If the server refuses the password of the first login, the caller may
    /// give another one.
    pub(super) fn open_session(&mut self, limits: &RunLimits) -> Result<GuestSession, UploadError> {
        loop {
            let mut password_sent = false;
            let error = match self.open_with_versions(limits, &mut password_sent) {
                Ok(session) => {
                    self.failed_logins = 0;
                    return Ok(session);
                }
                Err(error) => error,
            };
            // A server that has reached its limit of clients has not refused the password.
            if password_sent && !error.is_full() {
                self.failed_logins += 1;
            }
            if !(password_sent && self.run.has_other_password(&error)?) {
                return Err(error);
            }
        }
    }

    /// Opens a session with the current versions of TLS; if only TLS 1.2 was tried and failed, with all versions.
    fn open_with_versions(
        &mut self,
        limits: &RunLimits,
        password_sent: &mut bool,
    ) -> Result<GuestSession, UploadError> {
        match self.open_with(self.versions, limits, password_sent) {
            // The server does not support TLS 1.2, which was tried only for the sake of session resumption.
            Err(UploadError::Tls { .. }) if self.versions == Versions::Tls12 => {
                let opened = self.open_with(Versions::Safe, limits, password_sent);
                self.versions = Versions::Safe;
                opened
            }
            opened => opened,
        }
    }

    /// Connects, logs in, and enters the directory.
    fn open_with(
        &mut self,
        versions: Versions,
        limits: &RunLimits,
        password_sent: &mut bool,
    ) -> Result<GuestSession, UploadError> {
        let Run { uploader, request, destination, observer, .. } = self.run;
        // A session of the first file sends no flight, so that a server that cannot take flights is no problem for it.
        let flight = self.run.flights.are_proved();
        let channel = connect::dial(request, destination, versions, &limits.cancellation, &**observer)?;
        self.run.note_connection();
        let opened = uploader.component.log_in(channel, request, limits, observer, flight, password_sent);
        let opened = opened.and_then(|session| {
            // The password is right, even if the session ends at the next command.
            self.failed_logins = 0;
            self.run.passwords.accepted();
            enter(session, request, flight)
        });
        if let (true, Err(error)) = (flight, &opened) {
            self.run.flights.failed_with(error);
        }
        opened
    }

    /// Calls `ask` with the session, and with true if it may send flights. After an error that may pass it is called
    /// again, on a new session, as often as the request allows. It must be an operation that may be carried out twice.
    pub(super) fn persist<T>(
        &mut self,
        mut ask: impl FnMut(&mut GuestSession, bool) -> Result<T, UploadError>,
    ) -> Result<T, UploadError> {
        let mut retries = Retries::new(self.run.request.delivery.retry, self.run.begun());
        loop {
            let flight = self.run.flights.are_allowed();
            let limit = self.run.flights.reply_limit().filter(|_| flight);
            let answer = self.session().and_then(|session| {
                session.limit_replies(limit);
                let answer = ask(session, flight);
                session.limit_replies(None);
                answer
            });
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.apply_consequence(&error);
            if flight && self.run.flights.failed_with(&error) {
                self.session = None;
                continue;
            }
            let pause = self.may_log_in_again().then(|| retries.pause_after(&error)).flatten();
            let Some(pause) = pause else { return Err(error) };
            // Each try begins with a new guest instance, so that no state of a failed try remains.
            self.session = None;
            self.pause(None, &error, error.step(), pause, retries.count())?;
        }
    }

    /// Applies the consequence of an error for the session.
    pub(super) fn apply_consequence(&mut self, error: &UploadError) {
        if matches!(error, UploadError::NotResumed { .. }) {
            self.versions = Versions::Tls12;
        }
        if !error.consequence().session_survives {
            self.session = None;
        }
    }

    /// Ends the session with QUIT.
    pub(super) fn quit(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit();
        }
    }
}

/// Sends the user's SITE commands, and enters the directory.
pub(super) fn enter(mut session: GuestSession, request: &Request, flight: bool) -> Result<GuestSession, UploadError> {
    for parameters in &request.target.site {
        session.site(parameters)?;
    }
    session.enter(request.job.directory(), request.creates_directories(), flight)?;
    Ok(session)
}
