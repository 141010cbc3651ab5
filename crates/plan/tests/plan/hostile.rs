//! Properties of plans by listings and manifests that lie.

use std::collections::BTreeSet;

use ftp_plan::manifest::Manifest;
use ftp_plan::operations::Plan;
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Directory, Entry, Kind, Listing, RemoteTree};
use ftp_plan::rules::Delete;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::engine::{Run, TARGET, parsed, remembered};
use crate::model::{File, Node, Server};
use crate::properties::manifest;
use crate::scenarios::{foreign, form, populate, run};

/// Returns all paths that the plan removes.
fn removed(plan: &Plan) -> BTreeSet<RemotePath> {
    let clear = plan.clear.iter().map(|clear| clear.path());
    let files = plan.remove.iter().map(|remove| &remove.path);
    clear.chain(files).chain(&plan.remove_directories).chain(&plan.leftovers).cloned().collect()
}

/// Returns the listings without the entries that `drops` names by number. A listing that has lost an entry is not whole.
fn cut(tree: &RemoteTree, drops: &[bool], by_lines: bool) -> RemoteTree {
    let mut drops = drops.iter().cycle();
    let mut cut = RemoteTree::new();
    for (path, directory) in tree.iter() {
        let Directory::Listed(listing) = directory else {
            cut.insert(path.clone(), directory.clone());
            continue;
        };
        let mut other = Listing::new();
        (other.form, other.complete) = (listing.form, listing.complete);
        for (name, entry) in listing.entries() {
            if *drops.next().unwrap() {
                other.complete &= by_lines;
                other.ignored += u32::from(by_lines);
            } else {
                other.insert(name, *entry).unwrap();
            }
        }
        cut.insert(path.clone(), Directory::Listed(other));
    }
    cut
}

fn entry() -> impl Strategy<Value = Entry> {
    let kind = select(&[Kind::File, Kind::Directory, Kind::Link, Kind::Other][..]);
    (kind, any::<Option<u8>>(), any::<Option<u8>>()).prop_map(|(kind, size, modified)| Entry {
        kind,
        size: size.map(|size| u64::from(size % 3)),
        modified: modified.map(|time| 10 + u64::from(time % 3)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_listing_without_some_entries_adds_no_removal(
        first in run(), second in run(), others in foreign(), form in form(),
        drops in vec(any::<bool>(), 1..20), by_lines in any::<bool>(),
    ) {
        let mut server = Server::new(form);
        populate(&mut server, &others);
        first.sync_if_possible(&mut server);
        let whole = removed(&second.plan(&server).unwrap());
        let cut = removed(&second.plan_with(&server, |tree| cut(&tree, &drops, by_lines)).unwrap());
        prop_assert!(cut.is_subset(&whole), "{:?}", cut.difference(&whole).collect::<Vec<_>>());
    }

    #[test]
    fn an_invented_entry_adds_no_removal_but_its_own(
        first in run(), second in run(), others in foreign(), form in form(),
        invented in vec((any::<Index>(), "[a-c./]{1,3}", entry()), 1..6),
    ) {
        let mut server = Server::new(form);
        populate(&mut server, &others);
        first.sync_if_possible(&mut server);
        let whole = removed(&second.plan(&server).unwrap());
        let mut own = BTreeSet::new();
        let plan = second.plan_with(&server, |tree| {
            let mut changed = tree.clone();
            for (index, name, entry) in &invented {
                let at = index.index(tree.iter().count());
                let (path, _) = tree.iter().nth(at).unwrap();
                let Some(Directory::Listed(listing)) = changed.get(path.as_bytes()) else { continue };
                let mut listing = listing.clone();
                if listing.insert(name.as_bytes(), *entry).is_ok() {
                    own.extend(path.join(name.as_bytes()));
                }
                changed.insert(path.clone(), Directory::Listed(listing));
            }
            changed
        });
        // If an invented entry makes a file look equal, the temporary file of that version is left over.
        let is_temporary = |path: &RemotePath| path.as_bytes().ends_with(b".part");
        let all = removed(&plan.unwrap());
        let added = all.difference(&whole).filter(|path| !is_temporary(path)).cloned().collect::<BTreeSet<_>>();
        prop_assert!(added.is_subset(&own), "{:?}", added);
    }

    #[test]
    fn a_changed_manifest_removes_only_files_that_look_as_it_says(
        first in run(), second in run(), others in foreign(), form in form(),
        changes in vec((any::<Index>(), select(&b"\x00\n\r\"%,./019:abc{}["[..])), 0..4), cut in any::<Option<Index>>(),
        claims in vec((select(&["a", "b", "css/a", "old/b", "../x", ".x"][..]), 0..6_u8, 10..13_u64), 0..3),
    ) {
        let mut server = Server::new(form);
        populate(&mut server, &others);
        Run { with_manifest: true, ..first }.sync_if_possible(&mut server);
        let second = second.deleting(Delete::Own);
        let mut claimed = manifest(&second, &server);
        for (path, content, modified) in claims {
            if let Ok(path) = RemotePath::parse(path.as_bytes()) {
                claimed.record(path, remembered(File { content, modified }, true));
            }
        }
        let mut bytes = claimed.to_bytes();
        let length = bytes.len();
        changes.iter().for_each(|(index, byte)| bytes[index.index(length)] = *byte);
        bytes.truncate(cut.map_or(length, |cut| cut.index(length)));
        server.manifest = Some(bytes);
        let read = manifest(&second, &server);
        let plan = second.plan(&server).unwrap();
        let files = plan.remove.iter().map(|remove| &remove.path).chain(plan.clear.iter().map(|clear| clear.path()));
        for path in files {
            let path = core::str::from_utf8(path.as_bytes()).unwrap();
            prop_assert!(!path.contains(['\r', '\n']) && path.split('/').all(|part| part != ".."));
            let is_as_left = match server.nodes.get(path) {
                Some(Node::File(file)) => {
                    let known = read.get(path.as_bytes()).unwrap();
                    let time = known.server_modified.unwrap_or(file.modified);
                    known.expected_size() == file.size() && (form != ftp_plan::remote::Form::Facts || time == file.modified)
                }
                Some(Node::Directory) => read.owns_directory(path.as_bytes()),
                Some(Node::Link) | None => false,
            };
            prop_assert!(is_as_left || path.ends_with(".part"), "{}", path);
        }
    }

    #[test]
    fn any_bytes_are_a_manifest_or_not(bytes in vec(any::<u8>(), 0..200)) {
        let _unusable = Manifest::parse(&bytes, TARGET);
    }

    #[test]
    fn a_manifest_comes_back_as_it_was_written(
        files in vec((vec(any::<u8>(), 1..12), any::<(bool, bool, Option<[u8; 32]>, u64, Option<u64>, Option<u64>)>()), 0..6),
        directories in vec(vec(any::<u8>(), 1..12), 0..3), target in "\\PC{0,20}",
    ) {
        let mut manifest = Manifest::new(&target);
        for (path, (stored, pending, sha256, size, server_size, server_modified)) in files {
            if let Ok(path) = RemotePath::parse(&path) {
                let file = ftp_plan::manifest::Remembered { stored, pending, sha256, size, server_size, server_modified };
                manifest.record(path, file);
            }
        }
        directories.iter().filter_map(|path| RemotePath::parse(path).ok()).for_each(|path| manifest.record_directory(path));
        prop_assert_eq!(Manifest::parse(&manifest.to_bytes(), &target), Ok(manifest));
    }

    #[test]
    fn no_name_of_a_listing_leads_out_of_its_directory(name in "[a./\\x00\\r\\n\u{7f}]{0,4}", directory in "[a-c]{1,2}") {
        let mut listing = Listing::new();
        let entry = Entry { kind: Kind::File, size: None, modified: None };
        let directory = parsed(&directory);
        match (listing.insert(name.as_bytes(), entry), directory.join(name.as_bytes())) {
            (Ok(()), Ok(path)) => prop_assert!(path.parent() == Some(directory) && path.name() == name.as_bytes()),
            (Err(_), Err(_)) => prop_assert_eq!(listing.ignored, 1),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
