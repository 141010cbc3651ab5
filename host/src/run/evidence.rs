//! The meaning of the server's answers about a file. Nothing is overwritten, and nothing is forgotten, on an answer that can
//! mean two things: a file counts as absent only if the listing of its directory must show it and does not, or if the server refuses to tell
//! its size and has told that of another file of the same directory.

use std::collections::HashSet;

use ftp_delivery::Found;
use ftp_plan::remote::{Entry, Form, Kind, Listing};

use crate::report::error::Doubt;
use crate::sandbox::values::Known;

/// The knowledge about a directory on the server.
pub(super) enum Folder {
    /// It does not exist: the listing of the directory above must show it, and does not.
    Absent,
    /// It cannot be listed, and may exist.
    NotListed,
    /// It is listed.
    Listed(Seen),
}

/// A listing, with the names in it as other systems compare them.
pub(super) struct Seen {
    listing: Listing,
    folded: HashSet<Vec<u8>>,
    /// True if a name may stand for one with letters other than those of ASCII.
    may_be_foreign: bool,
    /// True if a name that begins with a dot is listed.
    shows_dots: bool,
}

/// The knowledge about a file on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its name is taken.
    There,
    /// It is not there.
    Absent,
    /// The answers can mean both.
    Unknown(Doubt),
}

/// The part of a listing that concerns one name.
enum Sight<'a> {
    Listed(&'a Entry),
    /// The listing must show it, and does not.
    Excluded,
    /// The listing does not show it, for this reason perhaps.
    Unclear(Doubt),
}

impl Folder {
    /// Returns true if it follows from this folder that nothing in it is called `name`.
    pub(super) fn excludes(&self, name: &[u8]) -> bool {
        match self {
            Self::Absent => true,
            Self::NotListed => false,
            Self::Listed(seen) => matches!(seen.sight(name), Sight::Excluded),
        }
    }

    /// Returns true if a name as `name` may be there without being listed: it begins with a dot, and no such name is listed.
    fn hides(&self, name: &[u8]) -> bool {
        matches!(self, Self::Listed(seen) if name.starts_with(b".") && !seen.shows_dots)
    }

    /// Returns true if a directory called `name` may be there: it is not excluded, or it may be hidden, or the server has listed
    /// nothing at all.
    pub(super) fn may_have_directory(&self, name: &[u8]) -> bool {
        let is_blank = matches!(self, Self::Listed(seen) if seen.listing.entries().next().is_none());
        !self.excludes(name) || self.hides(name) || is_blank
    }

    /// Returns the name of a file in it, if one is listed.
    pub(super) fn witness(&self) -> Option<&[u8]> {
        let Self::Listed(Seen { listing, .. }) = self else { return None };
        listing.entries().find(|(_, entry)| entry.kind == Kind::File).map(|(name, _)| name)
    }
}

/// The path of the directory that was entered.
pub(super) const ROOT: &[u8] = b"";

/// Returns the directory and the last part of a path.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (ROOT, path),
    }
}

/// Returns the path of `name` in `parent`.
pub(super) fn path_of(parent: &[u8], name: &[u8]) -> Vec<u8> {
    if parent == ROOT { name.to_vec() } else { [parent, name].join(&b'/') }
}

/// Returns true if the server need not be asked about `name`.
pub(super) fn is_certain(folder: &Folder, name: &[u8]) -> bool {
    match folder {
        Folder::Absent => true,
        Folder::NotListed => false,
        Folder::Listed(seen) => seen.listing.get(name).is_some(),
    }
}

/// Judges the answers about `name` in `folder`. `known` is the answer to SIZE and MDTM if they were asked; `tells_sizes` is
/// true if the server has told the size of another file of that directory.
pub(super) fn judge(folder: &Folder, name: &[u8], known: Option<&Known>, tells_sizes: bool) -> Verdict {
    let is_told = known.is_some_and(|known| matches!(known.found, Found::Bytes(_)) || known.modified.is_some());
    let is_denied = tells_sizes && known.is_some_and(|known| known.found == Found::Refused);
    let sight = match folder {
        Folder::Absent => return Verdict::Absent,
        Folder::NotListed => Sight::Unclear(Doubt::NotListed),
        Folder::Listed(seen) => seen.sight(name),
    };
    match sight {
        // No file can be stored over a directory. The server's refusal says more than a file that is left out.
        Sight::Listed(entry) if entry.kind == Kind::Directory => Verdict::Absent,
        Sight::Listed(_) => Verdict::There,
        Sight::Excluded | Sight::Unclear(_) if is_told => Verdict::There,
        // Some servers leave such names out of MLSD, too, and refuse commands that read them with 553.
        Sight::Excluded if folder.hides(name) && known.is_none_or(|known| known.found != Found::Refused) => {
            Verdict::Unknown(Doubt::Hidden)
        }
        Sight::Excluded => Verdict::Absent,
        // 550 has many meanings (RFC 959 §4.2.1), but not on a server that tells sizes.
        Sight::Unclear(_) if is_denied => Verdict::Absent,
        Sight::Unclear(doubt) => Verdict::Unknown(doubt),
    }
}

impl Seen {
    /// Prepares `listing` for questions about names.
    pub(super) fn new(listing: Listing) -> Self {
        let folded = listing.entries().map(|(name, _)| folded(name)).collect();
        // Server and client may write such letters in different ways, and servers replace letters that they cannot write.
        let replaces = |name: &[u8]| !name.is_ascii() || name.contains(&b'?') || name.contains(&b'_');
        let may_be_foreign = listing.entries().any(|(name, _)| replaces(name));
        let shows_dots = listing.entries().any(|(name, _)| name.starts_with(b"."));
        Self { listing, folded, may_be_foreign, shows_dots }
    }

    fn sight(&self, name: &[u8]) -> Sight<'_> {
        if let Some(entry) = self.listing.get(name) {
            return Sight::Listed(entry);
        }
        if self.folded.contains(&folded(name)) || self.may_be_foreign && !name.is_ascii() {
            return Sight::Unclear(Doubt::Similar);
        }
        if !self.listing.is_whole() {
            return Sight::Unclear(Doubt::Incomplete);
        }
        match self.listing.form {
            // RFC 3659 §7: MLSD lists all names.
            Form::Facts => Sight::Excluded,
            // A directory that must not be read may look empty.
            Form::Untold => Sight::Unclear(Doubt::Empty),
            Form::Lines if name.starts_with(b".") && !self.shows_dots => Sight::Unclear(Doubt::Hidden),
            Form::Lines => Sight::Excluded,
        }
    }
}

/// Returns the name as servers on Windows compare it: without regard to case, and to dots and spaces at the end.
fn folded(name: &[u8]) -> Vec<u8> {
    let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' ')).map_or(0, |last| last + 1);
    match std::str::from_utf8(&name[..end]) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => name[..end].to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Entry {
        Entry { kind: Kind::File, size: Some(1), modified: None }
    }

    fn listed(form: Form, names: &[&str]) -> Folder {
        let mut listing = Listing::new();
        (listing.form, listing.complete) = (form, true);
        names.iter().for_each(|name| listing.insert(name.as_bytes(), file()).unwrap());
        Folder::Listed(Seen::new(listing))
    }

    fn incomplete(names: &[&str], ignored: u32, complete: bool) -> Folder {
        let mut listing = Listing::new();
        (listing.form, listing.complete, listing.ignored) = (Form::Facts, complete, ignored);
        names.iter().for_each(|name| listing.insert(name.as_bytes(), file()).unwrap());
        Folder::Listed(Seen::new(listing))
    }

    const REFUSED: Known = Known { found: Found::Refused, modified: None };
    const TOLD: Known = Known { found: Found::Bytes(0), modified: None };

    #[test]
    fn a_file_that_the_server_shows_in_any_way_is_there() {
        let shown = listed(Form::Lines, &["a"]);
        assert_eq!(judge(&shown, b"a", None, false), Verdict::There);
        let dated = Known { found: Found::Refused, modified: Some(7) };
        for folder in [&shown, &listed(Form::Facts, &[]), &Folder::NotListed, &incomplete(&[], 1, true)] {
            assert_eq!(judge(folder, b"b", Some(&TOLD), false), Verdict::There);
            assert_eq!(judge(folder, b"b", Some(&dated), true), Verdict::There);
        }
    }

    #[test]
    fn a_refusal_alone_does_not_mean_that_a_file_is_absent() {
        let cases = [
            (Folder::NotListed, Doubt::NotListed),
            (incomplete(&["a"], 0, false), Doubt::Incomplete),
            (incomplete(&["a"], 1, true), Doubt::Incomplete),
            (listed(Form::Untold, &[]), Doubt::Empty),
            (listed(Form::Lines, &["a"]), Doubt::Hidden),
            (listed(Form::Facts, &[".B"]), Doubt::Similar),
        ];
        for (folder, doubt) in cases {
            assert_eq!(judge(&folder, b".b", Some(&REFUSED), false), Verdict::Unknown(doubt));
            // The server has told the size of another file there.
            assert_eq!(judge(&folder, b".b", Some(&REFUSED), true), Verdict::Absent);
            let untold = Known { found: Found::Untold, modified: None };
            assert_eq!(judge(&folder, b".b", Some(&untold), true), Verdict::Unknown(doubt));
        }
    }

    #[test]
    fn a_file_that_a_listing_must_show_and_does_not_is_absent() {
        for folder in [
            listed(Form::Facts, &["a"]),
            listed(Form::Facts, &[]),
            listed(Form::Lines, &["a", ".hidden"]),
            Folder::Absent,
        ] {
            assert_eq!(judge(&folder, b".b", Some(&REFUSED), false), Verdict::Absent);
        }
        assert_eq!(judge(&listed(Form::Lines, &["a"]), b"b", Some(&REFUSED), false), Verdict::Absent);
    }

    #[test]
    fn a_dotted_name_is_absent_only_if_such_names_are_listed_or_the_server_says_that_it_is() {
        let untold = Known { found: Found::Untold, modified: None };
        let judged = |names: &[&str], known: Option<&Known>| judge(&listed(Form::Facts, names), b".b", known, false);
        for known in [None, Some(&untold)] {
            assert_eq!(judged(&["a"], known), Verdict::Unknown(Doubt::Hidden));
            assert_eq!(judged(&[".a"], known), Verdict::Absent);
        }
        assert_eq!(judged(&["a"], Some(&REFUSED)), Verdict::Absent);
    }

    #[test]
    fn names_that_a_server_may_take_for_one_another_are_similar() {
        let doubt = |there: &str, ours: &str| {
            judge(&listed(Form::Facts, &[there]), ours.as_bytes(), Some(&REFUSED), false) != Verdict::Absent
        };
        for (there, ours) in [
            ("A.TXT", "a.txt"),
            ("\u{c4}", "\u{e4}"),
            ("a", "a."),
            ("a", "a .. "),
            ("u\u{308}.txt", "\u{fc}.txt"),
            ("gr??e", "gr\u{fc}\u{df}e"),
        ] {
            assert!(doubt(there, ours), "{there:?} {ours:?}");
        }
        assert!(!doubt("ab", "a") && !doubt("a.txt", "\u{fc}.txt") && !doubt("\u{fc}.txt", "u.txt"));
    }

    #[test]
    fn a_directory_is_no_file() {
        let mut listing = Listing::new();
        listing.insert(b"a", Entry { kind: Kind::Directory, size: None, modified: None }).unwrap();
        let folder = Folder::Listed(Seen::new(listing));
        assert_eq!(judge(&folder, b"a", None, false), Verdict::Absent);
    }
}
