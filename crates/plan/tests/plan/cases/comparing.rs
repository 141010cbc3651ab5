//! Equal or not.

use ftp_plan::answers::{Answer, Answers, HashAnswer};
use ftp_plan::operations::{Note, Reason};
use ftp_plan::remote::{Entry, Form, Kind, Listing, RemoteTree};
use ftp_plan::rules::{Compare, Compared, Delete};
use ftp_plan::{Inputs, questions};

use super::{file, remember, removed, server, server_with, stored, with_listing};
use crate::engine::{Run, parsed};
use crate::model::Node;

/// D1.
#[test]
fn files_that_a_cut_listing_does_not_show_are_asked_for_and_found_equal() {
    let names: Vec<_> = (0..20).map(|number| format!("f{number:02}")).collect();
    let run = Run::new(&names.iter().map(|name| (&**name, 1, 10)).collect::<Vec<_>>()).deleting(Delete::Extra);
    let server = server(&names.iter().map(|name| (&**name, file(1, 10))).collect::<Vec<_>>());
    let cut = |tree: RemoteTree| {
        with_listing(tree, "", |listing| {
            let mut short = Listing::new();
            short.form = listing.form;
            listing.entries().take(15).for_each(|(name, entry)| short.insert(name, *entry).unwrap());
            *listing = short;
        })
    };
    let plan = run.plan_with(&server, cut).unwrap();
    assert!(plan.is_empty());
    assert_eq!((plan.unchanged, plan.notes.len()), (20, 1));
    assert!(matches!(plan.notes[0], Note::NotWhole { cut: true, .. }));
}

/// D12: a clock that is five hours off, and LIST, whose times mean nothing.
#[test]
fn times_of_the_server_need_to_be_right_only_without_a_manifest() {
    for form in [Form::Facts, Form::Lines] {
        let mut server = server_with(form, &[("a", file(1, 18_010))]);
        let run = Run { with_manifest: true, ..Run::new(&[("a", 1, 10)]) };
        assert_eq!(run.plan(&server).unwrap().store[0].reason, Reason::Time { there: 18_010, here: Some(10) });
        let mut known = crate::engine::remembered(crate::model::File { content: 1, modified: 10 }, true);
        known.server_modified = Some(18_010);
        let mut manifest = ftp_plan::manifest::Manifest::new(crate::engine::TARGET);
        manifest.record(parsed("a"), known);
        server.manifest = Some(manifest.to_bytes());
        assert_eq!(run.plan(&server).unwrap().unchanged, 1);
    }
}

/// D12: the rest of an upload that broke is newer than the local file.
#[test]
fn a_newer_file_of_the_server_is_not_taken_for_equal() {
    let plan =
        Run::new(&[("a", 2, 10), ("b", 2, 10)]).plan(&server(&[("a", file(1, 99)), ("b", file(2, 99))])).unwrap();
    assert_eq!(plan.compared, Compared::Time);
    assert_eq!(plan.store[0].reason, Reason::Size { there: 1, here: 2 });
    assert_eq!(plan.store[1].reason, Reason::Time { there: 99, here: Some(10) });
    assert_eq!(plan.store[1].replaces, Some(Kind::File));
}

/// D13.
#[test]
fn with_a_manifest_new_times_of_equal_contents_store_nothing_and_old_times_hide_nothing() {
    let mut server = server(&[("same", file(1, 10)), ("other", file(1, 10))]);
    remember(&mut server, &[("same", 1, 10), ("other", 1, 10)]);
    let run = Run { with_manifest: true, ..Run::new(&[("same", 1, 500), ("other", 4, 10)]) };
    let plan = run.plan(&server).unwrap();
    assert_eq!((stored(&plan), plan.store[0].reason), (vec!["other"], Reason::Contents));
    assert_eq!((plan.compared, plan.unchanged), (Compared::Manifest, 1));
}

/// D5.
#[test]
fn files_that_were_changed_or_removed_on_the_server_are_stored_again() {
    let mut server = server(&[("a", file(0, 10))]);
    remember(&mut server, &[("a", 1, 10), ("b", 1, 10)]);
    let plan = Run { with_manifest: true, ..Run::new(&[("a", 1, 10), ("b", 1, 10)]) }.plan(&server).unwrap();
    let reasons: Vec<_> = plan.store.iter().map(|store| (store.path.as_bytes(), store.reason)).collect();
    assert_eq!(reasons, [(&b"b"[..], Reason::MissingThere), (b"a", Reason::ChangedThere)]);
}

/// D14, D9: an empty answer to LIST proves nothing, and LIST hides names that begin with a dot.
#[test]
fn files_that_list_may_hide_are_asked_for() {
    let server = server_with(Form::Lines, &[("[d]/in", file(1, 10)), (".htaccess", file(1, 10))]);
    let run = Run::new(&[("[d]/in", 1, 10), (".htaccess", 1, 10)]);
    let empty = |tree| with_listing(tree, "[d]", |listing| *listing = Listing::new());
    let plan = run.plan_with(&server, empty).unwrap();
    assert_eq!((stored(&plan), plan.unchanged), (vec![], 2));
}

/// D15: an entry without a size, and a line that is garbage.
#[test]
fn an_entry_without_size_is_asked_for() {
    let server = server(&[("a", file(1, 10)), ("b", file(1, 10))]);
    let sizeless = |tree| {
        with_listing(tree, "", |listing| {
            let mut other = Listing::new();
            (other.form, other.complete, other.ignored) = (listing.form, true, 1);
            let unknown = |entry: &Entry| Entry { size: None, ..*entry };
            listing.entries().for_each(|(name, entry)| other.insert(name, unknown(entry)).unwrap());
            *listing = other;
        })
    };
    let plan = Run::new(&[("a", 1, 10)]).deleting(Delete::Extra).plan_with(&server, sizeless).unwrap();
    assert_eq!((stored(&plan), removed(&plan), plan.notes.len()), (vec![], vec!["b"], 1));
}

/// D11.
#[test]
fn the_size_of_a_link_says_nothing() {
    let mut server = server(&[("a", Node::Link)]);
    server.add("@/a", file(1, 10));
    assert_eq!(Run::new(&[("a", 1, 10)]).plan(&server).unwrap().unchanged, 1);
    let plan = Run::new(&[("a", 2, 10)]).plan(&server).unwrap();
    assert_eq!((plan.store[0].reason, plan.store[0].replaces), (Reason::Size { there: 1, here: 2 }, Some(Kind::Link)));
}

#[test]
fn the_default_comparison_is_the_best_that_is_possible() {
    let server = server(&[]);
    let compared = |run: &Run| run.plan(&server).unwrap().compared;
    let run = Run::new(&[("a", 1, 10)]);
    assert_eq!(compared(&run), Compared::Time);
    assert_eq!(compared(&Run { with_manifest: true, ..run.clone() }), Compared::Manifest);
    assert_eq!(compared(&Run { compare: Compare::Size, ..run.clone() }), Compared::Size);
    run.with_rules(&server, |rules| {
        let mut rules = *rules;
        rules.sets_times = false;
        assert_eq!(compared_by(&run, &rules), Compared::Size);
        (rules.sets_times, rules.server.facts) = (true, false);
        assert_eq!(compared_by(&run, &rules), Compared::Time);
        rules.server.time = false;
        assert_eq!(compared_by(&run, &rules), Compared::Size);
    });
}

fn compared_by(run: &Run, rules: &ftp_plan::rules::Rules<'_>) -> Compared {
    let (remote, answers) = (RemoteTree::new(), Answers::new());
    let inputs = Inputs { local: &run.tree(), remote: &remote, manifest: None, answers: &answers, rules };
    ftp_plan::plan(&inputs).unwrap().compared
}

#[test]
fn a_hash_is_asked_for_only_if_the_size_fits() {
    let server = server(&[("same", file(1, 1)), ("other", file(4, 1)), ("longer", file(2, 1))]);
    let run = Run { compare: Compare::Hash, ..Run::new(&[("same", 1, 10), ("other", 1, 10), ("longer", 1, 10)]) };
    let plan = run.plan(&server).unwrap();
    assert_eq!(plan.unchanged, 1);
    let reason = |path: &str| plan.store.iter().find(|store| store.path == parsed(path)).unwrap().reason;
    assert_eq!((reason("other"), reason("longer")), (Reason::Contents, Reason::Size { there: 2, here: 1 }));
    let mut answers = Answers::new();
    answers.add(parsed("same"), Answer { hash: Some(HashAnswer::Unavailable), ..Answer::default() });
    run.with_rules(&server, |rules| {
        let (local, remote) = (run.tree(), server.tree(|_, _| Vec::new()));
        let inputs = Inputs { local: &local, remote: &remote, manifest: None, answers: &answers, rules };
        assert_eq!(questions(&inputs).compare, [parsed("other")]);
        let plan = ftp_plan::plan(&inputs).unwrap();
        assert!(plan.store.iter().any(|store| store.path == parsed("same") && store.reason == Reason::HashUnknown));
    });
}
