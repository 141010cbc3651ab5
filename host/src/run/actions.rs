//! The actions that `ftp-delivery` asks for, carried out on the session of a worker, and the translation of their results.

use ftp_delivery::{Action, Answer, Compared, Failure as Outcome, Proof};

use crate::report::error::UploadError;
use crate::report::event::{Event, Note, StartOver, WaitReason};
use crate::report::step::{Cause, Step};
use crate::request::delivery::Verify;
use crate::run::put_file::{Answers, PutFile, SETTLE_PAUSE};
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Comparison, GuestReceipt, Placement, Proof as Asked, Refusal, Renaming, Verified};

/// The result of STOR, the number of bytes that the server may have, and true if they are the whole file.
type Stored = (Result<GuestReceipt, UploadError>, (u64, bool));

impl PutFile {
    /// Carries out one action. Returns `None` if the file is stored, and the check of it is left open.
    pub(super) fn act(&mut self, action: Action, worker: &mut Worker<'_>) -> Option<Answer> {
        match action {
            Action::CheckSource => Some(self.check_source()),
            Action::Store { name, from } => self.store(worker, &self.names.bytes(name), from),
            action => {
                let answer = self.announced(action).unwrap_or_else(|| self.ask(action, worker));
                self.leftover.record(action, &answer);
                Some(answer)
            }
        }
    }

    /// Returns the answer to a question that was asked in the announcement.
    fn announced(&mut self, action: Action) -> Option<Answer> {
        match action {
            Action::Size(_) => self.answers.size.take().map(Answer::Size),
            Action::Modified(_) => self.answers.modified.take().map(Answer::Modified),
            _ => None,
        }
    }

    /// Carries out an action other than storing.
    fn ask(&mut self, action: Action, worker: &mut Worker<'_>) -> Answer {
        let late = worker.hash_is_late;
        let Some(session) = worker.session.as_mut() else { return Answer::Failed(Outcome::Session) };
        let answer = match action {
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
            Action::Settle => {
                let file = Some(self.source.path());
                let waiting = Event::Waiting { file, why: WaitReason::Settling, pause: SETTLE_PAUSE };
                worker.run.observer.event(&waiting);
                session.pause(SETTLE_PAUSE).map(|()| Answer::Settled)
            }
            // `act` carries these out.
            Action::CheckSource | Action::Store { .. } => Err(UploadError::Fault("an action has no question".into())),
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
        Ok(Answer::Compared(match session.compare(&self.source, name, length)? {
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
    fn store(&mut self, worker: &mut Worker<'_>, name: &[u8], from: u64) -> Option<Answer> {
        match from {
            0 => self.note_start_over(worker),
            from => worker.emit(&Event::Resuming { file: self.source.path(), from }),
        }
        self.from = from;
        let in_flight = std::mem::take(&mut worker.stor_is_out);
        self.answers = Answers::default();
        let Some((mut stored, mut sent)) = self.store_once(worker, name) else {
            // STOR was out, so that the server may have emptied the file.
            let cut = Outcome::Cut { sent: 0, all: false };
            return Some(Answer::Failed(if in_flight { cut } else { Outcome::Session }));
        };
        if in_flight && !worker.run.flights.are_proved() && is_refused_stor(&stored) {
            // The server may refuse a STOR only because it came in a flight.
            if let Some(alone) = self.store_once(worker, name) {
                (stored, sent) = alone;
            }
            if stored.is_ok() {
                worker.run.flights.failed();
            }
        } else if in_flight {
            self.note_flight(&stored, worker);
        }
        match stored {
            Ok(receipt) if receipt.verified == Verified::Later => {
                self.stored = Some(receipt);
                None
            }
            Ok(receipt) => Some(self.confirmed(receipt.verified, receipt)),
            Err(error) => Some(match self.failed_to_store(error, sent, worker) {
                // STOR was out, so that the server may have emptied the file, although the session ended before.
                Answer::Failed(Outcome::Session) if in_flight => Answer::Failed(Outcome::Cut { sent: 0, all: false }),
                answer => answer,
            }),
        }
    }

    /// Sends a note if the upload does not go on where an earlier one has ended, although the caller wants it.
    fn note_start_over(&mut self, worker: &Worker<'_>) {
        let why = self.leftover.why_start_over(self.source.length());
        // The last transfer was to go on in the middle of the file.
        let refused = self.from > 0 && matches!(self.errors.last(), Some(UploadError::Refused { .. }));
        let why = why.or(refused.then_some(StartOver::Refused));
        if let Some(why) = why.filter(|_| worker.run.request.delivery.resume) {
            worker.note(self.source.path(), &Note::StartsOver(why));
        }
    }

    /// Stores once. Also returns the number of bytes that the server may have, and true if they are the whole file. `None`
    /// if there is no session.
    fn store_once(&mut self, worker: &mut Worker<'_>, name: &[u8]) -> Option<Stored> {
        let placement = match self.from {
            0 if worker.run.request.delivery.unique => Placement::Unique,
            0 => Placement::Replace,
            from => Placement::Rest(from),
        };
        let late = worker.hash_is_late && worker.run.request.delivery.verify != Verify::Hash;
        let proof = if late { Asked::Size } else { worker.run.request.delivery.verify.asked() };
        let later = self.from == 0 && self.may_be_checked_later(worker);
        let session = worker.session.as_mut()?;
        let stored = session.store(&self.source, name, placement, proof, later);
        Some((stored, session.delivered()))
    }

    /// Notes the result of a STOR that was sent in a flight.
    fn note_flight(&mut self, stored: &Result<GuestReceipt, UploadError>, worker: &Worker<'_>) {
        match stored {
            Ok(_) => worker.run.flights.worked(),
            Err(error) => self.next_try_is_free |= worker.run.flights.failed_with(error),
        }
    }

    /// Applies the consequences of a failed STOR, and returns the failure. `sent` is the number of bytes that the server
    /// may have, and true if they are the whole file.
    pub(super) fn failed_to_store(
        &mut self,
        error: UploadError,
        (sent, all): (u64, bool),
        worker: &mut Worker<'_>,
    ) -> Answer {
        let failure = error.store_failure(sent.min(self.source.length()), all);
        self.apply_consequence(worker, error);
        if matches!(failure, Outcome::Unconfirmed { hash_late: true, .. }) {
            self.note_late_hash(worker);
        }
        Answer::Failed(failure)
    }

    /// Sends a note that the server takes too long to compute hashes, but only once. No further hash is requested.
    fn note_late_hash(&mut self, worker: &mut Worker<'_>) {
        if !std::mem::replace(&mut worker.hash_is_late, true) {
            self.next_try_is_free = true;
            worker.note(self.source.path(), &Note::HashTooSlow);
        }
    }

    /// Converts the guest's receipt of a confirmed STOR with its proof, and keeps it.
    pub(super) fn confirmed(&mut self, verified: Verified, receipt: GuestReceipt) -> Answer {
        let (proof, hidden) = match verified {
            // The guest does not leave a check open twice, so that nothing but the reply is known.
            Verified::Reply | Verified::Later => (Proof::Reply, false),
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

/// Returns true if STOR was refused before the server took any byte, on a session that continues.
fn is_refused_stor(stored: &Result<GuestReceipt, UploadError>) -> bool {
    match stored {
        Ok(_) => false,
        Err(error) => {
            let refused = matches!(error, UploadError::Refused { step: Step::DataConnection | Step::Store, .. });
            refused && error.consequence().session_survives
        }
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
