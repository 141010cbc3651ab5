//! Decides for one local file if that of the server equals it.

use crate::Inputs;
use crate::answers::{Answer, HashAnswer, Size, Time};
use crate::local::LocalFile;
use crate::manifest::Remembered;
use crate::operations::Reason;
use crate::path::{name_of, parent_of};
use crate::remote::{Directory, Entry, Kind};
use crate::rules::Compared;

/// The comparison of a run.
pub(crate) struct Comparison<'a> {
    inputs: &'a Inputs<'a>,
    pub(crate) compared: Compared,
}

/// The result for one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The files are equal.
    Unchanged,
    /// The file has to be stored.
    Store(Reason),
    /// The server has to be asked for its size, and perhaps for its time.
    Ask { time: bool },
    /// The server's hash has to be compared.
    Compare,
    /// The hash of the local file is needed.
    HashLocally,
}

/// The knowledge about a path of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It is listed.
    Listed(Entry),
    /// It does not exist.
    Missing,
    /// No listing says if it exists.
    Unseen,
}

/// The size and time of a file of the server, from its listing or from the answers.
#[derive(Clone, Copy)]
struct Facts {
    sight: Sight,
    size: Option<u64>,
    modified: Option<u64>,
    answer: Answer,
}

impl Sight {
    /// Returns true if an entry of this kind is listed.
    pub(crate) fn is(self, kind: Kind) -> bool {
        matches!(self, Self::Listed(entry) if entry.kind == kind)
    }
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(inputs: &'a Inputs<'a>) -> Self {
        Self { inputs, compared: inputs.rules.compared(inputs.manifest.is_some()) }
    }

    /// Compares one file with the server's, of which `sight` is known.
    pub(crate) fn judge(&self, file: &LocalFile, sight: Sight) -> Verdict {
        let remembered = self.inputs.manifest.and_then(|manifest| manifest.get(file.path.as_bytes()));
        if self.inputs.trusted().is_some() && self.compared != Compared::Nothing {
            return match remembered {
                // A trusted manifest comes without listings, and only they could tell if the file was stored.
                Some(remembered) if remembered.pending => Verdict::Store(Reason::HashUnknown),
                Some(remembered) => against_manifest(file, remembered).unwrap_or(Verdict::Unchanged),
                None => Verdict::Store(Reason::New),
            };
        }
        let facts = Facts::of(self.inputs, file, sight);
        match (facts.sight, self.compared) {
            (_, Compared::Manifest) => self.by_manifest(file, remembered, &facts),
            (Sight::Missing, _) => Verdict::Store(Reason::New),
            (_, Compared::Nothing) => Verdict::Store(Reason::NotCompared),
            (_, Compared::Time) => self.by_time(file, &facts),
            (_, Compared::Size) => self.by_size(file, &facts, false).unwrap_or(Verdict::Unchanged),
            (_, Compared::Hash) => self.by_size(file, &facts, false).unwrap_or_else(|| self.by_hash(facts.answer)),
        }
    }

    /// Returns the verdict if the sizes differ or are unknown; `None` if they are equal.
    fn by_size(&self, file: &LocalFile, facts: &Facts, time: bool) -> Option<Verdict> {
        match facts.size {
            Some(there) if there == file.size => None,
            Some(there) => Some(Verdict::Store(Reason::Size { there, here: file.size })),
            None => Some(self.ask_size(facts, time)),
        }
    }

    fn ask_size(&self, facts: &Facts, time: bool) -> Verdict {
        if facts.answer.size.is_none() && self.inputs.rules.server.size {
            return Verdict::Ask { time: time && self.inputs.rules.server.time };
        }
        Verdict::Store(if facts.sight == Sight::Unseen { Reason::Unseen } else { Reason::SizeUnknown })
    }

    fn by_time(&self, file: &LocalFile, facts: &Facts) -> Verdict {
        if let Some(verdict) = self.by_size(file, facts, true) {
            return verdict;
        }
        match facts.modified {
            Some(there) if Some(there) == file.modified => Verdict::Unchanged,
            Some(there) => Verdict::Store(Reason::Time { there, here: file.modified }),
            None if facts.answer.modified.is_none() && self.inputs.rules.server.time => Verdict::Ask { time: true },
            None => Verdict::Store(Reason::TimeUnknown),
        }
    }

    fn by_hash(&self, answer: Answer) -> Verdict {
        match answer.hash {
            Some(HashAnswer::Same) => Verdict::Unchanged,
            Some(HashAnswer::Different) => Verdict::Store(Reason::Contents),
            None if self.inputs.rules.server.hash => Verdict::Compare,
            Some(HashAnswer::Unavailable) | None => Verdict::Store(Reason::HashUnknown),
        }
    }

    /// A file that the manifest does not have may be one that a run has stored before it was killed: it is compared by
    /// time.
    fn by_manifest(&self, file: &LocalFile, remembered: Option<&Remembered>, facts: &Facts) -> Verdict {
        match (remembered.filter(|remembered| remembered.sha256.is_some()), facts.sight) {
            (None, Sight::Missing) => Verdict::Store(Reason::New),
            (None, Sight::Listed(_) | Sight::Unseen) => self.by_time(file, facts),
            (Some(_), Sight::Missing) => Verdict::Store(Reason::MissingThere),
            (Some(remembered), Sight::Listed(_) | Sight::Unseen) => {
                against_manifest(file, remembered).unwrap_or_else(|| self.against_server(remembered, facts))
            }
        }
    }

    fn against_server(&self, remembered: &Remembered, facts: &Facts) -> Verdict {
        match facts.size {
            None => self.ask_size(facts, false),
            size if remembered.fits(size, facts.modified) => Verdict::Unchanged,
            Some(_) => Verdict::Store(Reason::ChangedThere),
        }
    }
}

/// Returns the verdict if the contents of the local file differ from those that were stored, or are unknown; `None` if
/// they are equal.
fn against_manifest(file: &LocalFile, remembered: &Remembered) -> Option<Verdict> {
    match (remembered.sha256, file.hash) {
        _ if remembered.size != file.size => {
            Some(Verdict::Store(Reason::Size { there: remembered.size, here: file.size }))
        }
        (None, _) => Some(Verdict::Store(Reason::HashUnknown)),
        (Some(_), None) => Some(Verdict::HashLocally),
        (Some(there), Some(here)) if there == here => None,
        (Some(_), Some(_)) => Some(Verdict::Store(Reason::Contents)),
    }
}

impl Facts {
    fn of(inputs: &Inputs<'_>, file: &LocalFile, sight: Sight) -> Self {
        let answer = inputs.answers.get(file.path.as_bytes());
        let sight = match (sight, answer.size) {
            // The server refuses to tell the size of a file that no listing shows. If it exists, it is stored again.
            (Sight::Unseen, Some(Size::Refused)) => Sight::Missing,
            // The directory is removed before the file is stored, or the file is in conflict with it.
            (Sight::Listed(Entry { kind: Kind::Directory, .. }), _) => Sight::Missing,
            (sight, _) => sight,
        };
        let listed = match sight {
            Sight::Listed(entry) if entry.kind == Kind::File => (entry.size, entry.modified),
            // The size of a link says nothing about its target.
            Sight::Listed(_) | Sight::Missing | Sight::Unseen => (None, None),
        };
        let told = match answer.size {
            Some(Size::Bytes(bytes)) => Some(bytes),
            Some(Size::Refused | Size::Untold) | None => None,
        };
        let time = match answer.modified {
            Some(Time::Seconds(seconds)) => Some(seconds),
            Some(Time::Untold) | None => None,
        };
        Self { sight, size: listed.0.or(told), modified: listed.1.or(time), answer }
    }
}

/// Returns the knowledge about `path`.
pub(crate) fn sight(inputs: &Inputs<'_>, path: &[u8]) -> Sight {
    let mut path = path;
    let mut at_path = true;
    loop {
        match inputs.remote.get(parent_of(path)) {
            Some(Directory::Listed(listing)) => match listing.get(name_of(path)) {
                Some(entry) if at_path => return Sight::Listed(*entry),
                // A file is in the place of the directory, so nothing is below it.
                Some(Entry { kind: Kind::File, .. }) => return Sight::Missing,
                None if listing.excludes(name_of(path)) => return Sight::Missing,
                Some(_) | None => return Sight::Unseen,
            },
            Some(Directory::Absent) => return Sight::Missing,
            Some(Directory::NotListed(_)) => return Sight::Unseen,
            None if parent_of(path).is_empty() => return Sight::Unseen,
            None => (path, at_path) = (parent_of(path), false),
        }
    }
}
