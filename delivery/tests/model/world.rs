//! The state of the small world: the files on the server, and the properties of the server.

use ftp_delivery::{Found, Name};

/// The length of the file that is delivered.
pub const LENGTH: u64 = 2;

/// The bytes under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// The file from before the run, of this many units.
    Old(u64),
    /// Our complete file.
    New,
    /// The first units of ours, this many.
    Part(u64),
    /// This many units, at most as many as ours, with different bytes: mixed, converted, or with a hole.
    Wrong(u64),
    /// Another client's file, of this many units.
    Other(u64),
}

/// A file on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct File {
    pub content: Content,
    /// The time of last modification, in an arbitrary unit.
    pub time: u64,
    /// The number of half seconds until the file becomes visible.
    pub hidden: u8,
    /// The server returns this size instead for half a second.
    pub lag: Option<u64>,
}

/// The server's answers to SIZE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sizes {
    Told,
    /// 550 to every SIZE: a drop box.
    Refused,
    /// 502.
    Untold,
}

/// The properties of the server that do not change during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub sizes: Sizes,
    pub hashes: bool,
    pub times: bool,
    /// True if two files that are stored in one run have the same time.
    pub coarse: bool,
    /// RNFR is accepted; else it is refused with 550.
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
    /// The file that had our name at the start of the first run.
    pub first: Option<Content>,
    /// True if the control connection is open.
    pub session: bool,
    /// True if the server has returned a size on this connection.
    pub told: bool,
    /// True if the local file has changed.
    pub source_changed: bool,
    /// True if another client, or a scanner, has removed the file with our name.
    pub taken: bool,
    /// True if the server has replied that the last transfer is stored.
    pub accepted: bool,
    /// The last answer to SIZE since then, about the name that was sent to.
    pub last_told: Option<Found>,
    /// True if our complete file had its own name at some moment.
    pub placed: bool,
    /// True if another client has stored a file with our name and length.
    pub neighbour: bool,
    /// True if a run was killed while an old file was aside.
    pub orphaned: bool,
    /// True if our complete file has its own name, and no answer denies that.
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

    /// Half a second passes in the world.
    pub fn settle(&mut self) {
        for file in [&mut self.own, &mut self.temporary, &mut self.plain, &mut self.aside].into_iter().flatten() {
            file.hidden = file.hidden.saturating_sub(1);
            file.lag = None;
        }
    }

    /// Returns the answer to SIZE.
    pub fn size(&self, name: Name) -> Found {
        match (self.server.sizes, self.at(name)) {
            (Sizes::Untold, _) => Found::Untold,
            (Sizes::Refused, _) | (Sizes::Told, None) => Found::Refused,
            (Sizes::Told, Some(file)) if file.hidden > 0 => Found::Refused,
            (Sizes::Told, Some(file)) => Found::Bytes(file.lag.unwrap_or(file.content.length())),
        }
    }

    /// Returns a file of ours that is stored in this run.
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
