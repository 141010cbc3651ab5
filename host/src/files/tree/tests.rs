//! Tests of scanning and opening, with real directories. [`tangle`] has one of everything that an upload meets.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, mkdirat, mknodat, openat};
use rustix::io::Errno;
use tempfile::TempDir;

use super::{Scan, Tree};
use crate::platform::directories::{open, open_by_parts};
use crate::report::error::{SourceProblem, UploadError};
use crate::report::skipped::SkipReason;
use crate::request::tree::{Links, Rule, TreeRules};

/// A directory `site` with files, links and special files, and a directory `outside` beside it.
fn tangle() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("css/deep")).unwrap();
    fs::create_dir_all(site.join("empty")).unwrap();
    fs::create_dir(folder.path().join("outside")).unwrap();
    fs::write(folder.path().join("outside/secret"), "secret").unwrap();
    for (name, content) in [(".hidden", "1"), ("b", "22"), ("css/a", "333"), ("css/deep/back\\slash", "4444")] {
        fs::write(site.join(name), content).unwrap();
    }
    fs::write(site.join(OsStr::from_bytes(b"m\xfcll")), "55555").unwrap();
    fs::write(site.join("line\nfeed"), "").unwrap();
    fs::write(site.join(OsStr::from_bytes(b"telnet\xff")), "").unwrap();
    let links = [("to-b", "b"), ("to-css", "css"), ("css/up", "../b"), ("css/deep/loop", "../../css")];
    let wrong = [("self", "self"), ("broken", "nothing"), ("out", "../outside"), ("css/out", "../../outside/secret")];
    links.into_iter().chain(wrong).for_each(|(name, target)| symlink(target, site.join(name)).unwrap());
    symlink(site.join("b"), site.join("absolute")).unwrap();
    mknodat(CWD, site.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    drop(UnixListener::bind(site.join("socket")).unwrap());
    folder
}

fn rules(rules: &[Rule], links: Links) -> TreeRules {
    TreeRules::new(rules.iter().cloned(), links).unwrap()
}

fn scan(site: &Path, rules: &TreeRules) -> Scan {
    Tree::open(site, rules.links()).unwrap().scan(rules).unwrap()
}

/// Returns the files with their sizes, the directories with a slash behind them, and the skipped paths with the reason.
fn shown(site: &Path, scan: &Scan) -> Vec<String> {
    let name = |path: &Path| path.as_os_str().as_bytes().escape_ascii().to_string();
    let directories = scan.directories.iter().map(|path| name(path) + "/");
    let files = scan.files.iter().map(|file| format!("{} {}", name(&file.path), file.size));
    let skipped = scan.skipped.iter().map(|skipped| {
        let path = name(skipped.path.strip_prefix(site).unwrap());
        format!("{path}: {}", skipped.why)
    });
    directories.chain(files).chain(skipped).collect()
}

#[test]
fn a_scan_lists_everything_in_order_and_skips_links_and_special_files_with_the_reason() {
    let folder = tangle();
    let site = folder.path().join("site");
    let link = "it is a symbolic link";
    let listed = [
        "css/",
        "css/deep/",
        "empty/",
        ".hidden 1",
        "b 2",
        "m\\xfcll 5",
        "css/a 3",
        "css/deep/back\\\\slash 4",
        &format!("absolute: {link}"),
        &format!("broken: {link}"),
        "line\\nfeed: its name contains a line feed; no FTP command can carry that",
        &format!("out: {link}"),
        "pipe: it is not a regular file",
        &format!("self: {link}"),
        "socket: it is not a regular file",
        "telnet\\xff: its name contains the byte 0xff, which begins a Telnet command; no FTP command can carry that",
        &format!("to-b: {link}"),
        &format!("to-css: {link}"),
        &format!("css/out: {link}"),
        &format!("css/up: {link}"),
        &format!("css/deep/loop: {link}"),
    ];
    assert_eq!(shown(&site, &scan(&site, &TreeRules::default())), listed);
}

#[test]
fn links_are_followed_only_inside_the_tree_and_never_in_a_circle() {
    let folder = tangle();
    let site = folder.path().join("site");
    let found = shown(&site, &scan(&site, &rules(&[], Links::Follow)));
    let has = |line: &str| found.iter().any(|found| found == line);
    for line in ["to-b 2", "css/up 2", "to-css/", "to-css/a 3", "to-css/deep/", "to-css/deep/back\\\\slash 4"] {
        assert!(has(line), "{line}: {found:#?}");
    }
    let (out, circle) = (SkipReason::OutsideTree, SkipReason::Loop);
    for (path, why) in [("out", &out), ("absolute", &out), ("css/out", &out), ("to-css/out", &out)] {
        assert!(has(&format!("{path}: {why}")), "{path}: {found:#?}");
    }
    for path in ["self", "css/deep/loop", "to-css/deep/loop"] {
        assert!(has(&format!("{path}: {circle}")), "{path}: {found:#?}");
    }
    assert!(has(&format!("broken: {}", SkipReason::BrokenLink)) && !found.iter().any(|line| line.contains("secret")));
}

#[test]
fn a_directory_that_is_left_out_is_not_entered_and_nothing_in_it_is_skipped_aloud() {
    let folder = tangle();
    let site = folder.path().join("site");
    let rules = |text: &str| rules(&[Rule::Lines(text.to_owned())], Links::Skip);
    let found = scan(&site, &rules("css/\n*\n!/b\n!css/a\n"));
    assert_eq!(shown(&site, &found), ["b 2"]);
    let found = scan(&site, &rules("/*\n!/css/\n/css/*\n!/css/a\n"));
    assert_eq!(shown(&site, &found), ["css/", "css/a 3"]);
}

#[test]
fn a_file_is_opened_beneath_the_tree_and_nothing_else_is() {
    let folder = tangle();
    let site = folder.path().join("site");
    for links in [Links::Skip, Links::Follow] {
        let tree = Tree::open(&site, links).unwrap();
        assert_eq!(tree.open_source(Path::new("css/a")).unwrap().size(), Some(3));
        let problem = |path: &str| match tree.open_source(Path::new(path)).err() {
            Some(UploadError::Source { file, problem }) => {
                assert_eq!(file, site.join(path));
                problem
            }
            other => panic!("{path}: {other:?}"),
        };
        for path in ["out/secret", "css/out", "../outside/secret", "/etc/passwd", "absolute", "gone", "self"] {
            assert!(matches!(problem(path), SourceProblem::Unreadable(_)), "{path}");
        }
        assert!(matches!(problem("pipe"), SourceProblem::NotAFile));
        assert!(matches!(problem("css"), SourceProblem::Directory));
        assert_eq!(tree.open_source(Path::new("to-b")).is_ok(), links == Links::Follow);
        assert_eq!(tree.open_source(Path::new("to-css/a")).is_ok(), links == Links::Follow);
    }
}

#[test]
fn without_openat2_each_path_opens_the_same_file_or_fails_alike() {
    let folder = tangle();
    let root = File::open(folder.path().join("site")).unwrap();
    let paths = ["", ".", "b", "css/a", "css/deep/back\\slash", "to-b", "to-css/a", "css/up", "to-css/up", "empty"];
    let wrong = ["out", "out/secret", "css/out", "..", "../outside", "/etc", "absolute", "self", "broken", "b/c", "no"];
    for path in paths.iter().chain(&wrong) {
        for follows in [false, true] {
            let inode = |opened: Result<std::os::fd::OwnedFd, Errno>| {
                opened.map(|file| rustix::fs::fstat(file).unwrap()).map(|status| (status.st_dev, status.st_ino))
            };
            let by_parts = open_by_parts(root.as_fd(), Path::new(path), OFlags::RDONLY, follows);
            let at_once = open(root.as_fd(), Path::new(path), OFlags::RDONLY, follows);
            let (by_parts, at_once) = (inode(by_parts), inode(at_once));
            match (&by_parts, &at_once) {
                // With O_DIRECTORY and O_NOFOLLOW, the system says for a link that it is no directory.
                (Err(Errno::NOTDIR), Err(Errno::LOOP)) => {}
                _ => assert_eq!(by_parts, at_once, "{path} {follows}"),
            }
        }
    }
}

#[test]
fn a_file_that_vanishes_or_is_replaced_after_the_scan_is_a_reason_to_skip_it() {
    let folder = tangle();
    let site = folder.path().join("site");
    let tree = Tree::open(&site, Links::Skip).unwrap();
    let why = |path: &str| match tree.open_source(Path::new(path)).err().unwrap() {
        UploadError::Source { problem, .. } => SkipReason::of(problem).unwrap(),
        other => panic!("{other}"),
    };
    fs::remove_file(site.join("b")).unwrap();
    assert!(matches!(why("b"), SkipReason::Vanished));
    symlink(folder.path().join("outside/secret"), site.join("b")).unwrap();
    assert!(matches!(why("b"), SkipReason::Vanished));
    fs::remove_file(site.join("b")).unwrap();
    mknodat(CWD, site.join("b"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert!(matches!(why("b"), SkipReason::NotAFile));
    assert!(SkipReason::of(SourceProblem::Unreadable(Errno::MFILE.into())).is_err());
    assert!(SkipReason::of(SourceProblem::Changed).is_err());
}

#[test]
fn a_denial_of_the_system_is_a_reason_to_skip_one_file() {
    let denied = SkipReason::of_open(io::Error::from(Errno::ACCESS)).unwrap();
    assert_eq!(denied.to_string(), "Permission denied");
}

#[test]
fn thousands_of_levels_are_walked_as_far_as_a_path_can_reach() {
    let folder = tempfile::tempdir().unwrap();
    let mut at = File::open(folder.path()).unwrap();
    for _ in 0..2_500 {
        mkdirat(&at, "d", Mode::RWXU).unwrap();
        at = openat(&at, "d", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap().into();
    }
    let tree = Tree::open(folder.path(), Links::Follow).unwrap();
    let found = tree.scan(&TreeRules::default()).unwrap();
    assert!(found.directories.len() > 2_000, "{}", found.directories.len());
    assert_eq!(found.skipped.len(), 1);
    assert!(matches!(found.skipped[0].why, SkipReason::PathTooLong));
    fs::remove_dir_all(folder.path()).unwrap();
}

#[test]
fn directories_full_of_links_to_each_other_are_not_walked_on_every_path() {
    let folder = tempfile::tempdir().unwrap();
    let directory = |number: usize| folder.path().join(format!("d{number}"));
    (0..20).for_each(|number| fs::create_dir(directory(number)).unwrap());
    for number in 0..19 {
        ["x", "y"]
            .iter()
            .for_each(|name| symlink(format!("../d{}", number + 1), directory(number).join(name)).unwrap());
    }
    let found = scan(folder.path(), &rules(&[], Links::Follow));
    assert!((10_000..30_000).contains(&found.directories.len()), "{}", found.directories.len());
    assert!(found.skipped.iter().all(|skipped| matches!(skipped.why, SkipReason::TooManyPaths)));
    assert!(!found.skipped.is_empty());
}

#[test]
fn the_root_may_be_a_link_and_a_file_is_no_tree() {
    let folder = tangle();
    let tree = Tree::open(&folder.path().join("site/to-css"), Links::Skip).unwrap();
    assert_eq!(tree.scan(&TreeRules::default()).unwrap().files.len(), 2);
    assert_eq!(tree.remote_name(), Some(&b"to-css"[..]));
    assert!(Tree::open(&folder.path().join("site/b"), Links::Skip).is_err());
}

#[test]
fn three_spellings_of_a_directory_have_one_name_and_a_path_without_a_last_part_has_none() {
    let folder = tangle();
    let named = |path: &str| {
        let tree = Tree::open(&folder.path().join(path), Links::Skip).unwrap();
        tree.remote_name().map(<[u8]>::to_vec)
    };
    for spelling in ["site", "site/", "site/."] {
        assert_eq!(named(spelling), Some(b"site".to_vec()), "{spelling}");
    }
    assert_eq!(named("site/.."), None);
    assert!(
        [".", "..", "/"].iter().all(|path| Tree::open(Path::new(path), Links::Skip).unwrap().remote_name().is_none())
    );
}
