//! Names that only differ by case, and names that are no part of a path.

use ftp_plan::operations::Kept;
use ftp_plan::path::{BadPath, RemotePath};
use ftp_plan::remote::{Entry, Kind, Listing};
use ftp_plan::rules::Delete;
use ftp_plan::{Refusal, folding_refusal};

use super::{file, kept, removed, removed_directories, server};
use crate::engine::{Run, parsed};

/// D7: on a server that folds case, `Css/a.css` is the file that was just stored.
#[test]
fn a_name_that_equals_a_local_one_but_for_case_is_not_removed() {
    let nodes = [("Css/a.css", file(1, 10)), ("Css/b", file(1, 10)), ("ÄÖ", file(1, 10)), ("x", file(1, 10))];
    let run = Run::new(&[("css/a.css", 1, 10), ("äö", 1, 10)]).deleting(Delete::Extra);
    let plan = run.plan(&server(&nodes)).unwrap();
    assert_eq!((removed(&plan), removed_directories(&plan)), (vec!["Css/b", "x"], vec![]));
    assert_eq!(kept(&plan), [("ÄÖ", Kept::Case), ("Css", Kept::Case), ("Css/a.css", Kept::Case)]);
}

/// D7.
#[test]
fn local_names_that_collide_are_refused_where_the_server_folds_case() {
    let plan = Run::new(&[("a/X", 1, 1), ("a/x", 1, 1), ("b", 1, 1)]).plan(&server(&[])).unwrap();
    let refusal = folding_refusal(&plan.case_collisions);
    assert_eq!(refusal, Some(Refusal::CaseCollision { first: parsed("a/X"), second: parsed("a/x"), pairs: 1 }));
    assert_eq!(
        folding_refusal(&Run::new(&[("a", 1, 1), ("b", 1, 1)]).plan(&server(&[])).unwrap().case_collisions),
        None
    );
}

/// D8.
#[test]
fn names_that_lead_elsewhere_are_ignored_and_counted() {
    let mut listing = Listing::new();
    let entry = Entry { kind: Kind::File, size: Some(1), modified: None };
    for name in ["..", ".", "../x", "/etc", "a/b", "", "a\r\nDELE b"] {
        assert!(listing.insert(name.as_bytes(), entry).is_err(), "{name:?}");
    }
    assert_eq!((listing.ignored, listing.entries().count()), (7, 0));
    assert!(listing.insert(b"a -> b", entry).is_ok());
}

#[test]
fn a_name_that_is_listed_twice_is_believed_only_if_both_lines_agree() {
    let mut listing = Listing::new();
    let entry = Entry { kind: Kind::File, size: Some(1), modified: None };
    listing.insert(b"a", entry).unwrap();
    listing.insert(b"a", entry).unwrap();
    assert_eq!(listing.get(b"a"), Some(&entry));
    listing.insert(b"a", Entry { kind: Kind::Directory, ..entry }).unwrap();
    assert_eq!(listing.get(b"a").unwrap().kind, Kind::Other);
}

#[test]
fn paths_stay_below_the_root() {
    assert_eq!(RemotePath::parse(b"../x"), Err(BadPath::Dots));
    assert_eq!(RemotePath::parse(b"/etc"), Err(BadPath::EmptyPart));
    assert_eq!(RemotePath::parse(b"a\xff"), Err(BadPath::Byte(0xff)));
    assert_eq!(RemotePath::parse(&[b'a'; 4097]), Err(BadPath::TooLong));
    let path = parsed("a/b/c");
    assert_eq!((path.parent(), path.name()), (Some(parsed("a/b")), &b"c"[..]));
    assert_eq!((parsed("a").parent(), RemotePath::root().parent()), (Some(RemotePath::root()), None));
    assert!(path.is_below(&RemotePath::root()) && path.is_below(&parsed("a")) && path.starts_with(&path));
    assert!(!parsed("a-b").is_below(&parsed("a")) && !path.is_below(&path) && !RemotePath::root().is_below(&path));
    assert_eq!(parsed("a").join(b"b/c"), Err(BadPath::Slash));
}
