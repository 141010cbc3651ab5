//! One worker: it opens a session, delivers files over it one after the other, and drops it if the consequence of an
//! error requires that.
//!
//! `report/consequence.rs` decides the consequences of an error, and the crate `ftp-delivery` the next action on a
//! file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ftp_delivery::Rules;

use crate::files::source::Source;
use crate::net::tls::Versions;
use crate::report::error::UploadError;
use crate::report::event::{Event, Note};
use crate::report::step::Step;
use crate::request::delivery::{Delivery, Verify};
use crate::run::connect;
use crate::run::put_file::PutFile;
use crate::run::retry::Retries;
use crate::run::workers::{Queue, Run, wait_for_retry};
use crate::sandbox::guest::GuestSession;

/// Delivers files over one session at a time.
pub(super) struct Worker<'a> {
    pub(super) run: &'a Run<'a>,
    /// The session; `None` while there is no connection.
    pub(super) session: Option<GuestSession>,
    versions: Versions,
    /// True if the server has reported the size of a file.
    pub(super) server_reports_sizes: bool,
    /// True if the server takes too long to compute hashes; no further hash is requested.
    pub(super) hash_is_late: bool,
    /// The number of consecutive logins that failed after the password was sent.
    failed_logins: u32,
}

/// The maximum number of consecutive failed logins. Servers lock accounts after a few failed logins, and some close the
/// connection after a wrong password instead of sending a reply.
const MAX_FAILED_LOGINS: u32 = 2;

impl<'a> Worker<'a> {
    pub(super) fn new(run: &'a Run<'a>) -> Self {
        Self {
            run,
            session: None,
            versions: Versions::Safe,
            server_reports_sizes: false,
            hash_is_late: false,
            failed_logins: 0,
        }
    }

    /// Delivers files until the queue is empty or closed.
    pub(super) fn work(&mut self, queue: &Queue<'_>) {
        while let Some(source) = queue.take() {
            self.deliver(source, queue);
        }
        self.quit();
    }

    /// Delivers one file, and adds the result to the report.
    fn deliver(&mut self, source: &Arc<Source>, queue: &Queue<'_>) {
        let (file, size) = (source.path(), source.size());
        self.emit(&Event::FileStarted { file, size });
        match PutFile::new(source, self).deliver(self) {
            Ok(stored) => {
                self.emit(&Event::Stored(&stored));
                queue.report(|report| report.stored.push(stored));
            }
            Err(failure) => {
                self.emit(&Event::Failed(&failure));
                if !failure.error.consequence().other_files {
                    queue.close();
                    // The connection is unusable, or the run is over: QUIT is not sent.
                    self.session = None;
                }
                queue.report(|report| report.failures.push(*failure));
            }
        }
    }

    /// Logs in, with retries.
    pub(super) fn log_in(&mut self) -> Result<(), UploadError> {
        let mut retries = Retries::new(self.run.request.delivery.retry, self.run.begun);
        loop {
            let Err(error) = self.session() else { return Ok(()) };
            let pause = self.may_log_in_again().then(|| retries.pause_after(&error)).flatten();
            let Some(pause) = pause else { return Err(error) };
            self.pause(None, &error, error.step(), pause, retries.count())?;
        }
    }

    /// Returns true if another login is allowed ([`MAX_FAILED_LOGINS`]).
    pub(super) fn may_log_in_again(&self) -> bool {
        self.failed_logins < MAX_FAILED_LOGINS
    }

    /// Returns the rules for the delivery of a file called `name`.
    pub(super) fn rules(&self, name: &[u8], stream: bool) -> Rules {
        let Delivery { atomic, replace, resume, unique, verify, retry, .. } = self.run.request.delivery;
        Rules {
            atomic,
            replace,
            resume,
            unique,
            stream,
            retried: retry.limit > 0,
            odd_name: is_odd_name(name),
            verify: match verify {
                Verify::Best => ftp_delivery::Verify::Best,
                Verify::Hash => ftp_delivery::Verify::Hash,
                Verify::Size => ftp_delivery::Verify::Size,
                Verify::Nothing => ftp_delivery::Verify::Nothing,
            },
        }
    }

    /// Returns the session; a new one if there is none, or if all its TLS session tickets are used.
    pub(super) fn session(&mut self) -> Result<&mut GuestSession, UploadError> {
        if self.session.as_ref().is_some_and(GuestSession::has_used_all_tickets) {
            // Sessions of TLS 1.2 can be resumed any number of times.
            self.versions = Versions::Tls12;
            self.quit();
        }
        if self.session.is_none() {
            self.session = Some(self.open_session()?);
        }
        self.session.as_mut().ok_or_else(|| UploadError::Fault("a session that was opened is missing".into()))
    }

    /// Opens a session, and counts failed logins.
    fn open_session(&mut self) -> Result<GuestSession, UploadError> {
        let mut password_sent = false;
        let opened = self.open_with_versions(&mut password_sent);
        match &opened {
            Ok(_) => self.failed_logins = 0,
            // A server that has reached its limit of clients has not refused the password.
            Err(error) if password_sent && !error.is_full() => self.failed_logins += 1,
            Err(_) => {}
        }
        opened
    }

    /// Opens a session with the current versions of TLS; if only TLS 1.2 was tried and failed, with all versions.
    fn open_with_versions(&mut self, password_sent: &mut bool) -> Result<GuestSession, UploadError> {
        match self.open_with(self.versions, password_sent) {
            // The server does not support TLS 1.2, which was tried only for the sake of session resumption.
            Err(UploadError::Tls { .. }) if self.versions == Versions::Tls12 => {
                let opened = self.open_with(Versions::Safe, password_sent);
                self.versions = Versions::Safe;
                opened
            }
            opened => opened,
        }
    }

    /// Connects, logs in, and enters the directory.
    fn open_with(&self, versions: Versions, password_sent: &mut bool) -> Result<GuestSession, UploadError> {
        let Run { uploader, request, destination, observer, cancellation, .. } = self.run;
        let channel = connect::dial(request, destination, versions, cancellation)?;
        let mut session = uploader.component.log_in(channel, request, cancellation, observer, password_sent)?;
        for parameters in &request.target.site {
            session.site(parameters)?;
        }
        session.enter(&request.put().directory, request.delivery.create_directories)?;
        Ok(session)
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

    /// Waits before the next try of `file`. `step` is the furthest step that was reached.
    pub(super) fn pause(
        &self,
        file: Option<&Path>,
        error: &UploadError,
        step: Option<Step>,
        pause: Duration,
        count: u32,
    ) -> Result<(), UploadError> {
        let limit = self.run.request.delivery.retry.limit;
        self.emit(&Event::Retrying { file, error, pause, count, limit });
        wait_for_retry(&self.run.cancellation, pause, step)
    }

    /// Sends an event to the observer.
    pub(super) fn emit(&self, event: &Event<'_>) {
        self.run.observer.event(event);
    }

    /// Sends a note about `file`.
    pub(super) fn note(&self, file: &Path, note: &Note) {
        self.emit(&Event::Noted { file: Some(file), note });
    }
}

/// Returns true if some servers may store a file under a name that differs from `name`: they remove spaces and dots at
/// the end, or interpret other bytes.
fn is_odd_name(name: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.iter().all(plain) || name.last() == Some(&b'.')
}
