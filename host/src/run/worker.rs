//! One worker: it opens a session, delivers files over it one after the other, and drops it if the consequence of an
//! error requires that.
//!
//! `report/consequence.rs` decides the consequences of an error, and the crate `ftp-delivery` the next action on a
//! file.

use std::path::Path;
use std::time::Duration;

use ftp_delivery::Rules;

use crate::cancel::CancelToken;
use crate::net::tls::Versions;
use crate::report::consequence::{Again, Consequence};
use crate::report::error::UploadError;
use crate::report::event::{Event, Note};
use crate::report::step::Step;
use crate::report::summary::{Failure, StoredFile};
use crate::request::delivery::{Delivery, Verify};
use crate::run::plan::FileTask;
use crate::run::put_file::{Delivered, PutFile};
use crate::run::queue::{Effect, Queue, Work};
use crate::run::temporary_name::Naming;
use crate::run::workers::{Run, wait_for_retry};
use crate::sandbox::guest::GuestSession;

/// Delivers files over one session at a time.
pub(super) struct Worker<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) queue: &'a Queue,
    /// The session; `None` while there is no connection.
    pub(super) session: Option<GuestSession>,
    pub(super) versions: Versions,
    /// True if the server has reported the size of a file.
    pub(super) server_reports_sizes: bool,
    /// True if the server takes too long to compute hashes; no further hash is requested.
    pub(super) hash_is_late: bool,
    /// True if the server has computed a hash.
    pub(super) server_hashes: bool,
    /// True if the server supports renaming.
    pub(super) server_renames: bool,
    /// The last file, if its check is still open on the session.
    pub(super) unchecked: Option<PutFile>,
    /// True if STOR was announced on the session, so that no other command may be sent.
    pub(super) stor_is_out: bool,
    /// Files that need the session, but were answered while STOR of another file was out.
    pub(super) postponed: Vec<PutFile>,
    /// The number of consecutive logins that failed after the password was sent.
    pub(super) failed_logins: u32,
}

impl<'a> Worker<'a> {
    pub(super) fn new(run: &'a Run<'a>, queue: &'a Queue) -> Self {
        Self {
            run,
            queue,
            session: None,
            versions: Versions::Safe,
            server_reports_sizes: false,
            hash_is_late: false,
            server_hashes: false,
            server_renames: false,
            unchecked: None,
            stor_is_out: false,
            postponed: Vec::new(),
            failed_logins: 0,
        }
    }

    /// Delivers files until the queue is empty or closed, or the server has no place for another session.
    pub(super) fn work(&mut self) {
        loop {
            // The next file is taken before the last one is checked, so that both go in one flight.
            let goes_on = match self.queue.take() {
                Some(work) => self.carry_out(work),
                None if self.unchecked.is_some() => self.check_last(),
                None if self.queue.leave() => break,
                None => true,
            };
            if !goes_on {
                return;
            }
        }
        self.rest();
    }

    /// Works in addition to the first worker, if the server accepts another session before `enough` is cancelled.
    pub(super) fn help(mut self, enough: &CancelToken) {
        if self.join(enough) {
            if self.queue.join() { self.work() } else { self.rest() }
        }
    }

    /// Gets a session in addition to that of the first worker. Returns false if the server accepts none before `enough`
    /// is cancelled. The password is known to be right, so a refusal means that the server has no place for another
    /// session.
    pub(super) fn join(&mut self, enough: &CancelToken) -> bool {
        if self.wake() {
            return true;
        }
        let limits = self.run.limits.of_part(enough);
        match self.open_session(&limits) {
            Ok(mut session) => {
                session.obey(&self.run.limits.cancellation);
                self.session = Some(session);
            }
            Err(_) if enough.is_cancelled() => {}
            Err(error) if self.run.idle.is_first_refusal() => {
                self.emit(&Event::Noted { file: None, note: &Note::FewerConnections(error) });
            }
            Err(_) => {}
        }
        self.session.is_some()
    }

    /// Delivers one file. Returns false if the worker gets no session any more.
    fn carry_out(&mut self, work: Work) -> bool {
        match work {
            Work::Begun(file) => self.deliver(vec![file]),
            Work::Fresh(task) => self.begin(&task).is_none_or(|file| self.deliver(vec![file])),
        }
    }

    /// Delivers `files`, and those that were postponed meanwhile. Returns false if the worker gets no session any more.
    fn deliver(&mut self, mut files: Vec<PutFile>) -> bool {
        let mut stranded = Vec::new();
        loop {
            while let Some(mut file) = files.pop().or_else(|| self.postponed.pop()) {
                match file.deliver(self) {
                    Delivered::Ended(ended) => self.report(file.had_session(), ended),
                    Delivered::Unchecked => self.unchecked = Some(file),
                    Delivered::Postponed => self.postponed.push(file),
                    Delivered::NoSession => stranded.push(file),
                }
            }
            if stranded.is_empty() {
                return true;
            }
            // Another file may have got a session meanwhile, and its check may be open: this worker cannot leave.
            if self.session.is_some() || self.unchecked.is_some() {
                self.make_all_open_checks();
                files = std::mem::take(&mut stranded);
                continue;
            }
            match self.queue.hand_back(std::mem::take(&mut stranded)) {
                Ok(()) => return false,
                Err(again) => files = again,
            }
            files.iter_mut().for_each(|file| file.stay());
        }
    }

    /// Makes the open check of the last file. Returns false if the worker gets no session any more.
    fn check_last(&mut self) -> bool {
        self.make_open_check();
        self.deliver(Vec::new())
    }

    /// Opens the local file. Reports a failure and returns `None` if it cannot be sent.
    fn begin(&self, task: &FileTask) -> Option<PutFile> {
        match task.local.open() {
            Ok(source) => {
                if task.naming != Naming::OfRun {
                    self.emit(&Event::FileStarted { file: source.path(), remote: &task.remote, size: source.size() });
                }
                Some(PutFile::new(source, &task.remote, task.naming, self))
            }
            Err(error) => {
                let error = match task.as_skipped(error) {
                    Ok(skipped) => {
                        self.queue.skipped(skipped);
                        return None;
                    }
                    Err(error) => error,
                };
                let failure = Failure { file: Some(task.path()), ..Failure::of_run(error) };
                self.emit(&Event::Failed(&failure));
                self.queue.failed(failure, self.effect_on_others(Effect::OnNone));
                None
            }
        }
    }

    /// Adds the result of a file to the report. `had_session` is true if the last try had a session.
    pub(super) fn report(&mut self, had_session: bool, ended: Result<StoredFile, Box<Failure>>) {
        match ended {
            Ok(stored) => {
                self.emit(&if stored.staged_as.is_some() { Event::Staged(&stored) } else { Event::Stored(&stored) });
                self.queue.stored(stored);
            }
            Err(failure) => {
                self.emit(&Event::Failed(&failure));
                let effect = self.effect_of(&failure, had_session);
                let ends = self.queue.failed(*failure, self.effect_on_others(effect));
                // While STOR of another file is out, that file needs the session.
                if !self.stor_is_out && (effect != Effect::OnNone || ends) {
                    // The connection is unusable, or the run is over: QUIT is not sent.
                    self.session = None;
                }
            }
        }
    }

    /// Returns the effect of `failure` on the other files. A failure of the connection ends the run only if the server
    /// serves nobody any more.
    fn effect_of(&self, failure: &Failure, had_session: bool) -> Effect {
        let Consequence { other_files, again, .. } = failure.error.consequence();
        match (other_files, again) {
            (true, _) => Effect::OnNone,
            (false, Again::Never) => Effect::OnAll,
            (false, Again::AtOnce | Again::Soon | Again::Later) if had_session || self.queue.has_others() => {
                Effect::LostConnection
            }
            (false, Again::AtOnce | Again::Soon | Again::Later) => Effect::OnAll,
        }
    }

    /// Returns the effect with `--fail-fast`: each failure ends the run.
    pub(super) fn effect_on_others(&self, effect: Effect) -> Effect {
        if self.run.request.delivery.fail_fast { Effect::OnAll } else { effect }
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
        wait_for_retry(&self.run.limits.cancellation, pause, step)
    }

    /// Waits for `time`.
    ///
    /// # Errors
    /// If the run must end before.
    pub(super) fn wait(&self, time: Duration) -> Result<(), UploadError> {
        wait_for_retry(&self.run.limits.cancellation, time, None)
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

/// Returns true if some servers may store a file under a name that differs from its own: they remove spaces and dots at
/// the end, or interpret other bytes.
fn is_odd_name(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.iter().all(plain) || name.last() == Some(&b'.')
}
