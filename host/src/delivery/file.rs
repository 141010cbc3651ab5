//! One file, from the first try to the last: carries out the actions that `ftp-delivery` asks for on the current session, and
//! reports their results. It decides nothing itself.

use std::sync::Arc;
use std::time::Duration;

use ftp_delivery::{Action, Answer, Compared, Failure as Outcome, FileDelivery, Found, Left, Next, Proof, Why};

use super::Delivery;
use super::consequence::refusal;
use super::outcome::Outcomes;
use super::retry::Retries;
use super::temporary_name::Names;
use crate::assurance::Verify;
use crate::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::error::{Cause, ServerText, UploadError};
use crate::incomplete::Failure;
use crate::progress::{Algorithm, Note, Receipt};
use crate::session::Session;
use crate::source::Source;

/// The pause between two questions about one file, while the server may still be writing it.
const SETTLING: Duration = Duration::from_millis(500);

/// One file on its way.
pub(super) struct PutFile<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) names: Names,
    pub(super) state: FileDelivery,
    pub(super) errors: Outcomes,
    /// The guest's receipt of the last confirmed STOR.
    pub(super) stored: Option<wit::Receipt>,
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
    pub(super) fn new(source: &'a Arc<Source>, run: &Delivery<'_>) -> Self {
        let mut state = FileDelivery::new(run.rules(source.name(), source.is_stream()), source.length());
        if run.sizes_told {
            state.server_tells_sizes();
        }
        let found_again = run.request.atomic && run.request.resume;
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
    pub(super) fn deliver(mut self, run: &mut Delivery<'_>) -> Result<Receipt, Box<Failure>> {
        let mut retries = Retries::new(run.request.retry, run.begun);
        let mut next = self.begin(run);
        while next == Next::Again {
            next = match self.next_try(run, &mut retries) {
                Some(Ok(())) => self.begin(run),
                Some(Err(error)) => {
                    self.errors.saw(error);
                    self.give_up(run)
                }
                None => self.give_up(run),
            };
        }
        run.sizes_told |= self.state.has_seen_sizes();
        match next {
            Next::Stored { proof, aside } => Ok(self.receipt(run, proof, aside)),
            Next::GaveUp { why, temporary, aside } => Err(Box::new(self.failure(why, temporary, aside))),
            Next::Do(_) | Next::Again => Err(Box::new(self.failure(Why::Fault, Left::Unseen, Left::Nothing))),
        }
    }

    fn give_up(&mut self, run: &mut Delivery<'_>) -> Next {
        let next = self.state.give_up();
        self.follow(next, run)
    }

    /// One try, as far as it goes by itself.
    fn begin(&mut self, run: &mut Delivery<'_>) -> Next {
        if let Err(error) = run.session() {
            self.heed(run, error);
            return Next::Again;
        }
        let next = self.state.begin();
        self.follow(next, run)
    }

    fn follow(&mut self, mut next: Next, run: &mut Delivery<'_>) -> Next {
        while let Next::Do(action) = next {
            let answer = self.act(action, run);
            next = self.state.answer(answer);
        }
        next
    }

    /// Waits for the next try, if there is to be one.
    fn next_try(&mut self, run: &mut Delivery<'_>, retries: &mut Retries) -> Option<Result<(), UploadError>> {
        if std::mem::take(&mut self.checks_size_anew) {
            return Some(Ok(()));
        }
        let error = self.errors.last()?;
        let pause = run.may_log_in_again().then(|| retries.pause_after(error)).flatten()?;
        let step = self.errors.step();
        let paused = run.pause(error, step, pause, retries.count());
        self.errors.try_is_over();
        // Each try begins with a new guest, which knows nothing of the last one's trouble.
        run.leave();
        Some(paused)
    }

    /// Notes an error, and applies its consequence for the session.
    pub(super) fn heed(&mut self, run: &mut Delivery<'_>, error: UploadError) {
        run.heed(&error);
        self.errors.saw(error);
    }

    fn act(&mut self, action: Action, run: &mut Delivery<'_>) -> Answer {
        if action == Action::CheckSource {
            return self.check_source();
        }
        let late = run.hash_is_late;
        let Some(session) = run.session.as_mut() else { return Answer::Failed(Outcome::Session) };
        let answer = match action {
            Action::Store { name, from } => return self.store(run, &self.names.bytes(name), from),
            Action::Size(name) => session.look(&self.names.bytes(name)).map(found).map(Answer::Size),
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
                self.tell_late_hash(run);
            }
            let failure = error.question_failure();
            if self.state.is_leaving() {
                // The reason is known already.
                run.heed(&error);
            } else {
                self.heed(run, error);
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
    fn compare(&mut self, session: &mut Session, name: &[u8], length: u64) -> Result<Answer, UploadError> {
        if !self.source.has_digest_of(length) {
            return Ok(Answer::Compared(Compared::Unavailable));
        }
        Ok(Answer::Compared(match session.compare(self.source, name, length)? {
            wit::Comparison::Same(algorithm) => {
                self.algorithm = Some(algorithm);
                Compared::Same
            }
            wit::Comparison::Different(algorithm) => {
                self.errors.saw(UploadError::Corrupt { algorithm });
                Compared::Different
            }
            wit::Comparison::Unavailable => Compared::Unavailable,
        }))
    }

    fn renamed(&mut self, renaming: wit::Renaming) -> Answer {
        self.may_be_renamed = !matches!(renaming, wit::Renaming::NotFrom(_));
        let mut refused = |refusal: wit::Refusal| {
            let wit::Refusal { step, code, text } = refusal;
            self.errors.saw(UploadError::Refused { step, code, text: ServerText(text) });
            code
        };
        match renaming {
            wit::Renaming::Done => Answer::Renamed,
            wit::Renaming::NotFrom(no) => Answer::NotFrom(refusal(refused(no))),
            wit::Renaming::NotTo(no) => Answer::NotTo(refusal(refused(no))),
        }
    }

    fn store(&mut self, run: &mut Delivery<'_>, name: &[u8], from: u64) -> Answer {
        let placement = match from {
            0 if run.request.unique => wit::Placement::Unique,
            0 => wit::Placement::Replace,
            from => wit::Placement::Rest(from),
        };
        let late = run.hash_is_late && run.request.verify != Verify::Hash;
        let verify = if late { wit::Verify::Size } else { run.request.verify.asked() };
        if from > 0 {
            run.progress.resuming(self.source.path(), from);
        }
        self.from = from;
        let Some(session) = run.session.as_mut() else { return Answer::Failed(Outcome::Session) };
        let stored = session.store(self.source, name, wit::Plan { placement, verify });
        let (sent, all) = session.delivered();
        match stored {
            Ok(receipt) => self.confirmed(receipt),
            Err(error) => {
                let failure = error.store_failure(sent.min(self.source.length()), all);
                self.heed(run, error);
                if matches!(failure, Outcome::Unconfirmed { hash_late: true, .. }) {
                    self.tell_late_hash(run);
                }
                Answer::Failed(failure)
            }
        }
    }

    fn tell_late_hash(&mut self, run: &mut Delivery<'_>) {
        if !std::mem::replace(&mut run.hash_is_late, true) {
            self.checks_size_anew = true;
            run.progress.note(self.source.path(), &Note::HashTooSlow);
        }
    }

    fn confirmed(&mut self, receipt: wit::Receipt) -> Answer {
        let (proof, hidden) = match receipt.verified {
            wit::Verification::None => (Proof::Reply, false),
            wit::Verification::Refused => (Proof::Reply, true),
            wit::Verification::Size => (Proof::Size, false),
            wit::Verification::Hash(algorithm) => {
                self.algorithm = Some(algorithm);
                (Proof::Hash, false)
            }
        };
        self.stored = Some(receipt);
        Answer::Stored { length: self.source.length(), proof, hidden }
    }
}

fn found(found: wit::Found) -> Found {
    match found {
        wit::Found::Bytes(bytes) => Found::Bytes(bytes),
        wit::Found::Refused => Found::Refused,
        wit::Found::Untold => Found::Untold,
    }
}

fn removed(removed: Result<(), UploadError>) -> Result<Answer, UploadError> {
    match removed {
        Ok(()) => Ok(Answer::Removed(true)),
        Err(UploadError::Refused { code, .. }) if code != 421 => Ok(Answer::Removed(false)),
        Err(error) => Err(error),
    }
}
