//! The actions that a delivery asks its caller for, and their possible answers.

use crate::rules::{Name, Proof};

/// One thing to do on the server, or here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Ask for the size of the file called so (SIZE). Answered by [`Answer::Size`].
    Size(Name),
    /// Ask for its time of last modification (MDTM). Answered by [`Answer::Modified`].
    Modified(Name),
    /// Compare its hash with that of the first `length` bytes of ours. Answered by [`Answer::Compared`].
    Compare {
        /// The file on the server.
        name: Name,
        /// How many bytes of ours.
        length: u64,
    },
    /// Ask whether the server renames at all, about a name that nobody has (RNFR). Answered by [`Answer::CanRename`].
    ProbeRename,
    /// Store the bytes of ours from `from` on (STOR, with REST in front; STOU). Answered by [`Answer::Stored`].
    Store {
        /// Under this name.
        name: Name,
        /// The first byte to send.
        from: u64,
    },
    /// Make sure that the local file is still the one that was opened. Answered by [`Answer::Unchanged`].
    CheckSource,
    /// Rename (RNFR, RNTO). Answered by [`Answer::Renamed`], [`Answer::NotFrom`] or [`Answer::NotTo`].
    Rename {
        /// The name that it has.
        from: Name,
        /// The name that it shall have.
        to: Name,
    },
    /// Remove (DELE). Answered by [`Answer::Removed`].
    Remove(Name),
    /// Let half a second pass. Answered by [`Answer::Settled`].
    Settle,
}

/// What came of an [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Of [`Action::Size`].
    Size(Found),
    /// Of [`Action::Modified`]: in seconds since 1970, if the server says.
    Modified(Option<u64>),
    /// Of [`Action::Compare`].
    Compared(Compared),
    /// Of [`Action::ProbeRename`].
    CanRename(bool),
    /// Of [`Action::Store`]: the server says that it is stored.
    Stored {
        /// The length of the whole file, in bytes.
        length: u64,
        /// What the server said when it was asked.
        proof: Proof,
        /// It was asked for the size, and said 550: no such file, or one that may not be asked about.
        hidden: bool,
    },
    /// Of [`Action::CheckSource`]: it has not changed.
    Unchanged,
    /// Of [`Action::Rename`]: done.
    Renamed,
    /// Of [`Action::Rename`]: RNFR was refused.
    NotFrom(Refusal),
    /// Of [`Action::Rename`]: RNFR was granted, RNTO refused.
    NotTo(Refusal),
    /// Of [`Action::Remove`]: whether the server says that it did.
    Removed(bool),
    /// Of [`Action::Settle`].
    Settled,
    /// Of any action: it failed.
    Failed(Failure),
}

/// What lies on the server under a name, as far as it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// A file of so many bytes.
    Bytes(u64),
    /// The server said 550: no such file, or one that may not be asked about.
    Refused,
    /// The server does not tell.
    Untold,
}

/// What the comparison of two hashes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compared {
    /// They are equal.
    Same,
    /// They differ.
    Different,
    /// There is no hash to compare with.
    Unavailable,
}

/// How final the server's no is (RFC 959 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// 4yz: the same may work later.
    Transient,
    /// 5yz: it will not.
    Permanent,
}

/// Why an action has no answer. The caller maps each of its errors to one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The session is over, or the question failed; about the file nothing has changed.
    Session,
    /// [`Action::Store`]: the server did not take any data.
    NotTaken(Refusal),
    /// [`Action::Store`]: a connection broke while the data was on its way.
    Cut {
        /// The number of bytes that the server may have, those before the offset included.
        sent: u64,
        /// That was every byte, and the end of the file was said.
        all: bool,
    },
    /// [`Action::Store`]: the server gave up, in words that say that it broke down (425, 426, vsftpd's 500 OOPS).
    BrokeDown {
        /// As in [`Failure::Cut`].
        sent: u64,
        /// As in [`Failure::Cut`].
        all: bool,
    },
    /// [`Action::Store`]: the server gave up, and said no in other words.
    GivenUp {
        /// As in [`Failure::Cut`].
        sent: u64,
        /// As in [`Failure::Cut`].
        all: bool,
    },
    /// [`Action::Store`]: every byte was sent, and a connection was lost before all was said about it.
    Unconfirmed {
        /// The number of bytes sent, those before the offset included.
        sent: u64,
        /// The server had said that the file is stored; then the line broke, at a question that backs it up.
        completed: bool,
        /// That question was the one for a hash, and no answer came in time.
        hash_late: bool,
    },
    /// [`Action::Store`]: the server said that the file is stored, and tells another size.
    Mismatch {
        /// The number of bytes that should be there.
        sent: u64,
        /// The number of bytes that the server tells.
        stored: u64,
    },
    /// [`Action::Store`]: the server said that the file is stored, and its hash differs.
    Corrupt {
        /// The number of bytes that should be there.
        sent: u64,
    },
    /// [`Action::Store`]: the server said that the file is stored, tells sizes, and knows no such file.
    Missing {
        /// The number of bytes that should be there.
        sent: u64,
    },
    /// [`Action::Store`]: the server said so before it had the last byte, and nothing proves it.
    EarlySuccess,
    /// The local file cannot be read, or has changed.
    Source {
        /// Data may have reached the server before that.
        begun: bool,
    },
    /// No other try can help: the user's doing, our own, or a connection that may not be trusted.
    Final {
        /// Data may have reached the server before that.
        begun: bool,
        /// Every byte may be there.
        all: bool,
    },
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Take this action, and give its answer.
    Do(Action),
    /// This try is over. Another one may begin, on a new session, if the caller holds that it is worth it
    /// ([`FileDelivery::begin`](crate::FileDelivery::begin)); else
    /// [`FileDelivery::give_up`](crate::FileDelivery::give_up).
    Again,
    /// The file has its name on the server.
    Stored {
        /// What backs that up.
        proof: Proof,
        /// An old file that was moved aside may still be there.
        aside: Left,
    },
    /// The end: the file is not delivered, or nobody can tell.
    GaveUp {
        /// Why.
        why: Why,
        /// What lies under the temporary name.
        temporary: Left,
        /// What lies under the name for old files.
        aside: Left,
    },
}

/// Why a file was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// For the reason of the last failed action.
    Failed,
    /// Every byte was sent, or a change of the name was asked for, and the server cannot tell the outcome.
    Unknown,
    /// The server says that it is stored, and tells this size instead of ours.
    Mismatch(u64),
    /// The server says that it is stored, and its hash differs.
    Corrupt,
    /// The server says that it is stored, and knows no such file.
    Missing,
    /// It is stored, and there is no such proof of it as was demanded.
    Unverified,
    /// The server renames no files. Nothing was stored.
    CannotRename,
    /// It is stored, and the server refuses to give it its name.
    NotRenamed,
    /// Likewise, and an old file that was moved aside could not be given its name back.
    NotRestored,
    /// The caller answered something else than was asked.
    Fault,
}

/// What lies under a name that this delivery made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Left {
    /// Nothing: the name was not used, or the server said that the file was renamed.
    #[default]
    Nothing,
    /// The server said that it removed the file.
    Removed,
    /// This, when the server was asked last.
    Seen(Found),
    /// Perhaps something; the server could not be asked.
    Unseen,
}
