//! The end of a delivery that failed: names are restored, our own temporary file is removed, and a remaining file is
//! queried before anything is reported about it.

use crate::answer::{Action, Found, Left, Next, Why};
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rename::{Aside, Move};
use crate::rules::{Name, Proof};

impl FileDelivery {
    /// Ends the delivery after [`Next::Again`], if no other try shall follow. The actions that it returns need the
    /// session of the last try; without a session they fail, and the remaining files are reported as unknown.
    pub fn give_up(&mut self) -> Next {
        let why = match self.file {
            FileState::InDoubt { .. } if self.hash_differs => Why::Corrupt,
            FileState::InDoubt { completed } => self.contradiction(completed),
            FileState::Renaming { lost: true, .. } => Why::Unknown,
            FileState::Fresh
            | FileState::Partial { .. }
            | FileState::Denied
            | FileState::Stored(_)
            | FileState::Renaming { lost: false, .. } => Why::Failed,
        };
        self.leave(why)
    }

    /// Returns the reason for a file of which every byte was sent: the server may have reported since that it has fewer
    /// bytes, or no file.
    fn contradiction(&self, completed: bool) -> Why {
        match self.told {
            Some(Found::Bytes(there)) if there != self.length && !Self::is_wrapped(self.length, there) => {
                Why::Mismatch(there)
            }
            Some(Found::Refused) if completed && self.sizes_told => Why::Missing,
            Some(Found::Bytes(_) | Found::Refused | Found::Untold) | None => Why::Unknown,
        }
    }

    pub(crate) fn leave(&mut self, why: Why) -> Next {
        if self.old_file_is_missing(why) {
            let proof = self.proof().unwrap_or(Proof::Reply);
            self.file = FileState::Renaming { proof, step: Move::Back, lost: false };
            return self.rename(false, 0);
        }
        // If the outcome is unknown and the server was not asked yet, this session can still ask it.
        let unasked = why == Why::Unknown && self.told.is_none();
        if !self.begun || !self.rules.atomic && !unasked {
            return self.looked(why, Left::Nothing);
        }
        if self.is_rubbish() && !self.rules.resume {
            return self.ask(Phase::Removing(why), Action::Remove(self.work));
        }
        self.ask(Phase::LastLook(why), Action::Size(self.work))
    }

    /// Returns true if the outcome is decided, and the remaining actions only clean up.
    pub fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Removing(_) | Phase::LastLook(_) | Phase::LastLookAside(..))
    }

    /// A rename got no answer, and no further try is made: neither of the two names may be touched.
    pub(crate) fn move_was_stopped(&mut self) -> Next {
        self.turn_doubt(true);
        self.leave(Why::Failed)
    }

    /// The local file changed during the transfer: the stored bytes may mix old and new content, so they do not get the
    /// file's name.
    pub(crate) fn leave_changed(&mut self) -> Next {
        self.file = FileState::Denied;
        self.leave(Why::Failed)
    }

    /// Returns true if an old file was moved aside and its name is certainly free, that is, no rename is in doubt.
    fn old_file_is_missing(&self, why: Why) -> bool {
        let renaming = matches!(self.file, FileState::Renaming { step: Move::Final, lost: false, .. });
        renaming && self.aside == Aside::Moved && matches!(why, Why::Failed | Why::NotRenamed)
    }

    /// Returns true if the temporary file is incomplete, and so useful only to a later run.
    fn is_rubbish(&self) -> bool {
        matches!(self.file, FileState::Fresh | FileState::Partial { .. } | FileState::Denied)
    }

    pub(crate) fn removed(&mut self, why: Why, removed: bool) -> Next {
        if removed {
            return self.looked(why, Left::Removed);
        }
        self.ask(Phase::LastLook(why), Action::Size(self.work))
    }

    /// The last query may show that the file is incomplete.
    pub(crate) fn looked(&mut self, why: Why, found: Left) -> Next {
        let why = match (why, self.file, found) {
            (Why::Unknown, FileState::InDoubt { .. }, Left::Seen(Found::Bytes(there))) if there != self.length => {
                Why::Mismatch(there)
            }
            _ => why,
        };
        let temporary = if self.work == Name::Own { Left::Nothing } else { found };
        let temporary = self.known(temporary);
        match self.aside {
            Aside::Unused => self.gave_up(why, temporary, Left::Nothing),
            Aside::Perhaps | Aside::Moved => self.ask(Phase::LastLookAside(why, temporary), Action::Size(Name::Aside)),
        }
    }

    pub(crate) fn gave_up(&mut self, why: Why, temporary: Left, aside: Left) -> Next {
        self.phase = Phase::Between;
        Next::GaveUp { why, temporary, aside: self.known(aside) }
    }

    /// A 550 means "no such file" only on a server that has returned sizes.
    fn known(&self, left: Left) -> Left {
        match left {
            Left::Seen(Found::Refused) if self.sizes_told => Left::Nothing,
            Left::Seen(Found::Refused | Found::Untold) => Left::Unseen,
            Left::Seen(Found::Bytes(_)) | Left::Nothing | Left::Removed | Left::Unseen => left,
        }
    }
}
