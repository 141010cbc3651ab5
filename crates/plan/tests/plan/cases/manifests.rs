//! Manifests that cannot be used, and runs that were killed.

use ftp_plan::manifest::{Manifest, Remembered, Unusable};
use ftp_plan::operations::{Note, RemoveReason};
use ftp_plan::rules::{Compared, Delete};

use super::{file, remember, removed, server, stored};
use crate::engine::{Run, TARGET, parsed, remembered};
use crate::model::File;

/// D4.
#[test]
fn a_manifest_that_is_empty_cut_foreign_or_hostile_is_unusable() {
    let mut manifest = Manifest::new(TARGET);
    manifest.record(parsed("a"), remembered(File { content: 1, modified: 1 }, true));
    manifest.record_directory(parsed("d"));
    let good = String::from_utf8(manifest.to_bytes()).unwrap();
    let parse = |text: &str| Manifest::parse(text.as_bytes(), TARGET);
    assert_eq!(parse(&good), Ok(manifest));
    assert_eq!(parse(""), Err(Unusable::Empty));
    assert_eq!(parse(&good.replace("\"version\":1", "\"version\":2")), Err(Unusable::Version(2)));
    assert_eq!(parse(&good.replace("/site", "/other")), Err(Unusable::OtherTarget));
    for length in 1..good.len() {
        assert_eq!(parse(&good[..length]), Err(Unusable::Malformed));
    }
    for path in
        ["../../x", "/etc/x", "a\\r\\nDELE b", "a%0d%0aDELE b", "a//b", "a/", "", "%2", "%zz", "%2e%2e/x", "d/%ff"]
    {
        assert_eq!(parse(&good.replace("\"a\"", &format!("\"{path}\""))), Err(Unusable::Malformed), "{path}");
        assert_eq!(parse(&good.replace("\"d\"", &format!("\"{path}\""))), Err(Unusable::Malformed), "{path}");
    }
    let twice = good.replace("\"a\":{", "\"%61\":{\"size\":1,\"stored\":true},\"a\":{");
    assert_eq!(parse(&twice), Err(Unusable::Malformed));
}

/// D4.
#[test]
fn without_a_usable_manifest_files_are_compared_by_time_and_nothing_is_removed() {
    let mut server = server(&[("a", file(1, 10)), ("b", file(1, 10))]);
    remember(&mut server, &[("b", 1, 10)]);
    server.manifest.as_mut().unwrap().pop();
    let plan = Run::new(&[("a", 1, 10)]).deleting(Delete::Own).plan(&server).unwrap();
    assert!(plan.is_empty());
    assert_eq!((plan.notes, plan.unchanged), (vec![Note::NoManifest], 1));
}

/// D3, D2.
#[test]
fn a_run_that_was_killed_is_continued_with_and_without_a_manifest() {
    let names: Vec<_> = (0..200).map(|number| format!("f{number}")).collect();
    let files: Vec<_> = names.iter().map(|name| (&**name, 1, 10)).collect();
    for with_manifest in [false, true] {
        let mut server = server(&[]);
        let run = Run { with_manifest, ..Run::new(&files) };
        run.sync(&mut server, 120).unwrap();
        assert_eq!(run.plan(&server).unwrap().store.len(), 80);
        // The files that were stored after the manifest was written for the last time are found by their times.
        remember(&mut server, &files[..50]);
        assert_eq!(run.plan(&server).unwrap().store.len(), 80);
    }
}

#[test]
fn a_trusted_manifest_needs_no_listing_and_removes_no_directory() {
    let mut server = server(&[("a", file(1, 10)), ("d/b", file(1, 10)), ("c", file(1, 10))]);
    remember(&mut server, &[("a", 1, 10), ("d/b", 1, 10), ("c", 1, 10)]);
    let run = Run { trust: true, ..Run::new(&[("a", 1, 99), ("c", 4, 10), ("e/n", 1, 1)]).deleting(Delete::Own) };
    let plan = run.plan(&server).unwrap();
    assert_eq!((stored(&plan), removed(&plan), plan.unchanged), (vec!["c", "e/n"], vec!["d/b"], 1));
    assert_eq!((plan.remove[0].reason, plan.compared), (RemoveReason::OwnTrusted, Compared::Manifest));
    assert_eq!((plan.make, plan.remove_directories.len()), (vec![parsed("e")], 0));
    assert_eq!(plan.notes, [Note::DirectoriesKept]);
}

#[test]
fn a_trusted_manifest_shows_what_is_in_the_way() {
    let mut server = server(&[]);
    remember(&mut server, &[("a", 1, 10), ("b/c", 1, 10)]);
    let run = Run { trust: true, with_manifest: true, ..Run::new(&[("a/x", 1, 1), ("b", 1, 1)]) };
    let plan = run.plan(&server).unwrap();
    assert_eq!((plan.conflicts.len(), plan.is_empty()), (2, true));
    let plan = run.deleting(Delete::Own).plan(&server).unwrap();
    assert_eq!((plan.clear[0].path(), stored(&plan)), (&parsed("a"), vec!["a/x"]));
}

#[test]
fn a_trusted_manifest_removes_nothing_that_is_excluded() {
    let mut server = server(&[]);
    remember(&mut server, &[("a", 1, 10), ("logs/b", 1, 10), ("c", 1, 10)]);
    let run =
        Run { trust: true, excluded: Some("logs"), ..Run::new(&[("a", 1, 10), ("c", 1, 10)]).deleting(Delete::Own) };
    assert_eq!(removed(&run.plan(&server).unwrap()), [""; 0]);
}

#[test]
fn a_file_that_somebody_else_made_equal_is_remembered_as_it_is() {
    let mut server = server(&[("a", file(1, 99))]);
    remember(&mut server, &[("a", 1, 10)]);
    let run = Run { compare: ftp_plan::rules::Compare::Size, with_manifest: true, ..Run::new(&[("a", 1, 10)]) };
    let known = *run.plan(&server).unwrap().remembered.get(b"a").unwrap();
    assert_eq!((known.stored, known.sha256, known.server_modified), (false, None, Some(99)));
}

/// D3: a run that is killed leaves the intention to store a file, and perhaps the file.
#[test]
fn an_intention_counts_only_if_the_server_shows_the_size_and_the_time_of_it() {
    for (there, expected) in [(10, 0), (11, 1)] {
        let mut server = server(&[("a", file(1, there))]);
        let mut manifest = Manifest::new(TARGET);
        let intended = remembered(File { content: 1, modified: 10 }, true);
        manifest.record(parsed("a"), Remembered { pending: true, ..intended });
        server.manifest = Some(manifest.to_bytes());
        // The checkout of the next run has new times.
        let run = Run { with_manifest: true, ..Run::new(&[("a", 1, 99)]) };
        let plan = run.plan(&server).unwrap();
        assert_eq!(plan.store.len(), expected, "{there}");
        let known = plan.remembered.get(b"a").unwrap();
        assert_eq!((known.pending, known.stored), (expected == 1, true));
    }
}
