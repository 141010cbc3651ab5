//! The state of one file's delivery: the part that survives a session, and the point that the present try has reached.
//!
//! The transitions are in the other modules: storing in `store.rs`, a success that is contradicted in
//! `contradiction.rs`, an unknown outcome in `doubt.rs`, names in `rename.rs`, and the end of a failed delivery in
//! `leave.rs`.

use crate::answer::{Action, Found, Left, Next, Refusal, Why};
use crate::doubt::Looks;
use crate::rename::{Aside, Move};
use crate::rules::{Name, Proof, Rules};

/// The delivery of one file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileDelivery {
    pub(crate) rules: Rules,
    /// The length of the file in bytes. For a stream, the number of bytes that were sent.
    pub(crate) length: u64,
    pub(crate) file: FileState,
    pub(crate) phase: Phase,
    /// The name that the file is stored under first.
    pub(crate) work: Name,
    /// True if the server may have some bytes of the file under that name.
    pub(crate) begun: bool,
    /// The file that had its own name before this run changed it; `None` until the server was asked.
    pub(crate) before: Option<Found>,
    /// The time of modification of that file, if the server returned it.
    pub(crate) before_time: Option<u64>,
    /// True if the server has returned a size in this run: from then on, a 550 to SIZE means "no such file".
    pub(crate) sizes_told: bool,
    /// True if the server supports renaming.
    pub(crate) renames: bool,
    /// True if the server did not allow a partial file of ours to be overwritten, and the file was removed once for
    /// that reason.
    pub(crate) cleared: bool,
    /// True if the server does not resume a transfer.
    pub(crate) from_the_start: bool,
    /// The last contradiction between the server's success and its answers. The file was sent again from the start
    /// because of it.
    pub(crate) spoilt: Option<Why>,
    /// True if a transfer of this run may have left a file that has our length but different bytes, so that the size
    /// does not prove ours.
    pub(crate) stale: bool,
    /// True if the server's hash of the file differed from ours after the last transfer.
    pub(crate) hash_differs: bool,
    /// The largest number of bytes that a transfer of this run may have stored.
    pub(crate) most_sent: u64,
    /// True if the server takes too long to compute a hash.
    pub(crate) hash_late: bool,
    /// The server's answer about the last transfer, if it does not match that transfer.
    pub(crate) told: Option<Found>,
    /// The location of an old file with the same name.
    pub(crate) aside: Aside,
}

/// The knowledge about the file on the server, which passes from one try to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FileState {
    /// Nothing was stored yet.
    Fresh,
    /// A transfer broke: the server has at most the first `sent` bytes.
    Partial { sent: u64 },
    /// Every byte was sent, and the server replied that it did not store them.
    Denied,
    /// Every byte was sent. Either no reply reports the outcome, or (`completed`) the server replied that the file is
    /// stored, and then the connection broke.
    InDoubt { completed: bool },
    /// The file is stored under the name that it was sent to.
    Stored(Proof),
    /// The file is stored, and it is being renamed. `lost`: a rename was requested, and no answer came.
    Renaming { proof: Proof, step: Move, lost: bool },
}

/// The purpose of the last action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// No try is active.
    Between,
    /// Does the server support renaming?
    Probing,
    /// Is there a file with the file's own name?
    Before,
    /// What is the time of modification of that file?
    BeforeTime,
    /// Is there a file that an earlier run, or an earlier try, left?
    Remains,
    /// Are these bytes ours? `by_name`: according to the name, they are.
    Prefix { there: u64, by_name: bool },
    /// Is the file that an earlier run left our complete file?
    WholeRemains,
    /// The data is being sent.
    Storing { from: u64 },
    /// A partial file of ours, which the server does not allow to be overwritten, is being removed.
    RemovingPart,
    /// The size is queried again, because a first answer contradicts the success.
    Recheck(Looks),
    /// The hash is compared again for the same reason.
    RecheckHash,
    /// Has the upload changed the time of modification? The size is the same as before.
    AfterTime,
    /// Is the local file unchanged?
    Source(Proof),
    /// Which size has the file of a transfer in doubt?
    Doubt(Looks),
    /// Does the hash of that file match?
    DoubtHash(Found),
    /// Has its time of modification changed since the time before the transfer?
    DoubtTime,
    /// Is its size still the same?
    DoubtSize,
    /// Has the server stored the file although it replied that it did not?
    DeniedHash,
    /// Which size has the file that it stored instead?
    DeniedSize,
    /// A rename was requested.
    Moving { again: bool, tries: u8 },
    /// RNFR was refused: does the file exist?
    NotFrom { tries: u8, refusal: Refusal },
    /// RNTO was refused: does the file still exist under its old name?
    NotTo { again: bool, refusal: Refusal },
    /// The temporary file no longer exists: does the file with the final name have our hash?
    OwnHash { gone: bool },
    /// The same question, answered by the size.
    OwnSize,
    /// The same question, answered by the time of modification.
    OwnTime,
    /// Is its size still the same?
    OwnSizeAgain,
    /// The server replied that the file was renamed: does the server find it under its own name?
    Named,
    /// The server replied that the file was renamed: this is checked before the old file is removed.
    Placed,
    /// The old file is being removed.
    RemovingOld,
    /// The old file could not be removed: does it still exist?
    OldRemains,
    /// The end: the temporary file is being removed.
    Removing(Why),
    /// The end: does a file remain under the temporary name?
    LastLook(Why),
    /// The end: does an old file remain under the name that it was moved to?
    LastLookAside(Why, Left),
}

impl FileDelivery {
    /// Creates the delivery of a file of `length` bytes (0 for a stream). Nothing was sent yet.
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

    /// Records that this server has returned the size of a file before, in another delivery.
    pub fn server_tells_sizes(&mut self) {
        self.sizes_told = true;
    }

    /// Records that this server supports renaming, according to another delivery.
    pub fn server_renames(&mut self) {
        self.renames = true;
    }

    /// Returns true if the server supports renaming, as far as it was asked.
    pub fn has_seen_renaming(&self) -> bool {
        self.renames
    }

    /// Returns true if the server has returned the size of a file.
    pub fn has_seen_sizes(&self) -> bool {
        self.sizes_told
    }

    /// Returns the name that the file is stored under first.
    pub fn work_name(&self) -> Name {
        self.work
    }

    /// Returns true if the server may have a part of the file, unless a later action removed it.
    pub fn may_have_left_a_part(&self) -> bool {
        self.begun && matches!(self.file, FileState::Partial { .. } | FileState::Denied)
    }

    /// Returns true if the server has accepted data of this file.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Returns the proof for the file, if it is stored under any name.
    pub fn proof(&self) -> Option<Proof> {
        match self.file {
            FileState::Stored(proof) | FileState::Renaming { proof, .. } => Some(proof),
            FileState::Fresh | FileState::Partial { .. } | FileState::Denied | FileState::InDoubt { .. } => None,
        }
    }

    /// Begins a try, on a session that has not been used for anything else.
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

    pub(crate) fn ask(&mut self, phase: Phase, action: Action) -> Next {
        self.phase = phase;
        Next::Do(action)
    }

    /// Asks for the hash of the complete file with the name `name`.
    pub(crate) fn compare(&mut self, phase: Phase, name: Name) -> Next {
        self.ask(phase, Action::Compare { name, length: self.length })
    }

    pub(crate) fn again(&mut self) -> Next {
        self.phase = Phase::Between;
        Next::Again
    }
}
