//! The fence around a process that opens its files later: those beneath a directory, or many named ones. It can open
//! these files for reading, and nothing else.
//!
//! Linux only. `fence.rs` has the fence around a process whose files are open.

#![cfg(target_os = "linux")]

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ftp_uploader::{Links, Put, Request, Target, TreeRules, Uploader};
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use test_servers::skips::skipped;

use crate::support::child::{in_a_child, tell};

/// Confines this process to an upload of `put`, and tells if every part of the fence is active.
fn confine(put: Put) {
    let request = Request::of(Target::new("127.0.0.1:9".parse().unwrap(), "u").unwrap(), put);
    let uploader = Uploader::new().unwrap();
    let walls = uploader.prepare(&request, Arc::new(())).unwrap().confine();
    // The test process has one more thread than an upload, which Landlock before version 8 cannot enclose.
    let missing = walls.missing().find(|(_, why)| !why.contains("one thread that began earlier is outside"));
    tell("walls stand", missing.map_or(Ok(()), |(name, why)| Err(format!("{name}: {why}"))));
}

fn put() -> Put {
    Put::into_directory(".").unwrap()
}

fn content(path: PathBuf) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// openat2(2), whose flags the filter of system calls cannot see.
fn openat2_to_write(path: &Path) -> rustix::io::Result<()> {
    openat2(CWD, path, OFlags::RDWR | OFlags::CREATE, Mode::RUSR, ResolveFlags::empty()).map(drop)
}

#[test]
fn a_fenced_process_with_a_directory_opens_the_files_in_it_and_nothing_else() {
    let name = "sandbox::fence_trees::a_fenced_process_with_a_directory_opens_the_files_in_it_and_nothing_else";
    let tried = in_a_child(name, || {
        let folder = tempfile::tempdir().unwrap();
        let (site, outside) = (folder.path().join("site"), folder.path().join("outside"));
        fs::create_dir_all(site.join("css")).unwrap();
        fs::write(site.join("css/a"), "content").unwrap();
        fs::write(&outside, "secret").unwrap();
        symlink("css/a", site.join("inside")).unwrap();
        symlink(&outside, site.join("out")).unwrap();
        confine(put().tree(&site).unwrap().rules(TreeRules::new([], Links::Follow).unwrap()));
        tell("file beneath", content(site.join("css/a")));
        tell("file beneath by a link", content(site.join("inside")));
        tell("no file outside", content(outside.clone()));
        tell("no file by a link", content(site.join("out")));
        tell("no file by dots", content(site.join("css/../../outside")));
        tell("no file of the system", content("/etc/passwd".into()));
        tell("no directory", fs::read_dir(&site).map(drop));
        tell("no writing", OpenOptions::new().append(true).open(site.join("css/a")).map(drop));
        tell("no new file", File::create(site.join("new")).map(drop));
        tell("no writing by openat2", openat2_to_write(&site.join("css/a")));
        tell("no new file by openat2", openat2_to_write(&site.join("new")));
        tell("no removal", fs::remove_file(site.join("css/a")));
        tell("no new directory", fs::create_dir(site.join("made")));
    });
    judge(&tried, 14);
}

#[test]
fn a_fenced_process_with_many_named_files_opens_these_and_nothing_else() {
    let name = "sandbox::fence_trees::a_fenced_process_with_many_named_files_opens_these_and_nothing_else";
    let tried = in_a_child(name, || {
        let folder = tempfile::tempdir().unwrap();
        let path = |number: usize| folder.path().join(number.to_string());
        (0..101).for_each(|number| fs::write(path(number), "content").unwrap());
        confine((0..100).fold(put(), |put, number| put.file(path(number)).unwrap()));
        tell("file that was named", content(path(99)));
        tell("no file beside it", content(path(100)));
        tell("no directory", fs::read_dir(folder.path()).map(drop));
        tell("no writing by openat2", openat2_to_write(&path(99)));
    });
    judge(&tried, 5);
}

/// Checks that exactly the attempts without "no" in their name have succeeded.
fn judge(tried: &std::collections::BTreeMap<String, String>, count: usize) {
    if tried["walls stand"].contains("Landlock") {
        return skipped("the Landlock of this kernel is too old");
    }
    assert_eq!(tried.len(), count, "{tried:?}");
    for (what, outcome) in tried {
        let refused = ["code: 13", "code: 38", "Os { code: 13", "PermissionDenied", "Errno(13)", "ACCES"];
        match what.starts_with("no ") {
            true => assert!(refused.iter().any(|error| outcome.contains(error)), "{what}: {outcome}"),
            false => assert!(outcome.starts_with("Ok"), "{what}: {outcome}"),
        }
    }
}
