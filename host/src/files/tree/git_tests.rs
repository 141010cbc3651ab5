//! The rules are those of git: for random trees and rules, a scan lists the files that `git ls-files --others` lists.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestError, TestRunner};
use proptest::{collection::vec, sample::select};

use super::Tree;
use crate::request::tree::{Links, Rule, TreeRules};

/// The parts of the names. Each is also the name of a file and of a directory.
const NAMES: &[&str] = &["a", "b", "ab", "a b", "#x", "!y", ".c", "b.o"];

/// The pieces of the patterns.
const PIECES: &[&str] =
    &["a", "b", "ab", "*", "?", "**", "/", "/", "[ab]", "[!a]", "\\#x", "\\!y", ".c", "*.o", "#", "!", "a b", " "];

/// An empty repository, and a folder for trees.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// Makes the repository. `None` if there is no git on this machine.
    fn new() -> Option<Self> {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(repository.path("tree")).unwrap();
        repository.git(&["init", "-q"]).map(|_| repository)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let mut git = Command::new("git");
        git.env_clear().env("PATH", std::env::var_os("PATH")?).env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nowhere");
        git.env("GIT_DIR", self.path("git")).env("GIT_WORK_TREE", self.path("tree")).current_dir(self.path("tree"));
        let output = git.args(arguments).output().ok()?;
        assert!(output.status.success(), "{output:?}");
        Some(output.stdout)
    }

    /// Makes the files of a tree, and no others.
    fn make(&self, files: &BTreeSet<PathBuf>) {
        fs::remove_dir_all(self.path("tree")).unwrap();
        fs::create_dir(self.path("tree")).unwrap();
        for file in files {
            let path = self.path("tree").join(file);
            // A file may have the name of a directory above this one.
            if fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.exists() {
                fs::write(path, "").unwrap();
            }
        }
    }

    fn listed_by_git(&self, rules: &str) -> BTreeSet<PathBuf> {
        fs::write(self.path("rules"), rules).unwrap();
        let rules = format!("--exclude-from={}", self.path("rules").display());
        let listed = self.git(&["ls-files", "--others", "-z", &rules]).unwrap();
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect()
    }

    fn listed_by_scan(&self, rules: &TreeRules) -> BTreeSet<PathBuf> {
        let scan = Tree::open(&self.path("tree"), Links::Skip).unwrap().scan(rules).unwrap();
        scan.files.into_iter().map(|file| Path::to_owned(&file.path)).collect()
    }

    fn compare(&self, files: &BTreeSet<PathBuf>, lines: &[String]) {
        let text = lines.join("\n");
        // Malformed patterns are refused here, and match nothing in git.
        let Ok(rules) = TreeRules::new([Rule::Lines(text.clone())], Links::Skip) else { return };
        self.make(files);
        assert_eq!(self.listed_by_scan(&rules), self.listed_by_git(&text), "{files:?} {lines:?}");
    }
}

#[test]
fn a_scan_lists_the_files_that_git_lists() {
    let file = vec(select(NAMES), 1..4).prop_map(|parts| parts.iter().collect::<PathBuf>());
    let piece = vec(select(PIECES), 1..5).prop_map(|pieces| pieces.concat());
    let line = (prop_oneof![4 => Just(""), 1 => Just("!"), 1 => Just("/")], piece, any::<bool>());
    let line = line.prop_map(|(before, piece, slash)| format!("{before}{piece}{}", if slash { "/" } else { "" }));
    let input = (vec(file, 1..12).prop_map(BTreeSet::from_iter), vec(line, 1..5));
    let Some(repository) = Repository::new() else {
        return println!("SKIPPED: there is no git on this machine");
    };
    let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&input, |(files, lines)| {
        repository.compare(&files, &lines);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, (files, lines))) => panic!("{why}: {files:?} {lines:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
