//! Paths with case folded, as servers on file systems that ignore case compare them.

use alloc::vec::Vec;

use crate::local::LocalTree;
use crate::operations::CaseCollision;
use crate::path::RemotePath;

/// The local paths by the hash of their folded form. Equal hashes of unequal paths only have the effect that a file of the
/// server is kept.
pub(crate) struct FoldedPaths(Vec<(u64, u32)>);

impl FoldedPaths {
    /// Takes the paths of the tree: directories, files, and those that are left out, in this order.
    pub(crate) fn of(local: &LocalTree) -> Self {
        let mut hashes: Vec<_> = (0..).zip(paths(local)).map(|(index, path)| (hash(path.as_bytes()), index)).collect();
        hashes.sort_unstable();
        Self(hashes)
    }

    /// Returns true if a local path equals `path` when case is folded.
    pub(crate) fn contains(&self, path: &[u8]) -> bool {
        let wanted = hash(path);
        self.0.binary_search_by(|(hash, _)| hash.cmp(&wanted)).is_ok()
    }

    /// Returns the pairs of local paths that are equal if case is folded.
    pub(crate) fn collisions(&self, local: &LocalTree) -> Vec<CaseCollision> {
        let neighbours = self.0.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        let mut found: Vec<_> = neighbours
            .filter_map(|pair| {
                let (one, other) = (path_at(local, pair[0].1)?, path_at(local, pair[1].1)?);
                let (first, second) = if one <= other { (one, other) } else { (other, one) };
                let collide = first != second && folded(first.as_bytes()).eq(folded(second.as_bytes()));
                collide.then(|| CaseCollision { first: first.clone(), second: second.clone() })
            })
            .collect();
        found.sort_unstable_by(|one, other| one.first.cmp(&other.first));
        found
    }
}

fn paths(local: &LocalTree) -> impl Iterator<Item = &RemotePath> {
    local.directories().iter().chain(local.files().iter().map(|file| &file.path)).chain(local.left_out())
}

fn path_at(local: &LocalTree, index: u32) -> Option<&RemotePath> {
    let index = usize::try_from(index).ok()?;
    let (directories, files) = (local.directories(), local.files());
    directories
        .get(index)
        .or_else(|| Some(&files.get(index - directories.len())?.path))
        .or_else(|| local.left_out().get(index - directories.len() - files.len()))
}

/// Returns the bytes of a path with case folded: each part by Unicode if it is UTF-8, else by ASCII.
pub(crate) fn folded(path: &[u8]) -> impl Iterator<Item = u32> {
    path.split(|&byte| byte == b'/').flat_map(|part| {
        let text = core::str::from_utf8(part).ok();
        let letters = text.into_iter().flat_map(str::chars).flat_map(char::to_lowercase).map(u32::from);
        let other = if text.is_none() { part } else { &[] };
        // Bytes of other charsets are kept apart from the letters of Unicode with the same numbers.
        let bytes = other.iter().map(|byte| 0x20_0000 | u32::from(byte.to_ascii_lowercase()));
        letters.chain(bytes).chain([u32::from(b'/')])
    })
}

/// Returns the FNV-1a hash of the folded path.
fn hash(path: &[u8]) -> u64 {
    folded(path).fold(0xcbf2_9ce4_8422_2325, |hash, letter| (hash ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn equal(one: &[u8], other: &[u8]) -> bool {
        folded(one).eq(folded(other)) && hash(one) == hash(other)
    }

    #[test]
    fn utf_8_is_folded_by_unicode_and_other_bytes_by_ascii() {
        assert!(equal("Ä/ΣX".as_bytes(), "ä/σx".as_bytes()));
        assert!(equal(b"A\xc4", b"a\xc4") && !equal(b"A\xc4", b"a\xe4"));
        assert!(equal("Ä/A\u{0}".as_bytes(), "ä/a\u{0}".as_bytes()));
        assert!(equal(b"\xc3\x84/\xff", b"\xc3\xa4/\xff"));
    }

    #[test]
    fn bytes_and_parts_are_kept_apart() {
        assert!(!equal(b"\xe4", "ä".as_bytes()));
        assert!(!equal(b"a/b", b"ab"));
    }

    #[test]
    fn equal_paths_of_two_lists_are_no_collision() {
        let path = |path: &[u8]| RemotePath::parse(path).unwrap();
        let tree = LocalTree::new(vec![path(b"a"), path(b"A")], vec![], vec![path(b"a")]);
        let folded = FoldedPaths::of(&tree);
        assert!(folded.contains(b"a") && !folded.contains(b"b"));
        let pairs: Vec<_> = folded.collisions(&tree).into_iter().map(|pair| (pair.first, pair.second)).collect();
        assert!(!pairs.is_empty() && pairs.iter().all(|pair| *pair == (path(b"A"), path(b"a"))));
    }
}
