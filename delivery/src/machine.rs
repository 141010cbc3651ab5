//! The state of one file's delivery: the part that outlasts a session, and the point that the present try has reached.
//!
//! Storing is `store.rs`, a success that is contradicted `contradiction.rs`, questions about an unknown outcome are `doubt.rs`, names are `rename.rs`, the end of a failed
//! delivery is `leave.rs`.

use crate::answer::{Action, Answer, Failure, Found, Left, Next, Refusal, Why};
use crate::doubt::Looks;
use crate::rename::{Aside, Move};
use crate::rules::{Name, Proof, Rules};

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileDelivery {
    pub(crate) rules: Rules,
    /// The length of the file in bytes; of a stream, as many as were sent.
    pub(crate) length: u64,
    pub(crate) file: FileState,
    pub(crate) phase: Phase,
    /// The name that it is stored under at first.
    pub(crate) work: Name,
    /// Something of it may lie under that name.
    pub(crate) begun: bool,
    /// What lay under its own name before this run touched it, once the server was asked.
    pub(crate) before: Option<Found>,
    /// The time of that file, if the server told it.
    pub(crate) before_time: Option<u64>,
    /// The server has told a size in this run: "no such file" is a fact from then on.
    pub(crate) sizes_told: bool,
    /// The server renames files.
    pub(crate) renames: bool,
    /// The server does not let a part of ours be overwritten: it was removed once for that.
    pub(crate) cleared: bool,
    /// The server does not go on where a transfer was cut off.
    pub(crate) from_the_start: bool,
    /// The server stored something else than was sent, in this way; the file was begun anew for that.
    pub(crate) spoilt: Option<Why>,
    /// A transfer of this run may have left a file of our length that is not ours: one that the size does not tell from it.
    pub(crate) stale: bool,
    /// The server's hash of the file, after the last transfer, differs from ours.
    pub(crate) hash_differs: bool,
    /// A transfer of this run may have left so many bytes, and none more.
    pub(crate) most_sent: u64,
    /// The server takes too long to compute a hash.
    pub(crate) hash_late: bool,
    /// What the server told of the last transfer, where that does not fit it.
    pub(crate) told: Option<Found>,
    /// Where an old file of its name is.
    pub(crate) aside: Aside,
}

/// What is known of the file on the server, from one try to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FileState {
    /// Nothing was stored yet.
    Fresh,
    /// A transfer broke: at most the first `sent` bytes lie there.
    Partial { sent: u64 },
    /// Every byte was sent, and the server said that it did not store them.
    Denied,
    /// Every byte was sent. Either no reply tells the outcome, or (`completed`) the server said that the file is stored,
    /// and then the line broke.
    InDoubt { completed: bool },
    /// It is stored under the name that it was sent under.
    Stored(Proof),
    /// It is stored, and its name is being changed. `lost`: a change was asked for, and no answer came.
    Renaming { proof: Proof, step: Move, lost: bool },
}

/// What the last action was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// No try is under way.
    Between,
    /// Does the server rename?
    Probing,
    /// What has the file's own name?
    Before,
    /// Since when?
    BeforeTime,
    /// What did an earlier run, or an earlier try, leave?
    Remains,
    /// Are these bytes ours? `by_name`: they are, as far as the name tells.
    Prefix { there: u64, by_name: bool },
    /// Is this the whole file, which an earlier run left?
    WholeRemains,
    /// The bytes are sent.
    Storing { from: u64 },
    /// A part of ours, which the server does not let us overwrite, is removed.
    RemovingPart,
    /// The size after a success that a first answer contradicts.
    Recheck(Looks),
    /// The hash, likewise.
    RecheckHash,
    /// Has the time changed with an upload after which the size is the same as before?
    AfterTime,
    /// Is the local file still the same?
    Source(Proof),
    /// What came of a transfer in doubt?
    Doubt(Looks),
    /// Is this it?
    DoubtHash(Found),
    /// Has the time changed since before?
    DoubtTime,
    /// Is it as long still?
    DoubtSize,
    /// Has the server stored it though it denied that?
    DeniedHash,
    /// What did it store instead?
    DeniedSize,
    /// A name is being changed.
    Moving { again: bool, tries: u8 },
    /// RNFR was refused: is it there?
    NotFrom { tries: u8, refusal: Refusal },
    /// RNTO was refused: is it still there?
    NotTo { again: bool, refusal: Refusal },
    /// The temporary name is gone: has the file its own?
    OwnHash { gone: bool },
    /// Likewise, by its size.
    OwnSize,
    /// Likewise, by its time.
    OwnTime,
    /// Is it as long still?
    OwnSizeAgain,
    /// The file has its name, as the server said: does the server know it under that?
    Named,
    /// The file has its name, as the server said; before the old one is removed, that is looked at.
    Placed,
    /// The old file is removed.
    RemovingOld,
    /// It could not be.
    OldRemains,
    /// The end: the temporary file is removed.
    Removing(Why),
    /// The end: is a file left there?
    LastLook(Why),
    /// The end: is an old file left where it was moved?
    LastLookAside(Why, Left),
}

impl FileDelivery {
    /// A file of `length` bytes (of a stream: 0), of which nothing was sent.
    pub fn new(rules: Rules, length: u64) -> Self {
        Self {
            rules,
            length,
            file: FileState::Fresh,
            phase: Phase::Between,
            work: if rules.atomic { Name::Temporary } else { Name::Own },
            begun: false,
            before: None,
            before_time: None,
            sizes_told: false,
            renames: false,
            cleared: false,
            from_the_start: false,
            spoilt: None,
            stale: false,
            hash_differs: false,
            most_sent: 0,
            hash_late: false,
            told: None,
            aside: Aside::Unused,
        }
    }

    /// Notes that this server has told the size of a file before, in another delivery.
    pub fn server_tells_sizes(&mut self) {
        self.sizes_told = true;
    }

    /// Whether the server has told the size of a file.
    pub fn has_seen_sizes(&self) -> bool {
        self.sizes_told
    }

    /// The name that the file is stored under at first.
    pub fn work_name(&self) -> Name {
        self.work
    }

    /// Whether some of the file's bytes may lie on the server, if nothing was done about it afterwards.
    pub fn may_have_left_a_part(&self) -> bool {
        self.begun && matches!(self.file, FileState::Partial { .. } | FileState::Denied)
    }

    /// Whether the server has taken data of this file.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// The proof that the file has, once it is stored under whichever name.
    pub fn proof(&self) -> Option<Proof> {
        match self.file {
            FileState::Stored(proof) | FileState::Renaming { proof, .. } => Some(proof),
            FileState::Fresh | FileState::Partial { .. } | FileState::Denied | FileState::InDoubt { .. } => None,
        }
    }

    /// Begins a try, on a session that has done nothing else yet.
    pub fn begin(&mut self) -> Next {
        match self.file {
            FileState::Fresh => self.prepare(),
            FileState::Partial { .. } => self.go_on(),
            FileState::Denied => self.ask(Phase::DeniedHash, Action::Compare { name: self.work, length: self.length }),
            FileState::InDoubt { .. } => self.ask_about_doubt(),
            FileState::Stored(proof) => self.name(proof),
            FileState::Renaming { .. } => self.rename_in_another_try(),
        }
    }

    /// Takes the answer to the last action.
    pub fn answer(&mut self, answer: Answer) -> Next {
        if let Answer::Size(Found::Bytes(_)) = answer {
            self.sizes_told = true;
        }
        match (self.phase, answer) {
            (_, Answer::Failed(failure)) => self.failed(failure),
            (Phase::Probing, Answer::CanRename(renames)) => self.probed(renames),
            (Phase::Before, Answer::Size(found)) => self.found_before(found),
            (Phase::BeforeTime, Answer::Modified(time)) => self.dated_before(time),
            (Phase::Remains, Answer::Size(found)) => self.found_remains(found),
            (Phase::Prefix { there, by_name }, Answer::Compared(compared)) => self.prefix(there, by_name, compared),
            (Phase::WholeRemains, Answer::Compared(compared)) => self.whole_remains(compared),
            (Phase::Storing { .. }, Answer::Stored { length, hidden: true, .. }) if self.sizes_told => {
                self.contradicted(length, Found::Refused)
            }
            (Phase::Storing { .. }, Answer::Stored { length, proof, .. }) => self.stored(length, proof),
            (Phase::Recheck(looks), Answer::Size(found)) => self.rechecked(looks, found),
            (Phase::Recheck(looks), Answer::Settled) => self.ask(Phase::Recheck(looks), Action::Size(self.work)),
            (Phase::RecheckHash, Answer::Settled) => self.compare(Phase::RecheckHash, self.work),
            (Phase::RecheckHash, Answer::Compared(compared)) => self.rechecked_hash(compared),
            (Phase::AfterTime, Answer::Modified(time)) => self.dated_after(time),
            (Phase::Source(proof), Answer::Unchanged) => self.name(proof),
            (Phase::Doubt(looks), Answer::Size(found)) => self.found_in_doubt(looks, found),
            (Phase::Doubt(looks), Answer::Settled) => self.ask(Phase::Doubt(looks), Action::Size(self.work)),
            (Phase::DoubtHash(found), Answer::Compared(compared)) => self.compared_in_doubt(found, compared),
            (Phase::DoubtTime, Answer::Modified(time)) => self.dated_in_doubt(time),
            (Phase::DoubtSize, Answer::Size(found)) => self.seen_in_doubt(found),
            (Phase::DeniedHash, Answer::Compared(compared)) => self.compared_denied(compared),
            (Phase::DeniedSize, Answer::Size(found)) => self.sized_denied(found),
            (Phase::Moving { again, tries }, answer) => self.moved(again, tries, answer),
            (Phase::NotFrom { tries, refusal }, Answer::Size(found)) => self.not_from(tries, refusal, found),
            (Phase::NotFrom { tries, refusal }, Answer::Settled) => self.settled_before_rename(tries, refusal),
            (Phase::NotTo { again, refusal }, Answer::Size(found)) => self.not_to(again, refusal, found),
            (Phase::OwnHash { gone }, Answer::Compared(compared)) => self.own_hash(gone, compared),
            (Phase::OwnSize, Answer::Size(found)) => self.own_size(found),
            (Phase::OwnTime, Answer::Modified(time)) => self.own_time(time),
            (Phase::OwnSizeAgain, Answer::Size(found)) => self.own_size_again(found),
            (Phase::Named, Answer::Size(found)) => self.named(found),
            (Phase::RemovingPart, Answer::Removed(removed)) => self.removed_part(removed),
            (Phase::Placed, Answer::Size(found)) => self.placed_and_seen(found),
            (Phase::RemovingOld, Answer::Removed(removed)) => self.removed_old(removed),
            (Phase::OldRemains, Answer::Size(found)) => self.has_its_name(Left::Seen(found)),
            (Phase::Removing(why), Answer::Removed(removed)) => self.removed(why, removed),
            (Phase::LastLook(why), Answer::Size(found)) => self.looked(why, Left::Seen(found)),
            (Phase::LastLookAside(why, temporary), Answer::Size(found)) => {
                self.gave_up(why, temporary, Left::Seen(found))
            }
            // The caller has answered another question.
            (_, _) => self.leave(Why::Fault),
        }
    }

    /// What a failure means, by the phase that it came in.
    fn failed(&mut self, failure: Failure) -> Next {
        match (self.phase, failure) {
            (Phase::Removing(why) | Phase::LastLook(why), _) => self.looked(why, Left::Unseen),
            (Phase::LastLookAside(why, temporary), _) => self.gave_up(why, temporary, Left::Unseen),
            (Phase::Named, _) => self.has_its_name(Left::Nothing),
            (Phase::Placed | Phase::RemovingOld | Phase::OldRemains, _) => self.has_its_name(Left::Unseen),
            (Phase::Storing { from }, failure) => self.not_stored(from, failure),
            (Phase::Source(_), Failure::Source { .. }) => self.leave_changed(),
            (Phase::Moving { .. }, Failure::Session) => self.move_was_lost(),
            (Phase::Moving { .. }, _) => self.move_was_stopped(),
            (_, Failure::Session) => self.again(),
            (_, _) => self.leave(Why::Failed),
        }
    }

    pub(crate) fn ask(&mut self, phase: Phase, action: Action) -> Next {
        self.phase = phase;
        Next::Do(action)
    }

    /// Asks for the hash of the whole file called `name`.
    pub(crate) fn compare(&mut self, phase: Phase, name: Name) -> Next {
        self.ask(phase, Action::Compare { name, length: self.length })
    }

    pub(crate) fn again(&mut self) -> Next {
        self.phase = Phase::Between;
        Next::Again
    }
}
