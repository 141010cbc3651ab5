//! Plans that are refused, and the order of operations.

use ftp_plan::Refusal;
use ftp_plan::rules::Delete;

use super::{file, removed, server, stored};
use crate::engine::{Run, text};

/// D26.
#[test]
fn an_empty_tree_or_the_removal_of_most_files_is_refused_unless_a_number_permits_it() {
    let names: Vec<_> = (0..100).map(|number| format!("f{number}")).collect();
    let site = server(&names.iter().map(|name| (&**name, file(1, 10))).collect::<Vec<_>>());
    let empty = Run::new(&[]).deleting(Delete::Extra);
    assert_eq!(empty.plan(&site).unwrap_err(), Refusal::EmptySource { removed: 100 });
    let few = |count: usize| Run::new(&names[..count].iter().map(|name| (&**name, 1, 10)).collect::<Vec<_>>());
    let plan = |count: usize, max_delete| Run { max_delete, ..few(count).deleting(Delete::Extra) }.plan(&site);
    assert_eq!(plan(49, None).unwrap_err(), Refusal::MostRemoved { removed: 51, there: 100 });
    assert_eq!(removed(&plan(50, None).unwrap()).len(), 50);
    assert_eq!(plan(98, Some(1)).unwrap_err(), Refusal::TooManyRemoved { removed: 2, permitted: 1 });
    assert_eq!(removed(&plan(0, Some(100)).unwrap()).len(), 100);
    assert_eq!(plan(0, Some(101)).unwrap_err(), Refusal::EmptySource { removed: 100 });
    assert_eq!(removed(&plan(1, Some(1000)).unwrap()).len(), 99);
    assert!(few(0).plan(&site).unwrap().is_empty());
}

/// D17.
#[test]
fn new_files_come_first_then_changed_ones_and_pages_last() {
    let site = server(&[("a.css", file(1, 1)), ("b.html", file(1, 1))]);
    let run = Run::new(&[("a.css", 2, 10), ("b.html", 2, 10), ("a.html", 2, 10), ("z.js", 1, 10)]);
    let plan = run.plan(&site).unwrap();
    assert_eq!(stored(&plan), ["z.js", "a.css", "a.html", "b.html"]);
    assert_eq!(plan.store.iter().map(|store| store.page).collect::<Vec<_>>(), [false, false, true, true]);
}

/// D25.
#[test]
fn empty_directories_are_made_after_those_above_them() {
    let run = Run { directories: vec!["e/f".to_owned(), "e".to_owned()], ..Run::new(&[("d/x", 1, 10)]) };
    let plan = run.plan(&server(&[("d/y", file(1, 1))])).unwrap();
    assert_eq!(plan.make.iter().map(text).collect::<Vec<_>>(), ["e", "e/f"]);
}
