//! Generates names on the server: for incomplete files, for older files that are moved aside, and for a question about
//! a name that no file has. Users can recognise them by their endings. If a later run must find a name again, it is
//! derived from the version of the local file.

use std::hash::{BuildHasher, RandomState};

use ftp_delivery::Name;
use sha2::{Digest, Sha256};

use crate::files::source::Source;

/// The maximum number of bytes of the file's own name in a generated name, which must be shorter than the limit of file
/// systems (255 bytes).
const MAX_OWN_NAME: usize = 100;

/// The name under which a file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As the options of the request say.
    AsRequested,
    /// A temporary name, which the run changes into the file's own when all files are there.
    Staged {
        /// True if a later run can find the temporary name again.
        found_again: bool,
    },
    /// The same for a file that belongs to the run itself, and not to the job: observers do not hear of its beginning.
    OfRun,
}

/// The names on the server that one delivery uses.
pub(super) struct Names {
    own: Vec<u8>,
    /// True if the delivery ends under the temporary name.
    staged: bool,
    /// The number in temporary names, between the file's own name and the ending.
    tag: u64,
    /// The number in names that no other run must have.
    unique_tag: u64,
}

impl Names {
    /// The names for `source`, which is stored under the path `own`. If `reproducible`, every run that sends the same
    /// version of the same file uses the same temporary name.
    pub(super) fn of(source: &Source, own: &[u8], naming: Naming, reproducible: bool) -> Self {
        let (staged, reproducible) = match naming {
            Naming::AsRequested => (false, reproducible),
            Naming::Staged { found_again } => (true, found_again),
            Naming::OfRun => (true, false),
        };
        // RandomState takes its keys from the system's random numbers: others must not guess the name.
        let unique_tag = RandomState::new().hash_one(own);
        let tag = if reproducible { version(source) } else { unique_tag };
        Self { own: own.to_vec(), staged, tag, unique_tag }
    }

    /// Returns the file's own path.
    pub(super) fn own(&self) -> &[u8] {
        &self.own
    }

    /// Returns true if the delivery ends under the temporary name.
    pub(super) fn are_staged(&self) -> bool {
        self.staged
    }

    /// Returns the bytes of a name.
    pub(super) fn bytes(&self, name: Name) -> Vec<u8> {
        match name {
            Name::Own if !self.staged => self.own.clone(),
            Name::Own | Name::Temporary => generated(".", &self.own, self.tag, "part"),
            Name::PlainTemporary => generated("", &self.own, self.tag, "part"),
            Name::Aside => generated(".", &self.own, self.unique_tag, "old"),
        }
    }

    /// Returns a name that no file has, for a question to the server.
    pub(super) fn unused(&self) -> Vec<u8> {
        generated(".", &self.own, !self.unique_tag, "part")
    }
}

/// Returns a name beside `path` that no file has, for a question to the server.
pub(super) fn unused(path: &[u8]) -> Vec<u8> {
    generated(".", path, !RandomState::new().hash_one(path), "part")
}

/// Returns a name in the entered directory for the file of a check, which begins with `dot`. Nobody else can guess it, or has
/// it.
pub(super) fn of_check(dot: &str) -> Vec<u8> {
    generated(dot, b"ftp-uploader", RandomState::new().hash_one("check"), "part")
}

/// Returns a number that identifies this version of the file. The kernel changes the change time of a file whenever its
/// content changes, and a file that is created again has another inode. Together with device, size, modification time
/// and name they identify the content, unless the clock of the machine is set back.
fn version(source: &Source) -> u64 {
    let (numbers, name) = source.identity();
    let mut hash = Sha256::new();
    for number in numbers {
        hash.update(number.to_be_bytes());
    }
    hash.update(name);
    let [a, b, c, d, e, f, g, h, ..] = hash.finalize()[..] else { return 0 };
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Returns a generated name in the directory of `path`. A long name is cut at a character boundary, if it is UTF-8.
fn generated(dot: &str, path: &[u8], tag: u64, ending: &str) -> Vec<u8> {
    let (directory, name) = path.split_at(path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1));
    let mut end = name.len().min(MAX_OWN_NAME);
    while end > 0 && name.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    [directory, dot.as_bytes(), &name[..end], format!(".{tag:016x}.{ending}").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let name = "ü".repeat(80);
        let cut = generated(".", name.as_bytes(), 0x12, "part");
        assert!(String::from_utf8(cut.clone()).is_ok());
        assert!(cut.len() <= 1 + MAX_OWN_NAME + 22);
        assert!(cut.starts_with(b".\xc3\xbc") && cut.ends_with(b".0000000000000012.part"));
        assert_eq!(generated(".", b"a", 1, "part"), b".a.0000000000000001.part");
        assert_eq!(generated(".", b"dir/a", 1, "part"), b"dir/.a.0000000000000001.part");
    }
}
