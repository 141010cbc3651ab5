//! Everything that is removed, and everything that stays.

use ftp_plan::manifest::Manifest;
use ftp_plan::operations::{Kept, Note, RemoveReason};
use ftp_plan::remote::{Form, Kind};
use ftp_plan::rules::Delete;

use super::{file, kept, remember, removed, removed_directories, server, server_with, stored, with_listing};
use crate::engine::{Run, TARGET, parsed, text};
use crate::model::Node;

/// D19.
#[test]
fn only_files_of_an_earlier_run_that_are_unchanged_are_removed() {
    let mut server = server(&[
        ("blog/x", file(1, 1)),
        (".well-known/t", file(1, 1)),
        (".ftpquota", file(1, 1)),
        ("old.js", file(1, 10)),
        ("edited.js", file(1, 11)),
    ]);
    remember(&mut server, &[("old.js", 1, 10), ("edited.js", 1, 10)]);
    let plan = Run::new(&[("a", 1, 10)]).deleting(Delete::Own).plan(&server).unwrap();
    assert_eq!((removed(&plan), plan.remove[0].reason), (vec!["old.js"], RemoveReason::Own));
    assert_eq!(kept(&plan), [("edited.js", Kept::Changed), ("blog", Kept::NotOwn)]);
}

/// D19.
#[test]
fn the_directories_of_the_hosting_service_stay_unless_the_local_tree_has_them() {
    let nodes =
        [(".well-known/t", file(1, 1)), (".ftpquota", file(1, 1)), ("CGI-bin/x", file(1, 1)), ("x", file(1, 1))];
    let run = Run { max_delete: Some(9), ..Run::new(&[("a", 1, 10)]).deleting(Delete::Extra) };
    let plan = run.plan(&server(&nodes)).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan)), (vec!["x"], vec![]));
    assert!(kept(&plan).iter().all(|(_, why)| *why == Kept::Protected));
    let plan = Run { directories: vec![".well-known".to_owned()], ..run }.plan(&server(&nodes)).unwrap();
    assert_eq!(removed(&plan), [".well-known/t", "x"]);
}

/// D9.
#[test]
fn a_directory_with_a_foreign_file_stays() {
    let mut server = server(&[
        ("old/a.js", file(1, 10)),
        ("old/.htaccess", file(1, 1)),
        ("gone/b", file(1, 10)),
        ("c", file(1, 10)),
    ]);
    remember(&mut server, &[("old/a.js", 1, 10), ("gone/b", 1, 10)]);
    let run = Run { max_delete: Some(2), ..Run::new(&[("c", 1, 10)]).deleting(Delete::Own) };
    let plan = run.plan(&server).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan)), (vec!["gone/b", "old/a.js"], vec!["gone"]));
    assert_eq!(kept(&plan), [("old", Kept::NotEmpty), ("old/.htaccess", Kept::NotOwn)]);
}

/// D9: LIST hides `.htaccess`, and some servers remove a directory with its contents.
#[test]
fn a_directory_that_was_listed_by_list_is_removed_only_where_the_server_refuses_full_ones() {
    let mut server =
        server_with(Form::Lines, &[("old/a.js", file(1, 10)), ("old/.htaccess", file(1, 1)), ("c", file(1, 10))]);
    remember(&mut server, &[("old/a.js", 1, 10)]);
    let run = Run::new(&[("c", 1, 10)]).deleting(Delete::Own);
    let plan = run.plan(&server).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan)), (vec!["old/a.js"], vec![]));
}

/// D15, D1.
#[test]
fn a_directory_whose_listing_is_not_whole_stays() {
    let server = server(&[("old/a", file(1, 1)), ("b", file(1, 10))]);
    let run = Run { max_delete: Some(9), ..Run::new(&[("b", 1, 10)]).deleting(Delete::Extra) };
    assert_eq!(removed_directories(&run.plan(&server).unwrap()), ["old"]);
    let ignored = run.plan_with(&server, |tree| with_listing(tree, "old", |listing| listing.ignored = 1)).unwrap();
    let cut = run.plan_with(&server, |tree| with_listing(tree, "old", |listing| listing.complete = false)).unwrap();
    assert_eq!((removed_directories(&ignored), removed_directories(&cut)), (vec![], vec![]));
    assert_eq!((removed(&ignored), removed(&cut)), (vec!["old/a"], vec!["old/a"]));
}

/// D11.
#[test]
fn nothing_is_removed_behind_a_link() {
    let mut server = server(&[("js", Node::Link), ("out", Node::Link), ("js2", Node::Directory)]);
    server.add("@/js/a", file(1, 1));
    server.add("@/out/a", file(1, 1));
    let run = Run { max_delete: Some(9), ..Run::new(&[("js/b", 1, 10)]).deleting(Delete::Extra) };
    let plan = run.plan(&server).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan), stored(&plan)), (vec!["out"], vec!["js2"], vec!["js/b"]));
    assert!(plan.links.lead_to(&plan.store[0].path));
    let plan = run.plan_with(&server, |tree| {
        with_listing(tree, "", |listing| {
            let unknown = ftp_plan::remote::Entry { kind: Kind::Other, size: None, modified: None };
            listing.insert(b"out", unknown).unwrap();
        })
    });
    assert_eq!(removed(&plan.unwrap()), [""; 0]);
}

/// LIST without a line proves nothing, so that each directory may be a link until the server has made it.
#[test]
fn files_in_directories_that_a_run_has_made_are_removed_by_a_later_run() {
    for form in [Form::Facts, Form::Lines] {
        let mut server = server_with(form, &[]);
        let first = Run { with_manifest: true, ..Run::new(&[("css/deep/a", 1, 10), ("css/b", 1, 10), ("c", 1, 10)]) };
        first.sync(&mut server, usize::MAX).unwrap();
        let second = Run { max_delete: Some(9), ..Run::new(&[("c", 1, 10)]).deleting(Delete::Own) };
        assert_eq!(removed(&second.plan(&server).unwrap()), ["css/b", "css/deep/a"], "{form:?}");
    }
}

/// MKD is refused for a link, which no listing of LIST shows if its name begins with a dot.
#[test]
fn a_file_in_a_directory_that_was_not_made_is_not_the_run_s_own() {
    let mut server = server_with(Form::Lines, &[(".js", Node::Link)]);
    server.add("@/.js/a", file(1, 1));
    let run = Run { with_manifest: true, ..Run::new(&[(".js/new/b", 1, 10)]) };
    run.sync(&mut server, usize::MAX).unwrap();
    let manifest = Manifest::parse(server.manifest.as_ref().unwrap(), TARGET).unwrap();
    assert!(!manifest.get(b".js/new/b").unwrap().stored);
    assert_eq!(manifest.directories().len(), 0);
}

/// A run that found a file equal has not stored it, and has no right to its directory.
#[test]
fn a_directory_in_which_files_were_only_found_equal_stays_when_it_becomes_empty() {
    let mut server = server(&[("d/f", file(1, 10)), ("c", file(1, 10))]);
    let first = Run { with_manifest: true, ..Run::new(&[("c", 1, 10), ("d/f", 1, 10)]) };
    assert!(first.sync(&mut server, usize::MAX).unwrap().is_empty());
    server.nodes.remove("d/f");
    let plan = Run::new(&[("c", 1, 10)]).deleting(Delete::Own).plan(&server).unwrap();
    assert_eq!((removed_directories(&plan), kept(&plan)), (vec![], vec![("d", Kept::NotOwn)]));
}

/// D16.
#[test]
fn excluded_names_are_untouched_and_so_are_the_directories_above_them() {
    let nodes = [("a/node_modules/x", file(1, 1)), ("a/y", file(1, 1)), ("z", file(1, 10))];
    let run = Run { excluded: Some("node_modules"), ..Run::new(&[("z", 1, 10)]).deleting(Delete::Extra) };
    let plan = run.plan(&server(&nodes)).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan), plan.make.len()), (vec!["a/y"], vec![], 0));
}

/// D25.
#[test]
fn the_counterparts_of_files_that_cannot_be_read_stay() {
    let nodes = [("fifo", file(1, 1)), ("loop/x/y", file(1, 1)), ("z", file(1, 10))];
    let run = Run {
        left_out: vec!["fifo".to_owned(), "loop".to_owned()],
        max_delete: Some(9),
        ..Run::new(&[("z", 1, 10)]).deleting(Delete::Extra)
    };
    assert!(run.plan(&server(&nodes)).unwrap().is_empty());
}

/// D6.
#[test]
fn files_that_another_run_has_stored_stay() {
    let mut server = server(&[("x", file(1, 10)), ("b", file(2, 10))]);
    remember(&mut server, &[("x", 1, 10), ("a", 1, 10)]);
    let plan = Run::new(&[("x", 1, 10)]).deleting(Delete::Own).plan(&server).unwrap();
    assert!(plan.is_empty());
    assert_eq!(kept(&plan), [("b", Kept::NotOwn)]);
}

#[test]
fn a_file_that_was_found_equal_is_not_taken_for_one_of_an_earlier_run() {
    let mut server = server(&[("a", file(1, 10)), ("b", file(1, 10))]);
    Run::new(&[("a", 1, 10), ("b", 1, 10)]).deleting(Delete::Own).sync(&mut server, usize::MAX).unwrap();
    let plan = Run::new(&[("a", 1, 10)]).deleting(Delete::Own).plan(&server).unwrap();
    assert_eq!(kept(&plan), [("b", Kept::NotOwn)]);
}

#[test]
fn leftovers_of_dead_runs_are_removed_only_under_the_lock() {
    let part = ".a.0000000000000002.part";
    let plain = "a.0000000000000003.part";
    let foreign = "video.0000000000000003.part";
    let nodes =
        [("a", file(1, 10)), (part, file(0, 1)), (plain, file(0, 1)), (foreign, file(0, 1)), (".a.old", file(0, 1))];
    let run = Run::new(&[("a", 1, 10)]);
    let plan = run.plan(&server(&nodes)).unwrap();
    assert_eq!(plan.leftovers.iter().map(text).collect::<Vec<_>>(), [part, plain]);
    let plan = Run { locked: false, ..run }.plan(&server(&nodes)).unwrap();
    assert_eq!((plan.leftovers.len(), plan.notes.len()), (0, 1));
    assert_eq!(plan.notes[0], Note::LeftoversKept { count: 2 });
}

#[test]
fn a_leftover_of_this_version_is_used_again() {
    let nodes = [(".a.0000000000000002.part", file(2, 1)), (".a.0000000000000001.part", file(1, 1))];
    let plan = Run::new(&[("a", 2, 10)]).plan(&server(&nodes)).unwrap();
    let temporary = plan.store[0].temporary.as_ref().unwrap();
    assert_eq!((text(&temporary.path), temporary.size, temporary.complete), (nodes[0].0, 2, true));
    assert_eq!(plan.leftovers, [parsed(nodes[1].0)]);
}

#[test]
fn an_old_version_stays_while_there_is_no_other() {
    let old = ".a.0000000000000002.old";
    for delete in [Delete::Nothing, Delete::Extra] {
        let run = Run { max_delete: Some(9), ..Run::new(&[("a", 1, 10)]).deleting(delete) };
        let plan = run.plan(&server(&[(old, file(1, 1))])).unwrap();
        assert_eq!((plan.leftovers.len(), removed(&plan)), (0, vec![]));
        assert_eq!(kept(&plan), [(old, Kept::OnlyVersion)]);
        let plan = run.plan(&server(&[(old, file(1, 1)), ("a", file(1, 10))])).unwrap();
        assert_eq!(plan.leftovers, [parsed(old)]);
    }
}

#[test]
fn a_link_never_looks_as_a_run_left_its_file() {
    let mut server = server(&[("a", Node::Link), ("z", file(1, 10)), ("y", file(1, 10))]);
    remember(&mut server, &[("a", 1, 1)]);
    let run = Run::new(&[("z", 1, 10), ("y", 1, 10)]).deleting(Delete::Own);
    assert_eq!(kept(&run.plan(&server).unwrap()), [("a", Kept::Changed)]);
}

#[test]
fn a_directory_with_a_temporary_file_of_another_run_stays_without_the_lock() {
    let nodes = [("old/.a.0000000000000002.part", file(1, 1)), ("z", file(1, 10))];
    let run = Run::new(&[("z", 1, 10)]).deleting(Delete::Extra);
    assert_eq!(removed_directories(&run.plan(&server(&nodes)).unwrap()), ["old"]);
    assert!(Run { locked: false, ..run }.plan(&server(&nodes)).unwrap().is_empty());
}
