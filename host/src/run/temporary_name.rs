//! Names that we make up: for files that are not whole yet, for old files that are moved aside, for a question about a name
//! that nobody has. Recognisable as ours; and, where a later run shall find them again, made of what tells one version of a
//! file from another.

use std::hash::{BuildHasher, RandomState};

use ftp_delivery::Name;
use sha2::{Digest, Sha256};

use crate::files::source::Source;

/// How much of the file's own name is kept, in bytes: with the rest it stays below what file systems allow (255).
const KEPT: usize = 100;

/// The names on the server that one delivery uses.
pub(super) struct Names {
    own: Vec<u8>,
    /// What stands between the file's own name and the ending.
    mark: u64,
    /// The same for names that no other run has.
    new: u64,
}

impl Names {
    /// Those of `source`. With `found_again`, every run that sends the same version of the same file has the same temporary
    /// name.
    pub(super) fn of(source: &Source, found_again: bool) -> Self {
        // Its keys come from the system's random numbers. Others must not guess the name, which fastrand does not promise.
        let new = RandomState::new().hash_one(source.name());
        let mark = if found_again { version(source) } else { new };
        Self { own: source.name().to_vec(), mark, new }
    }

    /// The bytes of a name.
    pub(super) fn bytes(&self, name: Name) -> Vec<u8> {
        match name {
            Name::Own => self.own.clone(),
            Name::Temporary => made_up(".", &self.own, self.mark, "part"),
            Name::PlainTemporary => made_up("", &self.own, self.mark, "part"),
            Name::Aside => made_up(".", &self.own, self.new, "old"),
        }
    }

    /// A name that nobody has, for a question.
    pub(super) fn unused(&self) -> Vec<u8> {
        made_up(".", &self.own, !self.new, "part")
    }
}

/// The kernel gives a file a new change time whenever its content changes, and a new inode when it is built anew: together
/// with the device, size, time and name they stand for one content, as long as nobody turns the clock back.
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

/// Cut where it does not split a letter, should the name be UTF-8.
fn made_up(dot: &str, name: &[u8], mark: u64, ending: &str) -> Vec<u8> {
    let mut end = name.len().min(KEPT);
    while end > 0 && name.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    [dot.as_bytes(), &name[..end], format!(".{mark:016x}.{ending}").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_letters() {
        let name = "ü".repeat(80);
        let cut = made_up(".", name.as_bytes(), 0x12, "part");
        assert!(String::from_utf8(cut.clone()).is_ok());
        assert!(
            cut.len() <= 1 + KEPT + 22 && cut.starts_with(b".\xc3\xbc") && cut.ends_with(b".0000000000000012.part")
        );
        assert_eq!(made_up(".", b"a", 1, "part"), b".a.0000000000000001.part");
    }
}
