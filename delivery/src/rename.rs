//! The steps after the file is stored: it has its own name already, or a temporary name that must be changed to it.
//!
//! A rename can be repeated safely: RNFR of a file that was renamed already is refused, so nothing is done twice.
//! Nothing is removed before the server has replied that the new file has its name.

use crate::answer::{Action, Answer, Compared, Found, Left, Next, Refusal, Why};
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Proof};

/// One rename of the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Move {
    /// The temporary name is changed to the file's own name.
    Final,
    /// The old file that blocks the name is moved aside.
    Aside,
    /// The old file is moved back.
    Back,
}

/// The location of an old file with the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Aside {
    /// It has its original name, or there is no old file.
    Unused,
    /// It may have been moved: no answer came, or the answer is not conclusive.
    Perhaps,
    /// It was moved aside.
    Moved,
}

/// The number of attempts to rename a file that exists and cannot be renamed: another process may hold it for a moment.
const TRIES: u8 = 4;

impl FileDelivery {
    /// The file is stored, and the local file has not changed in the meantime.
    pub(crate) fn name(&mut self, proof: Proof) -> Next {
        if !self.rules.atomic {
            return self.has_its_name(Left::Nothing);
        }
        if self.before.is_none() && self.rules.retried {
            return self.ask(Phase::Before, Action::Size(Name::Own));
        }
        self.rename_to_own(proof)
    }

    pub(crate) fn rename_to_own(&mut self, proof: Proof) -> Next {
        self.turn_to(proof, Move::Final)
    }

    fn turn_to(&mut self, proof: Proof, step: Move) -> Next {
        self.file = FileState::Renaming { proof, step, lost: false };
        if step == Move::Aside {
            self.aside = Aside::Perhaps;
        }
        self.rename(false, 0)
    }

    /// Requests the present rename. It is also used to repeat it.
    pub(crate) fn rename(&mut self, again: bool, tries: u8) -> Next {
        let (from, to) = match self.step() {
            Move::Final => (self.work, Name::Own),
            Move::Aside => (Name::Own, Name::Aside),
            Move::Back => (Name::Aside, Name::Own),
        };
        self.ask(Phase::Moving { again, tries }, Action::Rename { from, to })
    }

    fn step(&self) -> Move {
        match self.file {
            FileState::Renaming { step, .. } => step,
            _ => Move::Final,
        }
    }

    fn was_lost(&self) -> bool {
        matches!(self.file, FileState::Renaming { lost: true, .. })
    }

    pub(crate) fn its_proof(&self) -> Proof {
        self.proof().unwrap_or(Proof::Reply)
    }

    /// The rename got no answer.
    pub(crate) fn move_was_lost(&mut self) -> Next {
        let (proof, step) = (self.its_proof(), self.step());
        self.file = FileState::Renaming { proof, step, lost: true };
        self.again()
    }

    pub(crate) fn moved(&mut self, again: bool, tries: u8, answer: Answer) -> Next {
        match (self.step(), answer) {
            (Move::Final, Answer::Renamed) => self.is_placed(),
            (Move::Final, Answer::NotFrom(refusal)) => self.final_not_from(tries, refusal),
            (Move::Final, Answer::NotTo(Refusal::Permanent)) if again => self.is_refused(),
            (Move::Final, Answer::NotTo(refusal)) => self.doubt_the_move(again, refusal, self.work),
            (Move::Aside, Answer::Renamed) => self.is_aside(Aside::Moved),
            (Move::Aside, Answer::NotFrom(_)) => self.aside_not_from(again),
            (Move::Aside, Answer::NotTo(_)) if again => self.leave(Why::NotRenamed),
            (Move::Aside, Answer::NotTo(refusal)) => self.doubt_the_move(again, refusal, Name::Aside),
            (Move::Back, Answer::Renamed) => {
                self.aside = Aside::Unused;
                self.leave(Why::NotRenamed)
            }
            (Move::Back, Answer::NotFrom(_) | Answer::NotTo(_)) => self.leave(Why::NotRestored),
            (Move::Final | Move::Aside | Move::Back, _) => self.leave(Why::Fault),
        }
    }

    /// RNFR of the temporary name was refused: the file was renamed already, another process holds it, or the server
    /// forbids renaming.
    fn final_not_from(&mut self, tries: u8, refusal: Refusal) -> Next {
        self.ask(Phase::NotFrom { tries: tries + 1, refusal }, Action::Size(self.work))
    }

    pub(crate) fn not_from(&mut self, tries: u8, refusal: Refusal, found: Found) -> Next {
        let gone = found == Found::Refused && self.sizes_told;
        // An answer without information does not replace an earlier one.
        self.told = if found == Found::Untold { self.told } else { Some(found) };
        match found {
            // A rename that got no answer, or that the server refused, may have been carried out.
            Found::Refused | Found::Untold if self.was_lost() => self.compare_own(gone),
            Found::Bytes(_) | Found::Refused | Found::Untold if tries < TRIES => {
                self.ask(Phase::NotFrom { tries, refusal }, Action::Settle)
            }
            Found::Refused if gone => self.leave(Why::Missing),
            Found::Bytes(_) | Found::Refused | Found::Untold => match (self.told, refusal) {
                (Some(Found::Bytes(there)), _) if self.was_told_another_size() => self.leave(Why::Mismatch(there)),
                (_, Refusal::Transient) => self.again(),
                (_, Refusal::Permanent) => self.is_forbidden(),
            },
        }
    }

    /// A file that cannot be renamed and differs in size from ours is queried once more before it is renamed.
    pub(crate) fn settled_before_rename(&mut self, tries: u8, refusal: Refusal) -> Next {
        if self.was_told_another_size() {
            return self.ask(Phase::NotFrom { tries: tries + 1, refusal }, Action::Size(self.work));
        }
        self.rename(false, tries)
    }

    /// Continues the sequence of renames in another try.
    pub(crate) fn rename_in_another_try(&mut self) -> Next {
        if self.step() == Move::Final && self.was_told_another_size() {
            return self.final_not_from(0, Refusal::Transient);
        }
        self.rename(false, 0)
    }

    fn was_told_another_size(&self) -> bool {
        self.told.is_some_and(|told| self.is_another_size(told))
    }

    /// Returns true if the size that the server returned differs from the file's size.
    pub(crate) fn is_another_size(&self, found: Found) -> bool {
        matches!(found, Found::Bytes(there) if there != self.length && !Self::is_wrapped(self.length, there))
    }

    /// RNTO was refused; some servers refuse it and rename the file anyway.
    pub(crate) fn not_to(&mut self, again: bool, refusal: Refusal, found: Found) -> Next {
        match (self.step(), found) {
            (Move::Final, Found::Bytes(there)) if self.aside == Aside::Unused && self.is_another_size(found) => {
                self.leave(Why::Mismatch(there))
            }
            (Move::Final, Found::Bytes(_)) if refusal == Refusal::Transient => {
                self.turn_doubt(false);
                self.again()
            }
            (Move::Final, Found::Bytes(_)) => self.is_refused(),
            (Move::Final, Found::Refused) if self.sizes_told => self.compare_own(true),
            (Move::Final, Found::Refused | Found::Untold) if refusal == Refusal::Transient => self.again(),
            // RNFR is sent once more: if it is accepted, the file still exists under its old name.
            (Move::Final, Found::Refused | Found::Untold) => self.rename(true, 0),
            (Move::Aside, Found::Bytes(_)) => self.is_aside(Aside::Moved),
            (Move::Aside, Found::Refused | Found::Untold) if !again => self.rename(true, 0),
            (Move::Aside, Found::Refused | Found::Untold) => self.leave(Why::NotRenamed),
            (Move::Back, _) => self.leave(Why::NotRestored),
        }
    }

    /// RNTO was refused, but the file may have been renamed anyway.
    fn doubt_the_move(&mut self, again: bool, refusal: Refusal, look_at: Name) -> Next {
        self.turn_doubt(true);
        self.ask(Phase::NotTo { again, refusal }, Action::Size(look_at))
    }

    pub(crate) fn turn_doubt(&mut self, doubtful: bool) {
        if let FileState::Renaming { lost, .. } = &mut self.file {
            *lost = doubtful;
        }
    }

    /// The server does not allow the file to be renamed at all, so moving the old one aside would only put it at risk.
    fn is_forbidden(&mut self) -> Next {
        match self.aside {
            Aside::Moved | Aside::Perhaps => self.turn_to(self.its_proof(), Move::Back),
            Aside::Unused => self.leave(Why::NotRenamed),
        }
    }

    /// The server refuses to rename the file to its own name. If the user asked for it, an old file that blocks the
    /// name is moved aside.
    fn is_refused(&mut self) -> Next {
        match self.aside {
            Aside::Moved | Aside::Perhaps => self.turn_to(self.its_proof(), Move::Back),
            Aside::Unused if self.rules.replace => self.turn_to(self.its_proof(), Move::Aside),
            Aside::Unused => self.leave(Why::NotRenamed),
        }
    }

    fn is_aside(&mut self, aside: Aside) -> Next {
        self.aside = aside;
        self.turn_to(self.its_proof(), Move::Final)
    }

    /// RNFR of the old file was refused: there is no such file, the server forbids to rename it, or it was moved
    /// already.
    fn aside_not_from(&mut self, again: bool) -> Next {
        if again || self.was_lost() {
            return self.is_aside(Aside::Perhaps);
        }
        self.aside = Aside::Unused;
        self.leave(Why::NotRenamed)
    }

    /// Asks if the file has its own name. Only its hash proves that for certain.
    fn compare_own(&mut self, gone: bool) -> Next {
        if self.hash_late {
            return self.own_hash(gone, Compared::Unavailable);
        }
        self.compare(Phase::OwnHash { gone }, Name::Own)
    }

    pub(crate) fn own_hash(&mut self, gone: bool, compared: Compared) -> Next {
        match compared {
            Compared::Same => self.is_placed(),
            Compared::Unavailable if gone => self.ask(Phase::OwnSize, Action::Size(Name::Own)),
            Compared::Different | Compared::Unavailable => self.leave(Why::Unknown),
        }
    }

    /// The file no longer has the temporary name. The file with the final name is ours if the old file there was a
    /// different one.
    pub(crate) fn own_size(&mut self, found: Found) -> Next {
        match found {
            Found::Bytes(there) if there != self.length => self.leave(Why::Unknown),
            Found::Bytes(_) if !self.may_be_the_old_one() => self.is_placed(),
            Found::Bytes(_) if self.before_time.is_some() => self.ask(Phase::OwnTime, Action::Modified(Name::Own)),
            Found::Bytes(_) | Found::Refused | Found::Untold => self.leave(Why::Unknown),
        }
    }

    pub(crate) fn own_time(&mut self, time: Option<u64>) -> Next {
        let changed = time.is_some() && time != self.before_time;
        if changed { self.ask(Phase::OwnSizeAgain, Action::Size(Name::Own)) } else { self.leave(Why::Unknown) }
    }

    pub(crate) fn own_size_again(&mut self, found: Found) -> Next {
        if found == Found::Bytes(self.length) { self.is_placed() } else { self.leave(Why::Unknown) }
    }
}
