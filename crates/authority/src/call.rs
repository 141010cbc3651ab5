//! The calls of the component's exports, with the names that the embedder has passed.

use alloc::vec::Vec;

use ftp_protocol::timestamp::Timestamp;

/// One call of an export of `session` (`wit/upload.wit`). The pages of a listing belong to the call of `list`, and the
/// portions of a file to the call of `fetch`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Call {
    /// No call: nothing may be sent.
    #[default]
    None,
    /// `open`.
    Open {
        /// The argument of USER.
        user: Vec<u8>,
        /// The argument of ACCT.
        account: Option<Vec<u8>>,
        /// The protection that the session must have.
        protection: Protection,
    },
    /// `site`, with the user's parameters.
    Site(Vec<u8>),
    /// `enter`.
    Enter {
        /// The directory.
        directory: Vec<u8>,
        /// True if it may be made.
        create: bool,
    },
    /// `make-directories`, with the paths.
    MakeDirectories(Vec<Vec<u8>>),
    /// `announce`.
    Announce {
        /// The name of the file that will be stored.
        name: Vec<u8>,
        /// True if STOR may be sent.
        flight: bool,
    },
    /// `check`.
    Check,
    /// `store`.
    Store {
        /// The name.
        name: Vec<u8>,
        /// The command that stores it.
        placement: Placement,
    },
    /// `features`.
    Features,
    /// `look`, with the name.
    Look(Vec<u8>),
    /// `modified`, with the name.
    Modified(Vec<u8>),
    /// `compare`, with the name.
    Compare(Vec<u8>),
    /// `can-rename`, with the name.
    CanRename(Vec<u8>),
    /// `rename` and `rename-all`.
    Rename(Vec<Change>),
    /// `remove` and `remove-all`, with the names.
    Remove(Vec<Vec<u8>>),
    /// `remove-directories`, with the paths.
    RemoveDirectories(Vec<Vec<u8>>),
    /// `set-time`.
    SetTime {
        /// The name.
        name: Vec<u8>,
        /// The time of last modification, in seconds since 1970.
        time: u64,
    },
    /// `set-mode`.
    SetMode {
        /// The name.
        name: Vec<u8>,
        /// The permissions.
        mode: u16,
    },
    /// `list`, with the path.
    List(Vec<u8>),
    /// `fetch`, with the name.
    Fetch(Vec<u8>),
    /// `ask`, with the names.
    Ask(Vec<Vec<u8>>),
    /// `quit`.
    Quit,
}

/// The protection of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// None.
    Clear,
    /// TLS after AUTH.
    Explicit,
    /// TLS from the first byte.
    Implicit,
}

/// The command that stores a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// STOR.
    Replace,
    /// REST with this offset in bytes and STOR; or APPE.
    Rest(u64),
    /// STOU.
    Unique,
}

/// The change of one file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The present name.
    pub name: Vec<u8>,
    /// The new name.
    pub to: Vec<u8>,
    /// The time of last modification that the file gets before, in seconds since 1970.
    pub time: Option<u64>,
}

impl Call {
    /// Returns true if the session is open, so that commands that change nothing may be sent.
    pub(crate) fn is_in_session(&self) -> bool {
        !matches!(self, Self::None | Self::Open { .. })
    }

    /// Returns true if the call sends or receives data.
    pub(crate) fn transfers(&self) -> bool {
        self.receives() || matches!(self, Self::Announce { flight: true, .. } | Self::Store { .. })
    }

    /// Returns true if the call receives data.
    pub(crate) fn receives(&self) -> bool {
        matches!(self, Self::List(_) | Self::Fetch(_))
    }

    /// Returns true if the call asks for the time of the file called `name`.
    pub(crate) fn asks_for_time_of(&self, name: &[u8]) -> bool {
        matches!(self, Self::Announce { name: asked, .. } | Self::Modified(asked) if asked == name)
            || matches!(self, Self::Ask(names) if contains(names, name))
    }

    /// Returns the files whose times the call sets, with these times.
    pub(crate) fn times(&self) -> Vec<(&[u8], Timestamp)> {
        let single = if let Self::SetTime { name, time } = self { Some((&name[..], Some(*time))) } else { None };
        let changes: &[Change] = if let Self::Rename(changes) = self { changes } else { &[] };
        let changes = changes.iter().map(|change| (&change.name[..], change.time));
        let all = single.into_iter().chain(changes);
        all.filter_map(|(name, time)| Some((name, Timestamp::from_unix(time?)?))).collect()
    }
}

/// Returns true if `name` is one of `names`.
pub(crate) fn contains(names: &[Vec<u8>], name: &[u8]) -> bool {
    names.iter().any(|known| known == name)
}
