//! Measures the time and the memory of large plans: `cargo test --release -p ftp-plan --test speed -- --ignored --nocapture`.
//! The limits are ten times the values of the build machine, so that only a wrong order of growth fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, Instant};

use ftp_plan::answers::Answers;
use ftp_plan::local::{LocalFile, LocalTree};
use ftp_plan::manifest::{Manifest, Remembered};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Directory, Entry, Form, Kind, Listing, RemoteTree};
use ftp_plan::rules::{Abilities, Compare, Delete, Rules};
use ftp_plan::{Branch, Inputs, directories_to_list, plan, questions};

const FILES: u64 = 100_000;
const TARGET: &str = "ftp://user@host/site";
const LIMIT: Duration = Duration::from_secs(5);

struct Site {
    local: LocalTree,
    remote: RemoteTree,
    manifest: Manifest,
}

/// A site of 1,000 directories with 100 files each, of which one in ten has changed.
fn site() -> Site {
    let (mut directories, mut files) = (Vec::new(), Vec::new());
    let (mut remote, mut manifest) = (RemoteTree::new(), Manifest::new(TARGET));
    let mut root = whole();
    for number in 0..FILES / 100 {
        let directory = RemotePath::parse(format!("directory-{number:04}").as_bytes()).unwrap();
        let facts = Entry { kind: Kind::Directory, size: None, modified: None };
        root.insert(directory.name(), facts).unwrap();
        let mut listing = whole();
        for file in 0..100 {
            let path = directory.join(format!("some-asset-{file:03}.js").as_bytes()).unwrap();
            let size = 1000 + u64::from(file % 10 == 0);
            files.push(LocalFile { path: path.clone(), size, modified: Some(7), hash: Some([size as u8; 32]) });
            listing.insert(path.name(), Entry { kind: Kind::File, size: Some(1000), modified: Some(7) }).unwrap();
            manifest.record(
                path,
                Remembered {
                    pending: false,
                    stored: true,
                    sha256: Some([1000_u64 as u8; 32]),
                    size: 1000,
                    server_size: Some(1000),
                    server_modified: Some(7),
                },
            );
        }
        listing.insert(b"extra", Entry { kind: Kind::File, size: Some(1), modified: Some(7) }).unwrap();
        remote.insert(directory.clone(), Directory::Listed(listing));
        directories.push(directory);
    }
    remote.insert(RemotePath::root(), Directory::Listed(root));
    Site { local: LocalTree::new(directories, files, Vec::new()), remote, manifest }
}

fn whole() -> Listing {
    let mut listing = Listing::new();
    (listing.complete, listing.form) = (true, Form::Facts);
    listing
}

fn measured<T>(name: &str, act: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = act();
    println!("{name}: {:?}", start.elapsed());
    assert!(start.elapsed() < LIMIT, "{name}");
    result
}

/// The most memory that the process has used, in kilobytes. Only Linux tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok())
}

#[test]
#[ignore = "a measurement, for an optimised build"]
fn a_hundred_thousand_files_are_planned_quickly() {
    let site = measured("the inputs", site);
    let before = peak();
    let (answers, path) = (Answers::new(), RemotePath::parse(b".ftp-uploader.manifest").unwrap());
    let rules = Rules {
        compare: Compare::Auto,
        delete: Delete::Extra,
        max_delete: None,
        unlimited: false,
        manifest: Some(&path),
        target: TARGET,
        trust_manifest: false,
        locked: true,
        sets_times: true,
        last: &|path| path.as_bytes().ends_with(b".html"),
        excluded: &|_, _| false,
        temporary: &|_| None,
        server: Abilities { facts: true, size: true, time: true, hash: false, refuses_full_directories: false },
    };
    let inputs = Inputs {
        local: &site.local,
        remote: &site.remote,
        manifest: Some(&site.manifest),
        answers: &answers,
        rules: &rules,
    };
    let listing = site.remote.listing(b"").unwrap();
    let next = || directories_to_list(&site.local, Some(&site.manifest), &rules, &Branch::root(), listing);
    assert_eq!(measured("directories_to_list", next).len(), 1000);
    assert!(measured("questions", || questions(&inputs)).is_empty());
    let plan = measured("plan", || plan(&inputs)).unwrap();
    assert_eq!((plan.store.len(), plan.remove.len(), plan.unchanged), (10_000, 1000, 90_000));
    let bytes = measured("Manifest::to_bytes", || plan.remembered.to_bytes());
    measured("Manifest::parse", || Manifest::parse(&bytes, TARGET)).unwrap();
    println!("the manifest: {} bytes; memory: {before:?} kB for the inputs, {:?} kB at most", bytes.len(), peak());
}
