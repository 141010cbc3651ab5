//! Entries of the server that are in the way of local ones.

use ftp_plan::operations::{Clear, ConflictKind};
use ftp_plan::rules::Delete;

use super::{file, remember, server, stored};
use crate::engine::{Run, parsed, text};
use crate::model::Node;

/// D10.
#[test]
fn a_file_in_the_way_fails_its_subtree_only_and_links_are_entered() {
    let mut server = server(&[("css", file(1, 1)), ("js", Node::Link)]);
    server.add("@/js/old", file(1, 1));
    let plan = Run::new(&[("css/a/b", 1, 10), ("js/b", 1, 10), ("css-x", 1, 10)]).plan(&server).unwrap();
    assert_eq!((stored(&plan), plan.make.len()), (vec!["css-x", "js/b"], 0));
    assert_eq!(plan.conflicts.len(), 1);
    assert_eq!((text(&plan.conflicts[0].path), plan.conflicts[0].kind), ("css", ConflictKind::FileForDirectory));
}

/// D24.
#[test]
fn a_file_of_an_earlier_run_gives_way_to_a_directory_and_a_foreign_one_does_not() {
    let mut server = server(&[("a", file(1, 10))]);
    let run = Run::new(&[("a/b", 1, 10)]).deleting(Delete::Own);
    let plan = run.plan(&server).unwrap();
    assert_eq!((plan.conflicts.len(), plan.is_empty()), (1, true));
    remember(&mut server, &[("a", 1, 10)]);
    let plan = run.plan(&server).unwrap();
    assert_eq!(plan.clear.iter().map(|clear| text(clear.path())).collect::<Vec<_>>(), ["a"]);
    assert_eq!((text(&plan.make[0]), stored(&plan)), ("a", vec!["a/b"]));
    let plan = run.deleting(Delete::Nothing).plan(&server).unwrap();
    assert_eq!((plan.conflicts.len(), plan.is_empty()), (1, true));
}

/// D24.
#[test]
fn a_directory_of_earlier_runs_gives_way_to_a_file_if_nothing_else_is_in_it() {
    let mut server = server(&[("a/b/c", file(1, 10)), ("z", file(1, 10)), ("y", file(1, 10))]);
    remember(&mut server, &[("a/b/c", 1, 10)]);
    let run = Run::new(&[("a", 1, 10), ("z", 1, 10)]).deleting(Delete::Own);
    let plan = run.plan(&server).unwrap();
    assert_eq!(plan.clear.iter().map(|clear| text(clear.path())).collect::<Vec<_>>(), ["a/b/c", "a/b", "a"]);
    assert!(matches!(plan.clear[0], Clear::File(_)) && matches!(plan.clear[1], Clear::Directory(_)));
    assert_eq!((stored(&plan), plan.remove.len(), plan.remove_directories.len()), (vec!["a"], 0, 0));
    server.add("a/foreign", file(1, 1));
    let plan = run.plan(&server).unwrap();
    assert_eq!((plan.conflicts[0].kind, plan.clear.len()), (ConflictKind::DirectoryForFile, 0));
    assert_eq!((stored(&plan), plan.remove[0].path.clone()), (vec![], parsed("a/b/c")));
}

/// The lock and the manifest are no files of the tree.
#[test]
fn local_files_with_reserved_names_are_not_stored_and_those_of_the_server_stay() {
    let lock = ".ftp-uploader.lock/me";
    let manifest = crate::engine::MANIFEST;
    let run = Run {
        with_manifest: true,
        max_delete: Some(9),
        ..Run::new(&[(lock, 1, 10), (manifest, 1, 10)]).deleting(Delete::Extra)
    };
    let plan = run.plan(&server(&[(manifest, file(1, 1))])).unwrap();
    assert_eq!((plan.is_empty(), plan.notes.len()), (true, 2));
    let run = Run { with_manifest: true, ..Run::new(&[("a", 1, 10)]).deleting(Delete::Extra) };
    let server = server(&[(manifest, file(1, 1)), (".ftp-uploader.lock/me", Node::Directory), ("a", file(1, 10))]);
    assert!(run.plan(&server).unwrap().is_empty());
}
