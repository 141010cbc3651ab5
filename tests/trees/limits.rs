//! Large trees need few descriptors and little memory, and files that this process may not read are skipped.
//!
//! Linux only. The limits and rights are those of a child process.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use ftp_uploader::{Prepared, Put, Request, Target, Uploader};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

use crate::support::child::{in_a_child, tell};

/// The descriptors that the child may have: standard streams, those of the test, and some for the library.
const DESCRIPTORS: u64 = 40;

/// The memory that 20,000 files may need beyond that for one file, in KiB: 600 bytes a file.
const MEMORY_KIB: u64 = 12 * 1024;

fn request(put: Put) -> Request {
    Request::of(Target::new("127.0.0.1:9".parse().unwrap(), "u").unwrap(), put)
}

fn put() -> Put {
    Put::into_directory(".").unwrap()
}

fn prepared<'a>(uploader: &'a Uploader, request: &'a Request) -> Prepared<'a> {
    uploader.prepare(request, Arc::new(())).unwrap()
}

/// Returns the largest amount of memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim_end_matches("kB").trim().parse().unwrap()
}

fn make_files(folder: &Path, directories: usize, files: usize) {
    for directory in (0..directories).map(|number| folder.join(format!("directory-{number:05}"))) {
        fs::create_dir(&directory).unwrap();
        (0..files).for_each(|number| fs::write(directory.join(format!("file-{number:05}")), "x").unwrap());
    }
}

#[test]
fn twenty_thousand_files_need_few_descriptors_and_little_memory() {
    let name = "trees::limits::twenty_thousand_files_need_few_descriptors_and_little_memory";
    let told = in_a_child(name, || {
        let folder = tempfile::tempdir().unwrap();
        make_files(folder.path(), 200, 100);
        let none = Rlimit { current: Some(DESCRIPTORS), maximum: Some(DESCRIPTORS) };
        setrlimit(Resource::Nofile, none).unwrap();
        let uploader = Uploader::new().unwrap();
        tell_memory(&uploader, folder.path());
        // Each directory is a tree of its own.
        let path = |number: usize| folder.path().join(format!("directory-{number:05}"));
        let request = self::request((0..200).fold(put(), |put, number| put.tree(path(number)).unwrap()));
        let trees = prepared(&uploader, &request).grants().trees.iter().map(|tree| tree.files).sum::<usize>();
        tell("trees", Ok::<_, ()>(trees));
        // Each file is named.
        let named = (0..2000).fold(put(), |put, number| {
            let file = path(number / 100).join(format!("file-{:05}", number % 100));
            let name = folder.path().join(format!("named-{number}"));
            fs::hard_link(file, &name).unwrap();
            put.file(name).unwrap()
        });
        let request = self::request(named);
        let prepared = prepared(&uploader, &request);
        tell("named", Ok::<_, ()>(prepared.grants().files.len()));
        // One Landlock rule for each of them. The thread that runs the tests is outside before Landlock 8.
        let missing = prepared.confine().missing().filter(|(_, why)| !why.contains("began earlier")).count();
        tell("walls that are missing", Ok::<_, ()>(missing));
    });
    assert_eq!(told["memory"], "Ok(())");
    assert_eq!(told["found"], "Ok((20000, 200, 20000, 0))");
    assert_eq!((&*told["trees"], &*told["named"]), ("Ok(20000)", "Ok(2000)"));
    assert!(["Ok(0)", "Ok(4)"].contains(&&*told["walls that are missing"]), "{told:?}");
}

/// Tells the memory that the 20,000 files of `folder` need. The component and the allocator need theirs for few files, too.
fn tell_memory(uploader: &Uploader, folder: &Path) {
    let few = request(put().tree(folder.join("directory-00000")).unwrap());
    drop(prepared(uploader, &few));
    let (before, request) = (peak(), request(put().tree(folder).unwrap()));
    let prepared = prepared(uploader, &request);
    let needed = peak() - before;
    tell("memory", if needed < MEMORY_KIB { Ok(()) } else { Err(needed) });
    let grants = prepared.grants();
    let tree = &grants.trees[0];
    tell("found", Ok::<_, ()>((tree.files, tree.directories, tree.bytes, tree.skipped.len())));
}

/// Tests often run as root, whose capabilities open every file.
#[test]
fn files_and_directories_that_this_process_may_not_read_are_skipped() {
    let name = "trees::limits::files_and_directories_that_this_process_may_not_read_are_skipped";
    let told = in_a_child(name, || {
        let folder = tempfile::tempdir().unwrap();
        make_files(folder.path(), 2, 2);
        for path in ["directory-00000/file-00001", "directory-00001"] {
            fs::set_permissions(folder.path().join(path), Permissions::from_mode(0o0)).unwrap();
        }
        let mut rights = capabilities(None).unwrap();
        rights.effective -= CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
        set_capabilities(None, rights).unwrap();
        let request = request(put().tree(folder.path()).unwrap());
        let uploader = Uploader::new().unwrap();
        let prepared = uploader.prepare(&request, Arc::new(())).unwrap();
        let grants = prepared.grants();
        let tree = &grants.trees[0];
        let shown = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
        let skipped: Vec<_> =
            tree.skipped.iter().map(|skipped| (shown(&skipped.path), skipped.why.to_string())).collect();
        tell("files", Ok::<_, ()>(tree.files));
        tell("skipped", Ok::<_, ()>(skipped));
        drop(prepared);
        rights.effective |= CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
        // Only root had them, and needs them to remove the folder.
        let _ = set_capabilities(None, rights);
        fs::set_permissions(folder.path().join("directory-00001"), Permissions::from_mode(0o700)).unwrap();
    });
    assert_eq!(told["files"], "Ok(1)");
    let denied =
        r#"Ok([("directory-00000/file-00001", "Permission denied"), ("directory-00001", "Permission denied")])"#;
    assert_eq!(told["skipped"], denied);
}
