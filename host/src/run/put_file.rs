//! Delivers one file, from the first try to the last: carries out the actions that `ftp-delivery` asks for on the
//! current session, and reports their results. The decisions about the file are made in `ftp-delivery`.

use std::sync::Arc;
use std::time::Duration;

use ftp_delivery::{Action, Answer, Compared, Failure as Outcome, FileDelivery, Left, Next, Proof, Why};

use crate::files::source::Source;
use crate::report::error::UploadError;
use crate::report::event::{Event, Note};
use crate::report::step::{Algorithm, Cause};
use crate::report::summary::{Failure, StoredFile};
use crate::request::delivery::Verify;
use crate::run::outcome::Outcomes;
use crate::run::retry::Retries;
use crate::run::temporary_name::Names;
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Comparison, GuestReceipt, Placement, Proof as Asked, Refusal, Renaming, Verified};

/// The pause between two questions about one file, while the server may still be writing it.
const SETTLE_PAUSE: Duration = Duration::from_millis(500);

/// The delivery of one file.
pub(super) struct PutFile<'a> {
    pub(super) source: &'a Arc<Source>,
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
    /// True after a hash took too long: the size is then checked on a new session, which does not count as a retry.
    checks_size_again: bool,
}

impl<'a> PutFile<'a> {
    pub(super) fn new(source: &'a Arc<Source>, worker: &Worker<'_>) -> Self {
        let mut state = FileDelivery::new(worker.rules(source.name(), source.is_stream()), source.length());
        if worker.server_reports_sizes {
            state.server_tells_sizes();
        }
        let delivery = &worker.run.request.delivery;
        let found_again = delivery.atomic && delivery.resume;
        let names = Names::of(source, found_again);
        let errors = Outcomes::default();
        Self {
            source,
            names,
            state,
            errors,
            stored: None,
            from: 0,
            may_be_renamed: true,
            algorithm: None,
            checks_size_again: false,
        }
    }

    /// Tries until the file is stored under its name, or another try cannot succeed or is not allowed.
    pub(super) fn deliver(mut self, worker: &mut Worker<'_>) -> Result<StoredFile, Box<Failure>> {
        let mut retries = Retries::new(worker.run.request.delivery.retry, worker.run.begun);
        let mut next = self.begin(worker);
        while next == Next::Again {
            next = match self.next_try(worker, &mut retries) {
                Some(Ok(())) => self.begin(worker),
                Some(Err(error)) => {
                    self.errors.record(error);
                    self.give_up(worker)
                }
                None => self.give_up(worker),
            };
        }
        worker.server_reports_sizes |= self.state.has_seen_sizes();
        match next {
            Next::Stored { proof, aside } => Ok(self.receipt(worker, proof, aside)),
            Next::GaveUp { why, temporary, aside } => Err(Box::new(self.failure(why, temporary, aside))),
            Next::Do(_) | Next::Again => Err(Box::new(self.failure(Why::Fault, Left::Unseen, Left::Nothing))),
        }
    }

    /// Carries out the last actions of a file that is given up.
    fn give_up(&mut self, worker: &mut Worker<'_>) -> Next {
        let next = self.state.give_up();
        self.follow(next, worker)
    }

    /// Carries out one try, to its end or to the point where another try is needed.
    fn begin(&mut self, worker: &mut Worker<'_>) -> Next {
        if let Err(error) = worker.session() {
            self.apply_consequence(worker, error);
            return Next::Again;
        }
        let next = self.state.begin();
        self.follow(next, worker)
    }

    /// Carries out actions until the delivery asks for none.
    fn follow(&mut self, mut next: Next, worker: &mut Worker<'_>) -> Next {
        while let Next::Do(action) = next {
            let answer = self.act(action, worker);
            next = self.state.answer(answer);
        }
        next
    }

    /// Waits for the next try. Returns `None` if there is none.
    fn next_try(&mut self, worker: &mut Worker<'_>, retries: &mut Retries) -> Option<Result<(), UploadError>> {
        if std::mem::take(&mut self.checks_size_again) {
            return Some(Ok(()));
        }
        let error = self.errors.last()?;
        let pause = worker.may_log_in_again().then(|| retries.pause_after(error)).flatten()?;
        let step = self.errors.step();
        let paused = worker.pause(Some(self.source.path()), error, step, pause, retries.count());
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

    /// Carries out one action.
    fn act(&mut self, action: Action, worker: &mut Worker<'_>) -> Answer {
        if action == Action::CheckSource {
            return self.check_source();
        }
        let late = worker.hash_is_late;
        let Some(session) = worker.session.as_mut() else { return Answer::Failed(Outcome::Session) };
        let answer = match action {
            Action::Store { name, from } => return self.store(worker, &self.names.bytes(name), from),
            Action::Size(name) => session.look(&self.names.bytes(name)).map(Answer::Size),
            Action::Modified(name) => session.modified(&self.names.bytes(name)).map(Answer::Modified),
            Action::Compare { .. } if late => Ok(Answer::Compared(Compared::Unavailable)),
            Action::Compare { name, length } => self.compare(session, &self.names.bytes(name), length),
            Action::ProbeRename => session.can_rename(&self.names.unused()).map(Answer::CanRename),
            Action::Rename { from, to } => {
                let renaming = session.rename(&self.names.bytes(from), &self.names.bytes(to));
                renaming.map(|renaming| self.renamed(renaming))
            }
            Action::Remove(name) => removed(session.remove(&self.names.bytes(name))),
            Action::Settle => session.pause(SETTLE_PAUSE).map(|()| Answer::Settled),
            Action::CheckSource => Ok(Answer::Unchanged),
        };
        answer.unwrap_or_else(|error| {
            if matches!((action, &error), (Action::Compare { .. }, UploadError::Broken { cause: Cause::TimedOut, .. }))
            {
                self.note_late_hash(worker);
            }
            let failure = error.question_failure();
            if self.state.is_leaving() {
                // The reason for giving up is recorded already, and must not be replaced.
                worker.apply_consequence(&error);
            } else {
                self.apply_consequence(worker, error);
            }
            Answer::Failed(failure)
        })
    }

    /// Checks that the local file has not changed.
    fn check_source(&mut self) -> Answer {
        match self.source.check_unchanged() {
            Ok(()) => Answer::Unchanged,
            Err(error) => {
                self.errors.record(error);
                Answer::Failed(Outcome::Source { begun: true })
            }
        }
    }

    /// Compares the hash of the file on the server with the hash of the first `length` bytes of the source. The bytes
    /// of a stream cannot be read again, but their hash may have been computed while they were sent.
    fn compare(&mut self, session: &mut GuestSession, name: &[u8], length: u64) -> Result<Answer, UploadError> {
        if !self.source.has_digest_of(length) {
            return Ok(Answer::Compared(Compared::Unavailable));
        }
        Ok(Answer::Compared(match session.compare(self.source, name, length)? {
            Comparison::Same(algorithm) => {
                self.algorithm = Some(algorithm);
                Compared::Same
            }
            Comparison::Different(algorithm) => {
                self.errors.record(UploadError::Corrupt { algorithm });
                Compared::Different
            }
            Comparison::Unavailable => Compared::Unavailable,
        }))
    }

    /// Converts the result of a rename, and records a refusal.
    fn renamed(&mut self, renaming: Renaming) -> Answer {
        self.may_be_renamed = !matches!(renaming, Renaming::NotFrom(_));
        let mut refused = |refusal: Refusal| {
            let Refusal { step, code, text } = refusal;
            self.errors.record(UploadError::Refused { step, code, text });
            code
        };
        match renaming {
            Renaming::Done => Answer::Renamed,
            Renaming::NotFrom(reply) => Answer::NotFrom(ftp_delivery::Refusal::of(refused(reply))),
            Renaming::NotTo(reply) => Answer::NotTo(ftp_delivery::Refusal::of(refused(reply))),
        }
    }

    /// Stores the bytes of the source from `from` on under `name`.
    fn store(&mut self, worker: &mut Worker<'_>, name: &[u8], from: u64) -> Answer {
        let placement = match from {
            0 if worker.run.request.delivery.unique => Placement::Unique,
            0 => Placement::Replace,
            from => Placement::Rest(from),
        };
        let late = worker.hash_is_late && worker.run.request.delivery.verify != Verify::Hash;
        let proof = if late { Asked::Size } else { worker.run.request.delivery.verify.asked() };
        if from > 0 {
            worker.emit(&Event::Resuming { file: self.source.path(), from });
        }
        self.from = from;
        let Some(session) = worker.session.as_mut() else { return Answer::Failed(Outcome::Session) };
        let stored = session.store(self.source, name, placement, proof);
        let (sent, all) = session.delivered();
        match stored {
            Ok(receipt) => self.confirmed(receipt),
            Err(error) => {
                let failure = error.store_failure(sent.min(self.source.length()), all);
                self.apply_consequence(worker, error);
                if matches!(failure, Outcome::Unconfirmed { hash_late: true, .. }) {
                    self.note_late_hash(worker);
                }
                Answer::Failed(failure)
            }
        }
    }

    /// Sends a note that the server takes too long to compute hashes, but only once. No further hash is requested.
    fn note_late_hash(&mut self, worker: &mut Worker<'_>) {
        if !std::mem::replace(&mut worker.hash_is_late, true) {
            self.checks_size_again = true;
            worker.note(self.source.path(), &Note::HashTooSlow);
        }
    }

    /// Converts the guest's receipt of a confirmed STOR, and keeps it.
    fn confirmed(&mut self, receipt: GuestReceipt) -> Answer {
        let (proof, hidden) = match receipt.verified {
            Verified::Reply => (Proof::Reply, false),
            Verified::Refused => (Proof::Reply, true),
            Verified::Size => (Proof::Size, false),
            Verified::Hash(algorithm) => {
                self.algorithm = Some(algorithm);
                (Proof::Hash, false)
            }
        };
        self.stored = Some(receipt);
        Answer::Stored { length: self.source.length(), proof, hidden }
    }
}

/// Converts the result of DELE. A refusal is an answer; other errors are failures of the session.
fn removed(removed: Result<(), UploadError>) -> Result<Answer, UploadError> {
    match removed {
        Ok(()) => Ok(Answer::Removed(true)),
        Err(UploadError::Refused { code, .. }) if code != 421 => Ok(Answer::Removed(false)),
        Err(error) => Err(error),
    }
}
