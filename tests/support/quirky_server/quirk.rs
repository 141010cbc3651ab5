//! The faults and peculiarities of a quirky server. Each was seen on a real server or on a device between client and
//! server. They can be combined.

use std::time::Duration;

/// One peculiarity of a server.
#[derive(Clone, Debug)]
pub(crate) enum Quirk {
    /// Every reply is late by so much.
    LateReplies(Duration),
    /// The replies to all commands that were received together are written together.
    MergedReplies,
    /// The replies to the commands that were received together are written in another order, as libunftp does, which
    /// works on all of them at the same time.
    ReordersReplies(Order),
    /// Each byte of a reply is written alone.
    SplitReplies,
    /// Each receive is taken for one command: the lines after the first one are lost.
    DropsAllButFirst,
    /// The connection is closed when more than one command was received at once.
    ClosesOnFlight,
    /// Another reply is sent after the one to this command, so much later.
    OneReplyTooMany(Turn, &'static str, Duration),
    /// The final reply to this command is not sent.
    OneReplyTooFew(Turn),
    /// STOR is refused by this reply if it was received before the data connection was established.
    WantsDataConnectionFirst(&'static str),
    /// A command that is received during a transfer ends the transfer.
    AbortsAtCommand,
    /// At most so many sessions at a time. Further ones are refused in this way.
    AtMostSessions(usize, Refusal),
    /// The control connection is closed after so many transfers.
    ClosesAfterTransfers(usize),
    /// STOR for this path is refused by this reply.
    RefusesStore(&'static str, &'static str),
    /// The transfer for this path is broken off after its first bytes, by this reply.
    RefusesInTransfer(&'static str, &'static str),
    /// So many stores of this path lose their last byte, with a good final reply.
    LosesLastByte(&'static str, usize),
    /// A store of this path is confirmed, but the file is not changed: the server has stored it under another name.
    StoresAside(&'static str),
    /// So much time passes after each 64 KiB of a file.
    SlowReading(Duration),
    /// The replies after PASS repeat the password, on lines of its own and with other text.
    EchoesPassword,
    /// STOR for a file of which the path ends with this text, or for its temporary name, is refused by this reply.
    RefusesStoreOf(&'static str, &'static str, StoreRefusal),
    /// A listing ends after so many lines, with a reply of success that mentions it.
    TruncatesListings(usize),
    /// MLSD and MLST are unknown.
    NoMlsd,
    /// MLSD leaves out these names: those with a dot at the beginning, or all.
    ListsWithout(Hidden),
    /// LIST knows no options, so that it leaves out names that begin with a dot.
    IgnoresListOptions,
    /// LIST and MLSD are refused.
    RefusesListings,
    /// SIZE and MDTM are refused for each file.
    RefusesQuestions,
    /// The facts of MLSD are in this form.
    Facts(FactForm),
    /// These lines follow in each listing.
    AddsLines(&'static [&'static str]),
    /// The times in listings are those of a time zone that is so many hours east of Greenwich.
    LocalTime(i64),
    /// MFMT is unknown. MDTM with a time sets it.
    NoMfmt,
    /// Names that differ in case only are the same.
    FoldsCase,
    /// RMD removes a directory with all that is in it.
    RemovesFullDirectories,
    /// MKD succeeds for a directory that exists, as `mkdir -p` does.
    MakesExistingDirectories,
    /// RNTO is refused if the new name exists.
    RenameKeepsExisting,
    /// RNTO is refused for a path that ends with this text.
    RefusesRenameTo(&'static str),
    /// The argument of LIST and MLSD is a pattern. If it contains `[`, `*` or `?`, nothing is listed.
    ListPatterns,
    /// CWD `..` succeeds and changes nothing.
    ParentIsIgnored,
    /// Each command with this verb is refused by this reply.
    Refuses(&'static str, &'static str),
    /// The server's clock is ahead by so many seconds.
    ClockIsAhead(i64),
    /// RNTO for a path that ends with this text is carried out, and refused by this reply.
    RefusesWhatItRenames(&'static str, &'static str),
    /// SIZE and MDTM are refused for files whose names begin with a dot.
    HidesDotNames,
    /// The control connection ends at this command.
    CutsAt(Turn, Cut),
    /// The control connection ends at this command of the server's life, counted from 1, and further ones are served again.
    CutsAtCommand(usize, Cut),
}

/// The moment at which a control connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the command is carried out.
    Before,
    /// After it was carried out, without its final reply.
    After,
}

/// The way in which STOR fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreRefusal {
    /// Before the transfer.
    AtOnce,
    /// After the first bytes. A part of the file stays.
    InTransfer,
    /// After the first bytes. The file is removed, also if it is an older one that was being overwritten, as ProFTPD
    /// does at the limit of a quota.
    Removing,
}

/// The names that a listing leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// Those that begin with a dot, `.` and `..` among them.
    Dots,
    /// All.
    All,
}

/// A form of the facts of MLSD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactForm {
    /// `Type=File;Modify=…;Size=…;`
    CapitalLetters,
    /// No size.
    NoSize,
    /// No time.
    NoModify,
}

/// The way in which a server refuses a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The greeting is 421.
    Greeting,
    /// The reply to the right password is 530.
    Login,
    /// The port is closed, until there is a place again.
    ClosedPort,
    /// The connection is accepted, and nothing is sent.
    Silence,
}

/// All ways in which a server refuses a session.
pub(crate) const REFUSALS: [Refusal; 4] = [Refusal::Greeting, Refusal::Login, Refusal::ClosedPort, Refusal::Silence];

/// An order of replies that is not that of their commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last one comes first.
    Reversed,
    /// The first two are exchanged.
    FirstTwoExchanged,
}

/// The commands to which a quirk applies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// The command with this verb that the server receives as the so-manieth of them in its life, counted from 1.
    Only(&'static str, usize),
    /// Each command with this verb.
    Each(&'static str),
}

impl Turn {
    /// Returns true if the quirk applies to the command with this `verb`, the `count`th of them.
    pub(super) fn is_at(self, verb: &str, count: usize) -> bool {
        match self {
            Self::Only(wanted, turn) => wanted == verb && turn == count,
            Self::Each(wanted) => wanted == verb,
        }
    }
}
