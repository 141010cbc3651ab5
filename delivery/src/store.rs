//! Storing: the questions before the transfer, the offset to begin at, and the consequence of each result.

use crate::answer::{Action, Compared, Failure, Found, Next, Refusal, Why};
use crate::contradiction::WRAP;
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Proof, Verify};

impl FileDelivery {
    /// Begins the first try, or one after a try that changed nothing.
    pub(crate) fn prepare(&mut self) -> Next {
        if self.rules.atomic && !self.renames {
            return self.ask(Phase::Probing, Action::ProbeRename);
        }
        if self.rules.resume && !self.rules.stream && !self.rules.unique {
            return self.ask(Phase::Remains, Action::Size(self.work));
        }
        self.store_anew()
    }

    pub(crate) fn probed(&mut self, renames: bool) -> Next {
        self.renames = renames;
        if renames { self.prepare() } else { self.leave(Why::CannotRename) }
    }

    /// A transfer broke. It is resumed only if the bytes on the server are certainly ours.
    pub(crate) fn go_on(&mut self) -> Next {
        if self.spoilt == Some(Why::Failed) && !self.rules.stream {
            // After an early success, the length of the cut file decides if a size distinguishes the next one from it.
            return self.ask(Phase::DeniedSize, Action::Size(self.work));
        }
        if self.spoilt.is_some() || self.from_the_start || self.rules.stream {
            return self.store(0);
        }
        self.ask(Phase::Remains, Action::Size(self.work))
    }

    /// Handles the size of the file that an earlier run or try left.
    pub(crate) fn found_remains(&mut self, found: Found) -> Next {
        if !self.rules.atomic && self.before.is_none() {
            self.before = Some(found);
        }
        self.stale |= self.rules.atomic && found == Found::Untold;
        // The file has our full length although fewer bytes were sent before the transfer broke: it is a different
        // file, and from now on the size does not distinguish it from ours.
        let broken = matches!(self.file, FileState::Partial { .. });
        self.stale |= broken && self.length > 0 && found == Found::Bytes(self.length);
        let (sent, ours) = match self.file {
            FileState::Partial { sent } => (sent, true),
            // An earlier run's file: the temporary name is derived from this version of the local file.
            _ => (self.length, self.rules.resume),
        };
        match found {
            Found::Bytes(there) if there == self.length && there > 0 && self.file == FileState::Fresh => {
                self.compare(Phase::WholeRemains, self.work)
            }
            Found::Bytes(there) if there > 0 && there <= sent && there < self.length => {
                // This run, or an earlier one, may have stored more bytes than a server that counts modulo 2^32 can
                // report.
                let earlier = sent.checked_sub(WRAP).is_some_and(|most| there <= most);
                let wrapped = there < WRAP && (self.most_sent >= WRAP || earlier);
                let by_name = self.rules.atomic && ours && !wrapped;
                self.ask(Phase::Prefix { there, by_name }, Action::Compare { name: self.work, length: there })
            }
            Found::Bytes(_) | Found::Refused | Found::Untold => self.store_anew(),
        }
    }

    pub(crate) fn prefix(&mut self, there: u64, by_name: bool, compared: Compared) -> Next {
        match compared {
            Compared::Same => self.store(there),
            Compared::Unavailable if by_name => self.store(there),
            Compared::Different | Compared::Unavailable => self.store_anew(),
        }
    }

    /// Without a hash, nothing shows that an earlier run's file is complete, so it is sent again.
    pub(crate) fn whole_remains(&mut self, compared: Compared) -> Next {
        match compared {
            Compared::Same => self.is_stored(Proof::Hash),
            Compared::Different | Compared::Unavailable => {
                self.stale = true;
                self.store_anew()
            }
        }
    }

    /// Stores from the first byte. First the server is asked for an old file, which must not be mistaken for ours
    /// afterwards.
    pub(crate) fn store_anew(&mut self) -> Next {
        let wanted = self.rules.retried || self.rules.verify != Verify::Nothing;
        let plain = !self.rules.atomic && !self.rules.unique;
        match self.before {
            None if plain && wanted && !self.begun => self.ask(Phase::Before, Action::Size(Name::Own)),
            Some(Found::Bytes(there))
                if plain && !self.begun && self.before_time.is_none() && self.could_be_taken_for_ours(there) =>
            {
                self.ask(Phase::BeforeTime, Action::Modified(Name::Own))
            }
            _ => self.store(0),
        }
    }

    /// Handles the answer about the file that has the final name before ours is stored there or renamed to it.
    pub(crate) fn found_before(&mut self, found: Found) -> Next {
        self.before = Some(found);
        match found {
            Found::Bytes(there) if self.could_be_taken_for_ours(there) => {
                self.ask(Phase::BeforeTime, Action::Modified(Name::Own))
            }
            Found::Bytes(_) | Found::Refused | Found::Untold => self.go_on_after_before(),
        }
    }

    pub(crate) fn dated_before(&mut self, time: Option<u64>) -> Next {
        self.before_time = time;
        self.go_on_after_before()
    }

    fn go_on_after_before(&mut self) -> Next {
        match self.file {
            FileState::Stored(proof) => self.rename_to_own(proof),
            FileState::Fresh | FileState::Partial { .. } | FileState::Denied | FileState::InDoubt { .. } => {
                self.store(0)
            }
            FileState::Renaming { .. } => self.rename(false, 0),
        }
    }

    /// Returns true if an old file of this size has the size that ours will have.
    pub(crate) fn could_be_taken_for_ours(&self, there: u64) -> bool {
        self.rules.stream || there == self.length
    }

    /// Returns true if a file that has our length now may be the one from before this run.
    pub(crate) fn may_be_the_old_one(&self) -> bool {
        match self.before {
            None | Some(Found::Untold) => true,
            Some(Found::Bytes(there)) => there == self.length,
            Some(Found::Refused) => false,
        }
    }

    pub(crate) fn store(&mut self, from: u64) -> Next {
        self.ask(Phase::Storing { from }, Action::Store { name: self.work, from })
    }

    /// The server replied that the file is stored, and gave this proof.
    pub(crate) fn stored(&mut self, length: u64, proof: Proof) -> Next {
        self.begin_with(length);
        self.sizes_told |= proof == Proof::Size;
        let as_before = self.work == Name::Own && !self.rules.unique && self.may_be_the_old_one();
        match proof {
            Proof::Size if self.stale => self.is_stored(Proof::SameSize),
            // The size is the same as before, so the file may be the old one (ours is stored under another name, or not
            // at all).
            Proof::Size if as_before && self.before_time.is_some() => {
                self.file = FileState::InDoubt { completed: true };
                self.ask(Phase::AfterTime, Action::Modified(Name::Own))
            }
            Proof::Size if as_before => self.is_stored(Proof::SameSize),
            proof => self.is_stored(proof),
        }
    }

    pub(crate) fn dated_after(&mut self, time: Option<u64>) -> Next {
        let changed = time.is_some() && time != self.before_time;
        self.is_stored(if changed { Proof::Size } else { Proof::SameSize })
    }

    /// The complete file is on the server, under the name that it was sent to.
    pub(crate) fn is_stored(&mut self, proof: Proof) -> Next {
        if !self.rules.verify.is_met_by(proof) {
            self.file = FileState::Denied;
            return self.leave(Why::Unverified);
        }
        self.file = FileState::Stored(proof);
        self.told = None;
        self.ask(Phase::Source(proof), Action::CheckSource)
    }

    /// Handles each way in which storing can fail.
    pub(crate) fn not_stored(&mut self, from: u64, failure: Failure) -> Next {
        match failure {
            Failure::Session => self.again(),
            Failure::NotTaken(refusal) => self.not_taken(from, refusal),
            Failure::Cut { sent, all } | Failure::BrokeDown { sent, all } => self.cut(sent, all),
            Failure::GivenUp { sent, all } => self.given_up(sent, all),
            Failure::Unconfirmed { sent, completed, hash_late } => self.unconfirmed(sent, completed, hash_late),
            Failure::Mismatch { sent, stored } => self.contradicted(sent, Found::Bytes(stored)),
            Failure::Missing { sent } => self.contradicted(sent, Found::Refused),
            Failure::Corrupt { sent } => self.corrupt(sent),
            Failure::EarlySuccess => {
                self.begin_with(self.length);
                self.stale = true;
                self.spoil(Why::Failed)
            }
            Failure::Source { begun } => self.stopped(begun, false, from),
            Failure::Final { begun, all } => self.stopped(begun, all, from),
        }
    }

    /// The server did not accept any data. All earlier knowledge stays valid, in particular a doubt.
    fn not_taken(&mut self, from: u64, refusal: Refusal) -> Next {
        if from > 0 {
            // Some servers accept REST, and then refuse to resume at that offset.
            self.from_the_start = true;
            return self.store(0);
        }
        let hidden = self.work == Name::Temporary && !self.begun;
        if hidden && refusal == Refusal::Permanent {
            // Some servers forbid names that begin with a dot.
            self.work = Name::PlainTemporary;
            return self.prepare();
        }
        if self.rules.atomic && self.begun && !self.cleared && refusal == Refusal::Permanent {
            // Some servers do not allow a file to be overwritten. We may remove the file with our temporary name.
            self.cleared = true;
            return self.ask(Phase::RemovingPart, Action::Remove(self.work));
        }
        self.again()
    }

    pub(crate) fn removed_part(&mut self, removed: bool) -> Next {
        if removed { self.store(0) } else { self.again() }
    }

    fn cut(&mut self, sent: u64, all: bool) -> Next {
        self.begin_with(sent);
        self.file = if all { FileState::InDoubt { completed: false } } else { self.partial(sent) };
        self.again_unless_gone()
    }

    /// The server refused the file after it had accepted data. Only a hash can prove that it stored the file anyway.
    fn given_up(&mut self, sent: u64, all: bool) -> Next {
        self.begin_with(sent);
        self.stale |= all;
        self.file = if all { FileState::Denied } else { self.partial(sent) };
        if self.rules.stream { self.leave(Why::Failed) } else { self.again_unless_gone() }
    }

    fn unconfirmed(&mut self, sent: u64, completed: bool, hash_late: bool) -> Next {
        self.begin_with(sent);
        self.hash_late |= hash_late;
        self.file = FileState::InDoubt { completed };
        if hash_late && self.rules.verify == Verify::Hash {
            return self.leave(Why::Unverified);
        }
        self.again_unless_gone()
    }

    /// The delivery must end without another try.
    fn stopped(&mut self, begun: bool, all: bool, from: u64) -> Next {
        if begun {
            self.begin_with(self.length);
            self.file = if all { FileState::InDoubt { completed: false } } else { self.partial(from) };
        }
        self.leave(Why::Failed)
    }

    /// The server has accepted data: the knowledge about an earlier transfer is no longer valid.
    pub(crate) fn begin_with(&mut self, sent: u64) {
        self.begun = true;
        self.told = None;
        self.hash_differs = false;
        self.most_sent = self.most_sent.max(sent);
        if self.rules.stream {
            self.length = sent;
        }
    }

    fn partial(&self, sent: u64) -> FileState {
        let earlier = if let FileState::Partial { sent } = self.file { sent } else { 0 };
        FileState::Partial { sent: sent.max(earlier) }
    }

    /// Begins another try, unless it would store a second file, or the bytes can no longer be sent.
    fn again_unless_gone(&mut self) -> Next {
        match self.file {
            FileState::InDoubt { .. } if self.rules.unique => self.leave(Why::Unknown),
            FileState::InDoubt { .. } => self.again(),
            _ if self.rules.unique || self.rules.stream && self.length > 0 => self.leave(Why::Failed),
            _ => self.again(),
        }
    }
}
