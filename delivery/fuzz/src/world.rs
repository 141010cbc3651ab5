//! The server's files, the properties of the server, and the changes that other clients make to the files.

use ftp_delivery::{Found, Name};

use crate::script::Script;

/// The names of one delivery, as an index of [`World::files`].
pub(crate) const NAMES: [(&[u8], Name); 4] = [
    (b"f", Name::Own),
    (b".f.1.part", Name::Temporary),
    (b"f.1.part", Name::PlainTemporary),
    (b".f.2.old", Name::Aside),
];

/// A name that no file has.
pub(crate) const UNUSED: &[u8] = b".f.3.part";

/// The number of bytes at which old servers start to count from 0 again.
const WRAP: u64 = 1 << 32;

/// A file on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) time: u64,
    /// The number of half seconds until the file becomes visible.
    pub(crate) hidden: u8,
    /// The server returns this size instead for half a second.
    pub(crate) lag: Option<u64>,
    /// True if we wrote it, in this run or an earlier one.
    pub(crate) ours: bool,
    pub(crate) excuse: Excuse,
}

/// The reason why a file of ours may differ from the sent data without an error of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Excuse {
    /// No reason.
    #[default]
    None,
    /// The server replied 226, and stored something else. Valid as long as no answer of the server contradicts it.
    Lie,
    /// The size does not show the difference: the server has stored the same number of different bytes; another client
    /// has changed the part that we resumed behind after our query; or a transfer to a server that converts line ends
    /// was cut. Valid as long as nothing contradicts it.
    Hole,
}

/// The server's answers to SIZE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sizes {
    Told,
    /// The size modulo 2^32.
    Wrapped,
    /// 550 to every SIZE: a drop box.
    Refused,
    /// 502.
    Untold,
}

/// The properties of the server that do not change during a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) sizes: Sizes,
    pub(crate) hashes: bool,
    pub(crate) times: bool,
    /// True if two files that are stored in one run have the same time.
    pub(crate) coarse: bool,
    pub(crate) renames: bool,
    /// RNTO replaces an existing file.
    pub(crate) replaces: bool,
    /// STOR replaces an existing file.
    pub(crate) overwrites: bool,
    /// Names may begin with a dot.
    pub(crate) dots: bool,
    /// REST: 0 means that the server obeys it, 1 that it refuses it, and 2 that it accepts and ignores it.
    pub(crate) rest: usize,
    /// True if a file becomes visible under its name only when it is complete.
    pub(crate) at_end: bool,
}

/// The world at one moment.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) files: [Option<File>; 4],
    /// Files of earlier runs under names that are no longer used.
    pub(crate) orphans: Vec<File>,
    pub(crate) ours: Vec<u8>,
    /// The first byte of each file stands for 2^32 bytes.
    pub(crate) big: bool,
    /// In half seconds.
    pub(crate) clock: u64,
    /// The last file with our name that was not ours.
    pub(crate) old: Option<Vec<u8>>,
    /// True if another client has removed the file with our name.
    pub(crate) taken: bool,
    /// True if another client has stored a file with our name and length.
    pub(crate) neighbour: bool,
    /// True if another client has changed the file with this name since the last answer about it.
    pub(crate) touched: [bool; 4],
    /// True if the local file has changed.
    pub(crate) source_changed: bool,
    /// True if our complete file got its name, and we have not undone that.
    pub(crate) placed: bool,
    events: u8,
}

impl World {
    pub(crate) fn new(script: &Script) -> Self {
        let kind = Kind {
            sizes: [Sizes::Told, Sizes::Told, Sizes::Refused, Sizes::Untold, Sizes::Wrapped][script.choice(5)],
            hashes: script.choice(3) == 1,
            times: script.yes(),
            coarse: script.choice(4) == 1,
            renames: script.choice(6) != 1,
            replaces: script.choice(3) != 1,
            overwrites: script.choice(5) != 1,
            dots: script.choice(5) != 1,
            rest: script.choice(3),
            at_end: script.choice(4) == 1,
        };
        let big = kind.sizes == Sizes::Wrapped && script.yes();
        let ours = text(script);
        // No server can distinguish an empty file from one of 2^32 bytes.
        let big = big && !ours.is_empty();
        let files = [old(script, &ours), None, None, None];
        let old = files[0].as_ref().map(|file| file.bytes.clone());
        let placed = old.as_ref() == Some(&ours);
        let (taken, neighbour, source_changed, touched) = (false, false, false, [false; 4]);
        let (orphans, clock, events) = (Vec::new(), 100, 0);
        Self { kind, files, orphans, ours, big, clock, old, taken, neighbour, touched, source_changed, placed, events }
    }

    /// Returns the size of the simulated file that has this number of bytes here.
    pub(crate) fn length(&self, units: usize) -> u64 {
        let more = if self.big && units > 0 { WRAP - 1 } else { 0 };
        units as u64 + more
    }

    /// Returns the number of bytes here for the size of a simulated file; `None` within the first byte of a big file.
    pub(crate) fn units(&self, length: u64) -> Option<usize> {
        (0..=self.ours.len() + 9).find(|&units| self.length(units) == length)
    }

    pub(crate) fn whole(&self) -> u64 {
        self.length(self.ours.len())
    }

    pub(crate) fn now(&self) -> u64 {
        if self.kind.coarse { 7 } else { self.clock / 2 }
    }

    pub(crate) fn put(&mut self, at: usize, file: Option<File>) {
        self.files[at] = file;
        let whole = self.files[0].as_ref().is_some_and(|own| own.bytes == self.ours);
        self.placed = if at == 0 { whole } else { self.placed || whole };
    }

    /// Half a second passes in the world.
    pub(crate) fn settle(&mut self) {
        self.clock += 1;
        for file in self.files.iter_mut().flatten() {
            file.hidden = file.hidden.saturating_sub(1);
            file.lag = None;
        }
    }

    /// Returns the answer to SIZE.
    pub(crate) fn size(&self, at: usize) -> Found {
        match (self.kind.sizes, &self.files[at]) {
            (Sizes::Untold, _) => Found::Untold,
            (Sizes::Refused, _) | (_, None) => Found::Refused,
            (_, Some(file)) if file.hidden > 0 => Found::Refused,
            (sizes, Some(file)) => {
                let size = file.lag.unwrap_or(self.length(file.bytes.len()));
                Found::Bytes(if sizes == Sizes::Wrapped { size % WRAP } else { size })
            }
        }
    }

    /// The program was killed: the next run has no knowledge of this one. It generates its own names, except for those
    /// of a partial file that it must find again.
    pub(crate) fn killed(&mut self, found_again: bool) {
        let gone = if found_again { 3..4 } else { 1..4 };
        self.orphans.extend(self.files[gone.clone()].iter_mut().filter_map(Option::take));
        for part in &mut self.files[1..3] {
            // If sizes are returned modulo 2^32, the next run cannot distinguish a longer file from a shorter one.
            *part = part.take().filter(|_| !self.big);
        }
        for file in self.files[1..3].iter_mut().flatten() {
            // Without a hash, the next run cannot distinguish the first bytes of our file from bytes that the server
            // has converted.
            if !self.ours.starts_with(&file.bytes) {
                file.excuse = Excuse::Hole;
            }
        }
    }

    /// Plays one event that other clients, scanners and editors cause. `writing` is the name that is being written to.
    /// Returns true if that file no longer has its name.
    pub(crate) fn event(&mut self, script: &Script, writing: Option<usize>) -> bool {
        let what = script.odd(9);
        if what == 0 || self.events == 2 {
            return false;
        }
        self.events += 1;
        let length = self.ours.len();
        match what {
            1 => self.neighbour_stores(vec![b'x'; length]),
            2 => self.neighbour_stores(vec![b'x'; script.choice(length + 2)]),
            3 => self.neighbour_stores(self.ours.clone()),
            4 => self.neighbour_stores(self.ours[..script.choice(length + 1)].to_vec()),
            5 => {
                self.taken |= self.files[0].take().is_some();
                self.touched[0] = true;
            }
            6 => {
                for at in 1..3 {
                    self.files[at] = None;
                    self.touched[at] = true;
                }
            }
            7 => self.source_changed = true,
            _ => self.clock += 2,
        }
        writing.is_some_and(|at| matches!((what, at), (1..=5, 0) | (6, 1 | 2)))
    }

    fn neighbour_stores(&mut self, bytes: Vec<u8>) {
        // A server that counts modulo 2^32 reports the same size for longer files, too.
        self.neighbour |= self.length(bytes.len()) % WRAP == self.whole() % WRAP;
        self.placed |= bytes == self.ours;
        self.old = Some(bytes.clone());
        self.touched[0] = true;
        self.files[0] = Some(File { bytes, time: self.now(), ..File::default() });
    }
}

fn text(script: &Script) -> Vec<u8> {
    let length = [5, 3, 0, 1, 2, 4, 6, 8][script.choice(8)];
    (0..length).map(|_| b"ab\n"[script.choice(3)]).collect()
}

/// Returns the file that has our name before the run.
fn old(script: &Script, ours: &[u8]) -> Option<File> {
    let bytes = match script.choice(7) {
        0 | 1 => return None,
        2 => vec![b'o'; ours.len()],
        3 => vec![b'o'; script.choice(9)],
        4 => ours[..script.choice(ours.len() + 1)].to_vec(),
        5 => ours.to_vec(),
        _ => [ours, b"o"].concat(),
    };
    Some(File { bytes, time: 7, ..File::default() })
}

/// Returns the index of a name.
pub(crate) fn slot(name: Name) -> usize {
    match name {
        Name::Own => 0,
        Name::Temporary => 1,
        Name::PlainTemporary => 2,
        Name::Aside => 3,
    }
}
