//! Directory trees as values, and their comparison byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The contents of a directory: of each path below it the bytes of the file, or `None` for a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(BTreeMap<String, Option<Vec<u8>>>);

impl Tree {
    /// Reads the tree below `folder`.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.add(folder, "")?;
        Ok(tree)
    }

    fn add(&mut self, folder: &Path, parent: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{parent}{}", entry.file_name().display());
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &format!("{path}/"))?;
                self.0.insert(path, None);
            } else {
                self.0.insert(path, Some(fs::read(entry.path())?));
            }
        }
        Ok(())
    }

    /// Returns the number of files.
    pub(super) fn files(&self) -> usize {
        self.0.values().flatten().count()
    }

    /// Returns the number of directories.
    pub(super) fn directories(&self) -> usize {
        self.0.len() - self.files()
    }

    /// Splits off the entries whose paths satisfy `is_apart`.
    pub(super) fn split(self, is_apart: impl Fn(&str) -> bool) -> (Self, Self) {
        let (apart, others) = self.0.into_iter().partition(|(path, _)| is_apart(path));
        (Self(others), Self(apart))
    }

    /// Returns the tree without directories that `before` does not have.
    pub(super) fn without_new_directories(self, before: &Self) -> Self {
        let old = |(path, content): &(String, Option<Vec<u8>>)| content.is_some() || before.0.contains_key(path);
        Self(self.0.into_iter().filter(old).collect())
    }

    /// Returns the paths.
    pub(super) fn paths(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Compares `other` with this tree, which is how it has to be. Returns at most `limit` differences.
    pub(super) fn differences(&self, other: &Self, limit: usize) -> Vec<String> {
        let missing = self.0.iter().filter_map(|(path, content)| match other.0.get(path) {
            None => Some(format!("{path} is not there")),
            Some(there) => (there != content).then(|| format!("{path} differs")),
        });
        let extra = other.0.keys().filter(|path| !self.0.contains_key(*path)).map(|path| format!("{path} is too many"));
        missing.chain(extra).take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use std::fs;
    use std::io;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|(path, content)| ((*path).to_owned(), Some(content.as_bytes().to_vec()))).collect())
    }

    #[test]
    fn a_tree_has_its_files_directories_and_hidden_files() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("a/b"))?;
        fs::write(folder.path().join("a/.c"), "x")?;
        let tree = Tree::read(folder.path())?;
        assert_eq!(tree.paths(), ["a", "a/.c", "a/b"]);
        assert_eq!((tree.files(), tree.directories()), (1, 2));
        Ok(())
    }

    #[test]
    fn every_kind_of_difference_is_found() {
        let wanted = tree(&[("same", "1"), ("missing", "1"), ("other", "1")]);
        let there = tree(&[("same", "1"), ("extra", "1"), ("other", "2")]);
        let found = wanted.differences(&there, 9);
        assert_eq!(found, ["missing is not there", "other differs", "extra is too many"]);
        assert_eq!(wanted.differences(&there, 2).len(), 2);
        assert_eq!(wanted.differences(&wanted, 9), [""; 0]);
    }

    #[test]
    fn new_directories_do_not_count_but_new_files_do() {
        let before = Tree([("old".to_owned(), None)].into());
        let now = Tree([("old".to_owned(), None), ("new".to_owned(), None), ("new/a".to_owned(), Some(vec![]))].into());
        assert_eq!(now.without_new_directories(&before).paths(), ["new/a", "old"]);
    }

    #[test]
    fn entries_can_be_looked_at_apart() {
        let (others, apart) = tree(&[("a", ""), (".b", "")]).split(|path| path.starts_with('.'));
        assert_eq!((others.paths(), apart.paths()), (vec!["a"], vec![".b"]));
    }
}
