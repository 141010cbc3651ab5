//! Names for files that are not whole yet: hidden, recognisable as ours, and, where a later run shall find them again,
//! made of what tells one version of a file from another.

use std::hash::{BuildHasher, RandomState};

use sha2::{Digest, Sha256};

use crate::source::Source;

/// How much of the file's own name is kept, in bytes: with the rest it stays below what file systems allow (255).
const KEPT: usize = 100;

/// A name that only the same version of the same file gets, in every run.
pub(super) fn that_is_found_again(source: &Source) -> Vec<u8> {
    let (size, seconds, nanoseconds, name) = source.identity();
    let mut hash = Sha256::new();
    hash.update(size.to_be_bytes());
    hash.update(seconds.to_be_bytes());
    hash.update(nanoseconds.to_be_bytes());
    hash.update(name);
    let [a, b, c, d, e, f, g, h, ..] = hash.finalize()[..] else { return of(name, 0) };
    of(name, u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A name that nobody else has, as far as chance goes.
pub(super) fn that_is_new(source: &Source) -> Vec<u8> {
    of(source.name(), RandomState::new().hash_one(source.name()))
}

/// Cut where it does not split a letter, should the name be UTF-8.
fn of(name: &[u8], mark: u64) -> Vec<u8> {
    let mut end = name.len().min(KEPT);
    while end > 0 && name.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    [b".", &name[..end], format!(".{mark:016x}.part").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_letters() {
        let name = "ü".repeat(80);
        let cut = of(name.as_bytes(), 0x12);
        assert!(String::from_utf8(cut.clone()).is_ok());
        assert!(
            cut.len() <= 1 + KEPT + 22 && cut.starts_with(b".\xc3\xbc") && cut.ends_with(b".0000000000000012.part")
        );
        assert_eq!(of(b"a", 1), b".a.0000000000000001.part");
    }
}
