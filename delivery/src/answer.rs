//! The actions that a delivery asks its caller for, and their possible answers.

use crate::rules::{Name, Proof};

/// One operation on the server, or on the local file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Ask for the size of the file with this name (SIZE). Answered by [`Answer::Size`].
    Size(Name),
    /// Ask for the file's time of last modification (MDTM). Answered by [`Answer::Modified`].
    Modified(Name),
    /// Compare the hash of the file on the server with the hash of the first `length` bytes of the local file. Answered
    /// by [`Answer::Compared`].
    Compare {
        /// The file on the server.
        name: Name,
        /// The number of bytes of the local file to compare.
        length: u64,
    },
    /// Find out if the server supports renaming, with RNFR of a name that no file has. Answered by
    /// [`Answer::CanRename`].
    ProbeRename,
    /// Store the local file's bytes from `from` on (STOR, after REST if `from` is not 0; or STOU). Answered by
    /// [`Answer::Stored`].
    Store {
        /// The name to store under.
        name: Name,
        /// The first byte to send.
        from: u64,
    },
    /// Check that the local file is still the one that was opened. Answered by [`Answer::Unchanged`].
    CheckSource,
    /// Rename (RNFR, RNTO). Answered by [`Answer::Renamed`], [`Answer::NotFrom`] or [`Answer::NotTo`].
    Rename {
        /// The present name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// Remove (DELE). Answered by [`Answer::Removed`].
    Remove(Name),
    /// Wait for half a second. Answered by [`Answer::Settled`].
    Settle,
}

/// The result of an [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The result of [`Action::Size`].
    Size(Found),
    /// The result of [`Action::Modified`]: the time in seconds since 1970, if the server returned it.
    Modified(Option<u64>),
    /// The result of [`Action::Compare`].
    Compared(Compared),
    /// The result of [`Action::ProbeRename`]: true if the server supports renaming.
    CanRename(bool),
    /// The result of [`Action::Store`]: the server replied that the file is stored.
    Stored {
        /// The length of the whole file, in bytes.
        length: u64,
        /// The answer to the question that followed the final reply.
        proof: Proof,
        /// The server was asked for the size and replied 550: no such file, or no permission to ask for it.
        hidden: bool,
    },
    /// The result of [`Action::CheckSource`]: the local file has not changed.
    Unchanged,
    /// The result of [`Action::Rename`]: the file was renamed.
    Renamed,
    /// The result of [`Action::Rename`]: RNFR was refused.
    NotFrom(Refusal),
    /// The result of [`Action::Rename`]: RNFR was accepted, and RNTO refused.
    NotTo(Refusal),
    /// The result of [`Action::Remove`]: true if the server replied that it removed the file.
    Removed(bool),
    /// The result of [`Action::Settle`].
    Settled,
    /// The action failed.
    Failed(Failure),
}

/// The file under a name on the server, according to the server's answer to SIZE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// A file with this size, in bytes.
    Bytes(u64),
    /// The server replied 550: no such file, or no permission to ask for it.
    Refused,
    /// The server did not return a size.
    Untold,
}

/// The result of the comparison of two hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compared {
    /// The hashes are equal.
    Same,
    /// The hashes differ.
    Different,
    /// There is no hash to compare with.
    Unavailable,
}

/// The kind of a refusal (RFC 959 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// 4yz: the same command may succeed later.
    Transient,
    /// 5yz: the same command will not succeed.
    Permanent,
}

/// The reason why an action has no answer. The caller maps each of its errors to one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The session has ended, or the question failed; nothing has changed about the file.
    Session,
    /// [`Action::Store`]: the server did not accept any data.
    NotTaken(Refusal),
    /// [`Action::Store`]: a connection broke during the transfer of the data.
    Cut {
        /// The number of bytes that the server may have, those before the offset included.
        sent: u64,
        /// True if that is every byte and the end of the file was sent, too.
        all: bool,
    },
    /// [`Action::Store`]: the server aborted the transfer with a reply that means a breakdown (425, 426, vsftpd's 500
    /// OOPS).
    BrokeDown {
        /// As in [`Failure::Cut`].
        sent: u64,
        /// As in [`Failure::Cut`].
        all: bool,
    },
    /// [`Action::Store`]: the server aborted the transfer with another negative reply.
    GivenUp {
        /// As in [`Failure::Cut`].
        sent: u64,
        /// As in [`Failure::Cut`].
        all: bool,
    },
    /// [`Action::Store`]: every byte was sent, and a connection was lost before the final reply, or before the answer
    /// to a question that follows it.
    Unconfirmed {
        /// The number of bytes sent, those before the offset included.
        sent: u64,
        /// True if the server had replied that the file is stored, and the connection broke at a question that should
        /// confirm it.
        completed: bool,
        /// True if that question asked for a hash, and no answer came in time.
        hash_late: bool,
    },
    /// [`Action::Store`]: the server replied that the file is stored, and returns a different size.
    Mismatch {
        /// The expected size, in bytes.
        sent: u64,
        /// The size that the server returned, in bytes.
        stored: u64,
    },
    /// [`Action::Store`]: the server replied that the file is stored, and its hash differs.
    Corrupt {
        /// The expected size, in bytes.
        sent: u64,
    },
    /// [`Action::Store`]: the server replied that the file is stored; it returns sizes, and 550 for this file.
    Missing {
        /// The expected size, in bytes.
        sent: u64,
    },
    /// [`Action::Store`]: the server replied that the file is stored before it had the last byte, and nothing proves
    /// it.
    EarlySuccess,
    /// The local file cannot be read, or has changed.
    Source {
        /// True if data may have reached the server before the failure.
        begun: bool,
    },
    /// Another try cannot help: the user interrupted the upload, the cause is an error in this program, or the
    /// connection must not be trusted.
    Final {
        /// True if data may have reached the server before the failure.
        begun: bool,
        /// True if the server may have every byte.
        all: bool,
    },
}

/// The next step of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Carry this action out, and pass its answer to [`FileDelivery::answer`](crate::FileDelivery::answer).
    Do(Action),
    /// This try has ended. The caller either begins another one on a new session
    /// ([`FileDelivery::begin`](crate::FileDelivery::begin)), or calls
    /// [`FileDelivery::give_up`](crate::FileDelivery::give_up).
    Again,
    /// The file has its name on the server.
    Stored {
        /// The proof that the file is stored.
        proof: Proof,
        /// The old file that was moved aside, if it may still exist.
        aside: Left,
    },
    /// The delivery has ended: the file is not delivered, or the outcome is unknown.
    GaveUp {
        /// The reason.
        why: Why,
        /// The file under the temporary name.
        temporary: Left,
        /// The file under the name for old files.
        aside: Left,
    },
}

/// The reason why a delivery was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The last action failed; its error is the reason.
    Failed,
    /// Every byte was sent, or a rename was requested, and the server cannot confirm the outcome.
    Unknown,
    /// The server replied that the file is stored, and returns this size instead of the expected one.
    Mismatch(u64),
    /// The server replied that the file is stored, and its hash differs.
    Corrupt,
    /// The server replied that the file is stored, and then that there is no such file.
    Missing,
    /// The file is stored, and the proof that the user demanded is missing.
    Unverified,
    /// The server does not support renaming. Nothing was stored.
    CannotRename,
    /// The file is stored, and the server refuses to rename it to its own name.
    NotRenamed,
    /// The same as [`Why::NotRenamed`], and an old file that was moved aside could not be moved back.
    NotRestored,
    /// The caller's answer does not belong to the action.
    Fault,
}

/// The file under a name that this delivery generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Left {
    /// Nothing: the name was not used, or the server replied that the file was renamed.
    #[default]
    Nothing,
    /// The server replied that it removed the file.
    Removed,
    /// The server's last answer about this name.
    Seen(Found),
    /// There may be a file; the server could not be asked.
    Unseen,
}
