//! One file, from the first try to the last: the counterpart of `host/src/run/put_file.rs`, with the guest's
//! conversation running as native code. It checks that the guest reports only information that the server sent.

use std::rc::Rc;

use ftp_delivery::{Action, Answer, Compared, Failure, FileDelivery, Found, Name, Next};
use ftp_uploader_component::Conversation;
use ftp_uploader_component::contract as wit;
use ftp_uploader_component::contract::UploadError;
use ftp_uploader_component::native::{Secret, SourceFile};

use crate::control::ControlHandle;
use crate::data::{Local, Progress};
use crate::simulation::Simulation;
use crate::translate;
use crate::world::{NAMES, UNUSED, slot};

/// The delivery of one file.
pub(crate) struct PutFile<'a> {
    run: &'a Rc<Simulation>,
    source: SourceFile,
    pub(crate) state: FileDelivery,
    session: Option<Conversation>,
    last: Option<UploadError>,
    hash_is_late: bool,
    checks_size_anew: bool,
    tries: usize,
}

impl<'a> PutFile<'a> {
    pub(crate) fn new(run: &'a Rc<Simulation>, tries: usize) -> Self {
        let length = if run.rules.stream { 0 } else { run.world.borrow().whole() };
        let source = Box::new(Local(Rc::clone(run)));
        let state = FileDelivery::new(run.rules, length);
        Self { run, source, state, session: None, last: None, hash_is_late: false, checks_size_anew: false, tries }
    }

    /// Tries until the file has its name, or no other try can help. Returns `None` if the program is killed.
    pub(crate) fn deliver(&mut self) -> Option<Next> {
        let mut next = self.begin()?;
        while next == Next::Again {
            next = if self.tries_again() {
                self.begin()?
            } else {
                let next = self.state.give_up();
                self.follow(next)?
            };
        }
        Some(next)
    }

    fn begin(&mut self) -> Option<Next> {
        if self.session.is_none()
            && let Err(error) = self.open_session()
        {
            self.apply_consequence(error);
            return if self.is_killed() { None } else { Some(Next::Again) };
        }
        let next = self.state.begin();
        self.follow(next)
    }

    fn open_session(&mut self) -> Result<(), UploadError> {
        let login = wit::Login {
            user: b"alice".to_vec(),
            account: None,
            protection: wit::Protection::Clear,
            data_mode: wit::DataMode::Passive,
            flight: false,
        };
        self.run.note(|| "C [connects]".to_owned());
        let control = Box::new(ControlHandle::dial(self.run));
        let mut session = Conversation::open(control, &Secret, &login, Box::new(Progress(Rc::clone(self.run))))?;
        session.enter(b".", false, false)?;
        self.session = Some(session);
        Ok(())
    }

    fn follow(&mut self, mut next: Next) -> Option<Next> {
        while let Next::Do(action) = next {
            self.run.note(|| format!("-- {action:?}"));
            let answer = self.act(action);
            if self.is_killed() {
                return None;
            }
            self.run.note(|| format!("-- {answer:?}"));
            next = self.state.answer(answer);
        }
        self.run.note(|| format!("-- {next:?}"));
        Some(next)
    }

    fn is_killed(&self) -> bool {
        self.run.facts.borrow().killed
    }

    fn tries_again(&mut self) -> bool {
        let Some(error) = self.last.take() else { return false };
        // A new session that only queries the size, because the hash was late, does not count as another try.
        if !std::mem::take(&mut self.checks_size_anew) {
            if self.tries == 0 || !translate::may_work_again(&error) {
                self.last = Some(error);
                return false;
            }
            self.tries -= 1;
        }
        if let Some(mut session) = self.session.take() {
            session.quit();
        }
        self.run.is_broken_off();
        for _ in 0..2 - self.run.script.odd(3) {
            self.run.world.borrow_mut().settle();
        }
        true
    }

    fn apply_consequence(&mut self, error: UploadError) {
        self.run.note(|| format!("-- {error:?}"));
        if !translate::session_survives(&error) {
            self.session = None;
            self.run.is_broken_off();
        }
        if !self.state.is_leaving() {
            self.last = Some(error);
        }
    }

    fn act(&mut self, action: Action) -> Answer {
        if action == Action::CheckSource {
            let changed = self.run.world.borrow().source_changed;
            self.run.facts.borrow_mut().checked = !changed;
            return if changed { Answer::Failed(Failure::Source { begun: true }) } else { Answer::Unchanged };
        }
        if self.session.is_none() {
            return Answer::Failed(Failure::Session);
        }
        let answer = match action {
            Action::Store { name, from } => return self.store(name, from),
            Action::Size(name) => self.look(name),
            Action::Modified(name) => self.modified(name),
            Action::Compare { .. } if self.hash_is_late => Ok(Answer::Compared(Compared::Unavailable)),
            Action::Compare { name, length } => self.compare(name, length),
            Action::ProbeRename => self.session().can_rename(UNUSED).map(Answer::CanRename),
            Action::Rename { from, to } => self.rename(from, to),
            Action::Remove(name) => self.remove(name),
            Action::Settle => {
                self.run.world.borrow_mut().settle();
                Ok(Answer::Settled)
            }
            Action::CheckSource => Ok(Answer::Unchanged),
        };
        if self.is_interrupted() {
            return Answer::Failed(Failure::Final { begun: false, all: false });
        }
        answer.unwrap_or_else(|error| {
            let failure = translate::question_failure(&error);
            self.apply_consequence(error);
            Answer::Failed(failure)
        })
    }

    /// Returns true if the user has interrupted the action. The session has ended then.
    fn is_interrupted(&mut self) -> bool {
        let interrupted = std::mem::take(&mut self.run.facts.borrow_mut().interrupted);
        if interrupted {
            self.session = None;
            self.run.is_broken_off();
        }
        interrupted
    }

    #[allow(clippy::expect_used, reason = "called only while there is a session")]
    fn session(&mut self) -> &mut Conversation {
        self.session.as_mut().expect("a session")
    }

    fn look(&mut self, name: Name) -> Result<Answer, UploadError> {
        let found = match self.session().look(bytes(name))? {
            wit::Found::Bytes(size) => {
                let said = self.run.facts.borrow().said_size;
                self.run.demand(said == Some(size), "a size that the server did not return");
                Found::Bytes(size)
            }
            wit::Found::Refused => Found::Refused,
            wit::Found::Untold => Found::Untold,
        };
        self.run.is_told(slot(name), found);
        Ok(Answer::Size(found))
    }

    fn modified(&mut self, name: Name) -> Result<Answer, UploadError> {
        let time = self.session().modified(bytes(name))?;
        let said = self.run.facts.borrow().said_time;
        self.run.demand(time.is_none() || said.is_some(), "a time that the server did not return");
        Ok(Answer::Modified(time))
    }

    fn compare(&mut self, name: Name, length: u64) -> Result<Answer, UploadError> {
        if self.run.rules.stream && self.run.world.borrow().units(length) != Some(self.run.facts.borrow().spent) {
            return Ok(Answer::Compared(Compared::Unavailable));
        }
        let source = &self.source;
        let Some(session) = self.session.as_mut() else { return Ok(Answer::Failed(Failure::Session)) };
        let compared = match session.compare(source, bytes(name), length)? {
            wit::Comparison::Same(_) => Compared::Same,
            wit::Comparison::Different(algorithm) => {
                self.last = Some(UploadError::Corrupt(algorithm));
                Compared::Different
            }
            wit::Comparison::Unavailable => Compared::Unavailable,
        };
        self.run.is_compared(slot(name), length, compared);
        Ok(Answer::Compared(compared))
    }

    fn rename(&mut self, from: Name, to: Name) -> Result<Answer, UploadError> {
        let renaming = self.session().rename(bytes(from), bytes(to))?;
        let mut refused = |refusal: wit::Refusal| {
            let code = refusal.code;
            self.last = Some(UploadError::Refused(refusal));
            ftp_delivery::Refusal::of(code)
        };
        Ok(match renaming {
            wit::Renaming::Done => {
                self.run.demand(self.run.facts.borrow().said_yes, "renamed, but the server did not confirm it");
                Answer::Renamed
            }
            wit::Renaming::NotFrom(no) => Answer::NotFrom(refused(no)),
            wit::Renaming::NotTo(no) => Answer::NotTo(refused(no)),
        })
    }

    fn remove(&mut self, name: Name) -> Result<Answer, UploadError> {
        match self.session().remove(bytes(name)) {
            Ok(()) => {
                self.run.demand(self.run.facts.borrow().said_yes, "removed, but the server did not confirm it");
                Ok(Answer::Removed(true))
            }
            Err(UploadError::Refused(refusal)) if refusal.code != 421 => Ok(Answer::Removed(false)),
            Err(error) => Err(error),
        }
    }

    fn verify(&self) -> wit::Verify {
        match self.run.rules.verify {
            ftp_delivery::Verify::Hash => wit::Verify::Best,
            _ if self.hash_is_late => wit::Verify::Size,
            ftp_delivery::Verify::Best => wit::Verify::Best,
            ftp_delivery::Verify::Size => wit::Verify::Size,
            ftp_delivery::Verify::Nothing => wit::Verify::Nothing,
        }
    }

    fn store(&mut self, name: Name, from: u64) -> Answer {
        self.run.begins_to_store(from);
        let placement = if from > 0 { wit::Placement::Rest(from) } else { wit::Placement::Replace };
        let verify = self.verify();
        let source = &self.source;
        let Some(session) = self.session.as_mut() else { return Answer::Failed(Failure::Session) };
        let stored = session.store(source, bytes(name), wit::Plan { placement, verify, defer: false });
        let (sent, all) = self.run.facts.borrow().delivered;
        if self.is_interrupted() {
            let begun = self.run.facts.borrow().step.is_some_and(translate::begins);
            let failure = Failure::Final { begun, all };
            self.run.is_stored(slot(name), Err(failure));
            return Answer::Failed(failure);
        }
        match stored {
            // The host does not accept a success before every byte was sent.
            Ok(_) if !all => {
                self.session = None;
                self.run.is_broken_off();
                Answer::Failed(Failure::Final { begun: true, all })
            }
            Ok(receipt) => {
                let (proof, hidden) = translate::proof(receipt.verified);
                self.run.is_stored(slot(name), Ok((proof, hidden)));
                let length = self.run.world.borrow().whole();
                Answer::Stored { length, proof, hidden }
            }
            Err(error) => {
                self.run.facts.borrow_mut().denied |= all && translate::is_a_no(&error);
                let failure = translate::store_failure(&error, sent, all);
                self.run.is_stored(slot(name), Err(failure));
                self.apply_consequence(error);
                if matches!(failure, Failure::Unconfirmed { hash_late: true, .. }) {
                    self.checks_size_anew = !std::mem::replace(&mut self.hash_is_late, true);
                }
                Answer::Failed(failure)
            }
        }
    }
}

fn bytes(name: Name) -> &'static [u8] {
    NAMES[slot(name)].0
}
