//! Tests of the conclusions about the temporary file.

use super::*;
use crate::report::error::Doubt;
use crate::report::step::Step;

fn refusal() -> Refusal {
    Refusal { step: Step::Renaming, code: 550, text: b"No"[..].into() }
}

fn leftovers(standing: Standing, in_doubt: bool) -> Leftovers {
    let leftover = Leftover { name: b"a".to_vec(), standing, state: Remaining::Unknown };
    Leftovers { names: vec![leftover], in_doubt }
}

/// The answers of a session that refuses DELE.
fn refused(found: Found, verdict: Verdict) -> Vec<Told> {
    vec![Told { removal: Removal::Refused(refusal()), found, verdict: Some(verdict) }]
}

fn removed(found: Found) -> Vec<Told> {
    vec![Told { removal: Removal::Removed, found, verdict: None }]
}

const UNCLEAR: Verdict = Verdict::Unknown(Doubt::NotListed);

#[test]
fn a_file_that_may_be_there_and_is_not_removed_remains() {
    for standing in [Standing::Possible, Standing::Seen] {
        for (found, verdict, state) in [
            (Found::Bytes(3), Verdict::Absent, Remaining::Seen(3)),
            (Found::Refused, UNCLEAR, Remaining::Unknown),
            (Found::Untold, UNCLEAR, Remaining::Unknown),
            (Found::Refused, Verdict::There, Remaining::Unknown),
        ] {
            let mut left = leftovers(standing, false);
            let answer = left.learn(refused(found, verdict), 0);
            assert!(answer.is_last && answer.refusal.is_some() && !answer.removed);
            assert_eq!(left.names[0].state, state);
        }
    }
}

#[test]
fn a_file_that_the_listing_excludes_or_that_was_refused_at_once_is_gone() {
    for (standing, verdict) in [
        (Standing::Seen, Verdict::Absent),
        (Standing::Possible, Verdict::Absent),
        (Standing::NotTaken, UNCLEAR),
        (Standing::Removed, UNCLEAR),
    ] {
        let mut left = leftovers(standing, false);
        let answer = left.learn(refused(Found::Refused, verdict), 0);
        assert!(answer.is_last && answer.refusal.is_none() && left.names.is_empty(), "{standing:?}");
    }
}

#[test]
fn a_refusal_at_once_says_nothing_if_the_file_was_there_before_or_the_server_is_at_work() {
    let mut left = leftovers(Standing::Seen, false);
    left.has_not(b"a");
    assert_eq!(left.names[0].standing, Standing::Seen);
    left = leftovers(Standing::NotTaken, true);
    left.learn(refused(Found::Refused, UNCLEAR), TRIES - 1);
    assert_eq!(left.names.len(), 1);
    left.has_perhaps(b"a");
    assert_eq!(left.names[0].standing, Standing::Possible);
}

#[test]
fn a_removal_counts_only_if_the_server_does_not_report_the_file_after_it() {
    let mut left = leftovers(Standing::Seen, false);
    assert!(left.learn(removed(Found::Untold), 0).removed && left.names.is_empty());
    let mut left = leftovers(Standing::Seen, false);
    assert!(!left.learn(removed(Found::Bytes(3)), 0).removed);
    assert_eq!(left.names.len(), 1);
}

#[test]
fn in_doubt_the_server_is_asked_again() {
    let mut left = leftovers(Standing::Possible, true);
    assert!(!left.learn(refused(Found::Refused, Verdict::Absent), 0).is_last);
    assert_eq!(left.names.len(), 1);
    assert!(left.learn(refused(Found::Refused, Verdict::Absent), TRIES - 1).is_last);
    assert!(left.names.is_empty());
}

#[test]
fn in_doubt_the_server_is_asked_again_after_a_removal() {
    let mut left = leftovers(Standing::Seen, true);
    let first = left.learn(removed(Found::Refused), 0);
    assert!(first.removed && !first.is_last && left.names[0].standing == Standing::Removed);
    let last = left.learn(refused(Found::Refused, UNCLEAR), TRIES - 1);
    assert!(last.is_last && last.refusal.is_none() && left.names.is_empty());
}

#[test]
fn a_file_that_was_renamed_has_one_name() {
    let mut left = leftovers(Standing::Seen, false);
    left.may_have(b"b");
    left.has_only(b"b");
    assert_eq!(
        left.names.iter().map(|leftover| (&leftover.name[..], leftover.standing)).collect::<Vec<_>>(),
        [(&b"b"[..], Standing::Seen)]
    );
}
