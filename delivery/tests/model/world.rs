//! The state of the small world: the files on the server, and what kind of server it is.

use ftp_delivery::{Found, Name};

/// The length of the file that is delivered.
pub const LENGTH: u64 = 2;

/// The bytes under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// The file that was there before the run, of so many units.
    Old(u64),
    /// Ours, whole.
    New,
    /// The first so many units of ours.
    Part(u64),
    /// As many units as ours should have, or fewer, and not ours: mixed, converted, with a hole.
    Wrong(u64),
    /// Another client's.
    Other(u64),
}

/// A file on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct File {
    pub content: Content,
    /// The time of last modification, as far as times differ here.
    pub time: u64,
    /// So many half seconds pass until the file can be seen.
    pub hidden: u8,
    /// For half a second the server tells this size instead.
    pub lag: Option<u64>,
}

/// What the server tells about sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sizes {
    Told,
    /// 550 to every question: a drop box.
    Refused,
    /// 502.
    Untold,
}

/// What does not change in the course of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub sizes: Sizes,
    pub hashes: bool,
    pub times: bool,
    /// The times of two files that are stored in one run are the same.
    pub coarse: bool,
    /// RNFR is forbidden (550).
    pub renames: bool,
    /// RNTO replaces an existing file.
    pub replaces: bool,
    /// Names may begin with a dot.
    pub dots: bool,
}

/// The world at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub server: Server,
    pub own: Option<File>,
    pub temporary: Option<File>,
    pub plain: Option<File>,
    pub aside: Option<File>,
    /// The file that had our name at the beginning of the first run.
    pub first: Option<Content>,
    /// The control connection stands.
    pub session: bool,
    /// The server has told a size on this connection.
    pub told: bool,
    /// The local file is no longer what it was.
    pub source_changed: bool,
    /// Another client, or a scanner, has taken the file of our name away.
    pub taken: bool,
    /// The server has said that the last transfer is stored.
    pub accepted: bool,
    /// The last size that was told of the name that was sent under, since then.
    pub last_told: Option<Found>,
    /// Ours was whole under its own name at some moment.
    pub placed: bool,
    /// Another client has stored a file of our name and length.
    pub neighbour: bool,
    /// A run was killed while an old file was aside.
    pub orphaned: bool,
    /// Ours lies whole under its own name, and no answer has spoken against it.
    pub may_be_whole: bool,
}

impl World {
    pub fn new(server: Server, first: Option<Content>) -> Self {
        Self {
            server,
            own: first.map(|content| File { content, time: 0, hidden: 0, lag: None }),
            temporary: None,
            plain: None,
            aside: None,
            first,
            session: true,
            told: false,
            source_changed: false,
            taken: false,
            accepted: false,
            last_told: None,
            placed: false,
            neighbour: false,
            orphaned: false,
            may_be_whole: false,
        }
    }

    pub fn at(&self, name: Name) -> Option<File> {
        match name {
            Name::Own => self.own,
            Name::Temporary => self.temporary,
            Name::PlainTemporary => self.plain,
            Name::Aside => self.aside,
        }
    }

    pub fn put(&mut self, name: Name, file: Option<File>) {
        match name {
            Name::Own => self.own = file,
            Name::Temporary => self.temporary = file,
            Name::PlainTemporary => self.plain = file,
            Name::Aside => self.aside = file,
        }
        self.placed |= self.own.is_some_and(|own| own.content == Content::New);
        self.neighbour |= self.own.is_some_and(|own| own.content == Content::Other(LENGTH));
        self.may_be_whole &= self.own.is_some_and(|own| own.content == Content::New);
    }

    /// Half a second passes.
    pub fn settle(&mut self) {
        for file in [&mut self.own, &mut self.temporary, &mut self.plain, &mut self.aside].into_iter().flatten() {
            file.hidden = file.hidden.saturating_sub(1);
            file.lag = None;
        }
    }

    /// The answer to SIZE.
    pub fn size(&self, name: Name) -> Found {
        match (self.server.sizes, self.at(name)) {
            (Sizes::Untold, _) => Found::Untold,
            (Sizes::Refused, _) | (Sizes::Told, None) => Found::Refused,
            (Sizes::Told, Some(file)) if file.hidden > 0 => Found::Refused,
            (Sizes::Told, Some(file)) => Found::Bytes(file.lag.unwrap_or(file.content.length())),
        }
    }

    /// A file of ours that was stored in this run.
    pub fn stored(&self, content: Content) -> File {
        File { content, time: u64::from(!self.server.coarse), hidden: 0, lag: None }
    }
}

impl Content {
    pub fn length(self) -> u64 {
        match self {
            Self::New => LENGTH,
            Self::Old(length) | Self::Part(length) | Self::Wrong(length) | Self::Other(length) => length,
        }
    }
}
