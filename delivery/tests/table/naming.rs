//! The rows about names, and about the end of a delivery that failed.

use super::*;

#[test]
fn a_temporary_name_is_ours_alone() {
    holds(
        ATOMIC,
        &[
            ("does the server rename?", &[], Do(ProbeRename)),
            ("no", &[CanRename(false)], gave_up(Why::CannotRename)),
            (
                "dot names are forbidden",
                &[CanRename(true), Failed(NotTaken(Permanent))],
                Do(Store { name: PlainTemporary, from: 0 }),
            ),
            (
                "nothing tells: sent again",
                &[CanRename(true), NO_REPLY, NO_SIZE, Answer::Compared(Unavailable)],
                STORE_TEMPORARY,
            ),
            (
                "a part may not be overwritten",
                &[CanRename(true), CUT, NONE, Failed(NotTaken(Permanent))],
                Do(Remove(Temporary)),
            ),
        ],
    );
}

/// A file that is stored under its temporary name, with an old one of 3 bytes in the way.
fn stored(answers: &[Answer]) -> Vec<Answer> {
    [&[CanRename(true), STORED, Unchanged, HALF], answers].concat()
}

#[test]
fn nothing_is_removed_before_the_new_file_has_its_name() {
    let moved = |answers: &[Answer]| stored(&[&[NotTo(Permanent), WHOLE, Renamed], answers].concat());
    for (what, answers, next) in [
        ("what is in the way?", vec![CanRename(true), STORED, Unchanged], Do(Size(Own))),
        ("renamed", stored(&[Renamed]), DONE),
        ("RNFR refused: is it there?", stored(&[NotFrom(Permanent)]), Do(Size(Temporary))),
        ("it is: held by something", stored(&[NotFrom(Permanent), WHOLE]), Do(Settle)),
        ("RNTO refused: is it still there?", stored(&[NotTo(Permanent)]), Do(Size(Temporary))),
        ("it is gone: has it its name?", stored(&[NotTo(Permanent), NONE]), HASH),
        ("it has", stored(&[NotTo(Permanent), NONE, Answer::Compared(Unavailable), WHOLE]), DONE),
        (
            "it has not",
            stored(&[NotTo(Permanent), NONE, Answer::Compared(Unavailable), HALF, NONE]),
            gave_up(Why::Unknown),
        ),
        ("it is there: the old one is moved", stored(&[NotTo(Permanent), WHOLE]), TO_ASIDE),
        ("RNFR of the old one refused", stored(&[NotTo(Permanent), WHOLE, NotFrom(Permanent)]), Do(Size(Temporary))),
        ("moved", moved(&[]), TO_OWN),
        ("and ours renamed: is it there?", moved(&[Renamed]), Do(Size(Own))),
        ("it is", moved(&[Renamed, WHOLE]), Do(Remove(Aside))),
        (
            "the old one is removed",
            moved(&[Renamed, WHOLE, Removed(true)]),
            Next::Stored { proof: Proof::Size, aside: Left::Removed },
        ),
        ("ours is not: the old one stays", moved(&[Renamed, NONE]), Do(Size(Temporary))),
        ("RNTO refused again", moved(&[NotTo(Permanent), WHOLE]), BACK),
        ("the old one has its name back", moved(&[NotTo(Permanent), WHOLE, Renamed]), Do(Size(Temporary))),
        ("no answer", stored(&[LOST]), Again),
        ("renaming is asked for again", stored(&[LOST, Renamed]), DONE),
        ("it was done", stored(&[LOST, NotFrom(Permanent), NONE]), HASH),
    ] {
        assert_eq!(after(REPLACE, &answers), next, "{what}: {answers:?}");
    }
    let kept = Left::Seen(Bytes(6));
    let refused = stored(&[NotTo(Permanent), WHOLE, WHOLE]);
    assert_eq!(after(ATOMIC, &refused), GaveUp { why: Why::NotRenamed, temporary: kept, aside: Left::Nothing });
}

#[test]
fn what_is_given_up_is_told_as_it_was_seen_last() {
    assert_eq!(given_up(PLAIN, &[NONE, CUT]), gave_up(Why::Failed));
    assert_eq!(given_up(PLAIN, &[NONE, NO_REPLY, HALF, LOST]), gave_up(Why::Mismatch(3)));
    assert_eq!(given_up(PLAIN, &[NONE, NO_REPLY]), Do(Size(Own)));
    assert_eq!(given_up(ATOMIC, &[CanRename(true), CUT]), Do(Remove(Temporary)));
    assert_eq!(given_up(ATOMIC, &[CanRename(true), NO_REPLY]), Do(Size(Temporary)));
    assert_eq!(given_up(RESUME_ATOMIC, &[CanRename(true), NONE, CUT]), Do(Size(Temporary)));
}
