//! One file, from the first try to the last: carries out the actions that `ftp-delivery` asks for on the current session, and
//! reports their results. It decides nothing itself.

use std::sync::Arc;
use std::time::Duration;

use ftp_delivery::{Action, Answer, Compared, Failure as Outcome, FileDelivery, Left, Next, Proof, Why};

use crate::files::source::Source;
use crate::report::consequence::refusal;
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
const SETTLING: Duration = Duration::from_millis(500);

/// One file on its way.
pub(super) struct PutFile<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) names: Names,
    pub(super) state: FileDelivery,
    pub(super) errors: Outcomes,
    /// The guest's receipt of the last confirmed STOR.
    pub(super) stored: Option<GuestReceipt>,
    /// Where the last transfer began.
    pub(super) from: u64,
    /// RNFR was granted, when a change of its name was asked for last.
    pub(super) may_be_renamed: bool,
    /// By which algorithm the hashes were compared.
    pub(super) algorithm: Option<Algorithm>,
    /// The hash took too long. The size is asked for on a new session, which does not count as another try.
    checks_size_anew: bool,
}

impl<'a> PutFile<'a> {
    pub(super) fn new(source: &'a Arc<Source>, worker: &Worker<'_>) -> Self {
        let mut state = FileDelivery::new(worker.rules(source.name(), source.is_stream()), source.length());
        if worker.sizes_told {
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
            checks_size_anew: false,
        }
    }

    /// Tries until the file has its name, or nothing more is worth trying.
    pub(super) fn deliver(mut self, worker: &mut Worker<'_>) -> Result<StoredFile, Box<Failure>> {
        let mut retries = Retries::new(worker.run.request.delivery.retry, worker.run.begun);
        let mut next = self.begin(worker);
        while next == Next::Again {
            next = match self.next_try(worker, &mut retries) {
                Some(Ok(())) => self.begin(worker),
                Some(Err(error)) => {
                    self.errors.saw(error);
                    self.give_up(worker)
                }
                None => self.give_up(worker),
            };
        }
        worker.sizes_told |= self.state.has_seen_sizes();
        match next {
            Next::Stored { proof, aside } => Ok(self.receipt(worker, proof, aside)),
            Next::GaveUp { why, temporary, aside } => Err(Box::new(self.failure(why, temporary, aside))),
            Next::Do(_) | Next::Again => Err(Box::new(self.failure(Why::Fault, Left::Unseen, Left::Nothing))),
        }
    }

    fn give_up(&mut self, worker: &mut Worker<'_>) -> Next {
        let next = self.state.give_up();
        self.follow(next, worker)
    }

    /// One try, as far as it goes by itself.
    fn begin(&mut self, worker: &mut Worker<'_>) -> Next {
        if let Err(error) = worker.session() {
            self.apply_consequence(worker, error);
            return Next::Again;
        }
        let next = self.state.begin();
        self.follow(next, worker)
    }

    fn follow(&mut self, mut next: Next, worker: &mut Worker<'_>) -> Next {
        while let Next::Do(action) = next {
            let answer = self.act(action, worker);
            next = self.state.answer(answer);
        }
        next
    }

    /// Waits for the next try, if there is to be one.
    fn next_try(&mut self, worker: &mut Worker<'_>, retries: &mut Retries) -> Option<Result<(), UploadError>> {
        if std::mem::take(&mut self.checks_size_anew) {
            return Some(Ok(()));
        }
        let error = self.errors.last()?;
        let pause = worker.may_log_in_again().then(|| retries.pause_after(error)).flatten()?;
        let step = self.errors.step();
        let paused = worker.pause(Some(self.source.path()), error, step, pause, retries.count());
        self.errors.try_is_over();
        // Each try begins with a new guest, which knows nothing of the last one's trouble.
        worker.quit();
        Some(paused)
    }

    /// Notes an error, and applies its consequence for the session.
    pub(super) fn apply_consequence(&mut self, worker: &mut Worker<'_>, error: UploadError) {
        worker.apply_consequence(&error);
        self.errors.saw(error);
    }

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
            Action::Settle => session.pause(SETTLING).map(|()| Answer::Settled),
            Action::CheckSource => Ok(Answer::Unchanged),
        };
        answer.unwrap_or_else(|error| {
            if matches!((action, &error), (Action::Compare { .. }, UploadError::Broken { cause: Cause::TimedOut, .. }))
            {
                self.tell_late_hash(worker);
            }
            let failure = error.question_failure();
            if self.state.is_leaving() {
                // The reason is known already.
                worker.apply_consequence(&error);
            } else {
                self.apply_consequence(worker, error);
            }
            Answer::Failed(failure)
        })
    }

    fn check_source(&mut self) -> Answer {
        match self.source.check_unchanged() {
            Ok(()) => Answer::Unchanged,
            Err(error) => {
                self.errors.saw(error);
                Answer::Failed(Outcome::Source { begun: true })
            }
        }
    }

    /// With the first `length` bytes of the source. Those of a stream are gone, but for a hash that was made on the way. A
    /// server that takes too long is asked once.
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
                self.errors.saw(UploadError::Corrupt { algorithm });
                Compared::Different
            }
            Comparison::Unavailable => Compared::Unavailable,
        }))
    }

    fn renamed(&mut self, renaming: Renaming) -> Answer {
        self.may_be_renamed = !matches!(renaming, Renaming::NotFrom(_));
        let mut refused = |refusal: Refusal| {
            let Refusal { step, code, text } = refusal;
            self.errors.saw(UploadError::Refused { step, code, text });
            code
        };
        match renaming {
            Renaming::Done => Answer::Renamed,
            Renaming::NotFrom(no) => Answer::NotFrom(refusal(refused(no))),
            Renaming::NotTo(no) => Answer::NotTo(refusal(refused(no))),
        }
    }

    fn store(&mut self, worker: &mut Worker<'_>, name: &[u8], from: u64) -> Answer {
        let placement = match from {
            0 if worker.run.request.delivery.unique => Placement::Unique,
            0 => Placement::Replace,
            from => Placement::Rest(from),
        };
        let late = worker.hash_is_late && worker.run.request.delivery.verify != Verify::Hash;
        let proof = if late { Asked::Size } else { worker.run.request.delivery.verify.asked() };
        if from > 0 {
            worker.tell(&Event::Resuming { file: self.source.path(), from });
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
                    self.tell_late_hash(worker);
                }
                Answer::Failed(failure)
            }
        }
    }

    fn tell_late_hash(&mut self, worker: &mut Worker<'_>) {
        if !std::mem::replace(&mut worker.hash_is_late, true) {
            self.checks_size_anew = true;
            worker.note(self.source.path(), &Note::HashTooSlow);
        }
    }

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

fn removed(removed: Result<(), UploadError>) -> Result<Answer, UploadError> {
    match removed {
        Ok(()) => Ok(Answer::Removed(true)),
        Err(UploadError::Refused { code, .. }) if code != 421 => Ok(Answer::Removed(false)),
        Err(error) => Err(error),
    }
}
