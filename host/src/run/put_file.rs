//! Delivers one file, from the first try to the last: carries out the actions that `ftp-delivery` asks for on the
//! current session, and reports their results. The decisions about the file are made in `ftp-delivery`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_delivery::{Answer, FileDelivery, Found, Left, Next, Why};

use crate::files::source::Source;
use crate::report::error::UploadError;
use crate::report::step::Algorithm;
use crate::report::summary::{Failure, StoredFile};
use crate::run::leftover::Leftover;
use crate::run::outcome::Outcomes;
use crate::run::retry::Retries;
use crate::run::temporary_name::{Names, Naming};
use crate::run::worker::Worker;
use crate::sandbox::values::GuestReceipt;

/// The pause between two questions about one file, while the server may still be writing it.
pub(super) const SETTLE_PAUSE: Duration = Duration::from_millis(500);

/// The delivery of one file.
pub(super) struct PutFile {
    pub(super) source: Arc<Source>,
    /// The start of the delivery.
    pub(super) begun: Instant,
    pub(super) names: Names,
    pub(super) state: FileDelivery,
    pub(super) errors: Outcomes,
    /// The guest's receipt of the last confirmed STOR.
    pub(super) stored: Option<GuestReceipt>,
    /// The offset in bytes at which the last transfer began.
    pub(super) from: u64,
    /// True if the server accepted the last RNFR.
    pub(super) may_be_renamed: bool,
    /// The algorithm of the hashes that were compared.
    pub(super) algorithm: Option<Algorithm>,
    /// True if the next try does not count as a retry: the reason was a hash that took too long, or a flight.
    pub(super) next_try_is_free: bool,
    /// The answers to the questions that were asked in a flight, before the delivery asked for them.
    pub(super) answers: Answers,
    /// The answers about the bytes that were there before the next transfer.
    pub(super) leftover: Leftover,
    /// The point at which the delivery goes on, if it was interrupted.
    resume: Option<Next>,
    retries: Retries,
    /// True if the present try has had a session.
    had_session: bool,
    /// True if no other worker can take over the file.
    stays: bool,
}

/// The answers to an announcement.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) size: Option<Found>,
    pub(super) modified: Option<Option<u64>>,
    /// True if STOR is out.
    pub(super) stor: bool,
}

/// The result of [`PutFile::deliver`].
pub(super) enum Delivered {
    /// The file is stored, or it was given up.
    Ended(Result<StoredFile, Box<Failure>>),
    /// The file is stored, and the check of it is left open.
    Unchecked,
    /// The file needs the session, which can send nothing now.
    Postponed,
    /// The server has no place for another session, and another worker has one.
    NoSession,
}

/// The reason why a delivery stops before its end.
pub(super) enum Stop {
    Unchecked,
    Postponed,
}

impl PutFile {
    /// The delivery of `source` to the path `remote`, relative to the entered directory.
    pub(super) fn new(source: Arc<Source>, remote: &[u8], naming: Naming, worker: &Worker<'_>) -> Self {
        let state = FileDelivery::new(worker.rules(remote, source.is_stream()), source.length());
        let delivery = &worker.run.request.delivery;
        let found_again = delivery.atomic && delivery.resume;
        let names = Names::of(&source, remote, naming, found_again);
        let mut file = Self {
            source,
            begun: Instant::now(),
            names,
            state,
            errors: Outcomes::default(),
            stored: None,
            from: 0,
            may_be_renamed: true,
            algorithm: None,
            next_try_is_free: false,
            answers: Answers::default(),
            leftover: Leftover::default(),
            resume: None,
            retries: Retries::new(delivery.retry, worker.run.begun()),
            had_session: false,
            stays: false,
        };
        file.learn_from(worker);
        file
    }

    /// Takes over the knowledge about the server that the files before have given.
    pub(super) fn learn_from(&mut self, worker: &Worker<'_>) {
        if worker.server_reports_sizes {
            self.state.server_tells_sizes();
        }
        if worker.server_renames {
            self.state.server_renames();
        }
    }

    /// Passes on the knowledge about the server that this file has given.
    pub(super) fn teach(&self, worker: &mut Worker<'_>) {
        worker.server_reports_sizes |= self.state.has_seen_sizes();
        worker.server_renames |= self.state.has_seen_renaming();
        worker.server_hashes |= self.algorithm.is_some();
    }

    /// Returns the path of the local file, as messages show it.
    pub(super) fn path(&self) -> &Path {
        self.source.path()
    }

    /// Returns true if the last try has had a session.
    pub(super) fn had_session(&self) -> bool {
        self.had_session
    }

    /// Lets the delivery go on with `answer`, when it is called again.
    pub(super) fn goes_on_with(&mut self, answer: Answer) {
        self.resume = Some(self.state.answer(answer));
    }

    /// Notes that no other worker can take over the file.
    pub(super) fn stay(&mut self) {
        self.stays = true;
    }

    /// Tries until the file is stored under its name, or another try cannot succeed or is not allowed; or until it has to
    /// wait for another file, after which it is called again.
    pub(super) fn deliver(&mut self, worker: &mut Worker<'_>) -> Delivered {
        let first = match self.resume.take() {
            Some(next) => self.follow(next, worker),
            None => self.begin(worker),
        };
        match first.and_then(|next| self.repeat(next, worker)) {
            Ok(Next::Again) => Delivered::NoSession,
            Ok(next) => Delivered::Ended(self.end(next, worker)),
            Err(Stop::Unchecked) => Delivered::Unchecked,
            Err(Stop::Postponed) => Delivered::Postponed,
        }
    }

    /// Begins further tries while the delivery needs one. Returns [`Next::Again`] if the worker gets no session for it.
    fn repeat(&mut self, mut next: Next, worker: &mut Worker<'_>) -> Result<Next, Stop> {
        while next == Next::Again {
            if worker.stor_is_out {
                self.resume = Some(next);
                return Err(Stop::Postponed);
            }
            if self.has_no_place(worker) {
                return Ok(next);
            }
            next = match self.next_try(worker) {
                Some(Ok(())) => self.begin(worker)?,
                Some(Err(error)) => {
                    self.errors.record(error);
                    self.give_up(worker)?
                }
                None => self.give_up(worker)?,
            };
        }
        Ok(next)
    }

    /// Returns the result of a delivery that has ended with `next`.
    fn end(&mut self, next: Next, worker: &mut Worker<'_>) -> Result<StoredFile, Box<Failure>> {
        self.teach(worker);
        match next {
            Next::Stored { proof, aside } => Ok(self.receipt(worker, proof, aside)),
            Next::GaveUp { why, temporary, aside } => Err(Box::new(self.failure(why, temporary, aside))),
            Next::Do(_) | Next::Again => Err(Box::new(self.failure(Why::Fault, Left::Unseen, Left::Nothing))),
        }
    }

    /// Returns true if the server has no place for this worker's session, and another worker can take over the file.
    fn has_no_place(&self, worker: &Worker<'_>) -> bool {
        let full = self.errors.last().is_some_and(UploadError::is_without_place);
        full && !self.stays && worker.session.is_none() && worker.queue.has_others()
    }

    /// Carries out the last actions of a file that is given up.
    fn give_up(&mut self, worker: &mut Worker<'_>) -> Result<Next, Stop> {
        let next = self.state.give_up();
        self.follow(next, worker)
    }

    /// Carries out one try, to its end or to the point where another try is needed.
    fn begin(&mut self, worker: &mut Worker<'_>) -> Result<Next, Stop> {
        self.had_session = false;
        self.answers = Answers::default();
        if !self.open(worker) {
            return Ok(Next::Again);
        }
        let next = self.state.begin();
        self.follow(next, worker)
    }

    /// Gets a session, and announces the file on it if that saves round trips. Returns false if there is no session.
    fn open(&mut self, worker: &mut Worker<'_>) -> bool {
        let opening = self.state.opening().filter(|_| worker.can_announce());
        if opening.is_none() {
            // A check can lead to another store of the earlier file, whose check is open then.
            worker.make_all_open_checks();
        }
        if let Err(error) = worker.session() {
            self.apply_consequence(worker, error);
            return false;
        }
        self.had_session = true;
        opening.is_none_or(|opening| self.announce(opening, worker))
    }

    /// Carries out actions until the delivery asks for none.
    fn follow(&mut self, mut next: Next, worker: &mut Worker<'_>) -> Result<Next, Stop> {
        while let Next::Do(action) = next {
            if worker.stor_is_out && !self.needs_no_command(action) {
                self.resume = Some(next);
                return Err(Stop::Postponed);
            }
            let answer = self.act(action, worker).ok_or(Stop::Unchecked)?;
            next = self.state.answer(answer);
        }
        Ok(next)
    }

    /// Waits for the next try. Returns `None` if there is none.
    fn next_try(&mut self, worker: &mut Worker<'_>) -> Option<Result<(), UploadError>> {
        // This file may have been answered while another one was stored.
        worker.make_all_open_checks();
        if std::mem::take(&mut self.next_try_is_free) {
            self.errors.end_try();
            return Some(Ok(()));
        }
        let error = self.errors.last()?;
        let pause = worker.may_log_in_again().then(|| self.retries.pause_after(error)).flatten()?;
        let step = self.errors.step();
        let paused = worker.pause(Some(self.source.path()), error, step, pause, self.retries.count());
        self.errors.end_try();
        // Each try begins with a new guest instance, so that no state of a failed try remains.
        worker.quit();
        Some(paused)
    }

    /// Records an error, and applies its consequence for the session.
    pub(super) fn apply_consequence(&mut self, worker: &mut Worker<'_>, error: UploadError) {
        worker.apply_consequence(&error);
        self.errors.record(error);
    }
}
