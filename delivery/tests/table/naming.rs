//! The rows about names, and about the end of a delivery that failed.

use super::*;

#[test]
fn a_temporary_name_is_ours_alone() {
    holds(
        ATOMIC,
        &[
            ("does the server rename?", &[], Do(ProbeRename)),
            ("it does not", &[CanRename(false)], gave_up(Why::CannotRename)),
            (
                "dot names are forbidden",
                &[CanRename(true), Failed(NotTaken(Permanent))],
                Do(Store { name: PlainTemporary, from: 0 }),
            ),
            (
                "no information: sent again",
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

/// Returns the answers up to a file that is stored under its temporary name, while an old file of 3 bytes has its own
/// name, and then `answers`.
fn stored(answers: &[Answer]) -> Vec<Answer> {
    [&[CanRename(true), STORED, Unchanged, HALF], answers].concat()
}

#[test]
fn nothing_is_removed_before_the_new_file_has_its_name() {
    let moved = |answers: &[Answer]| stored(&[&[NotTo(Permanent), WHOLE, Renamed], answers].concat());
    for (what, answers, next) in [
        ("which file has the final name?", vec![CanRename(true), STORED, Unchanged], Do(Size(Own))),
        ("renamed", stored(&[Renamed]), DONE),
        ("RNFR refused: does the file exist?", stored(&[NotFrom(Permanent)]), Do(Size(Temporary))),
        ("it exists: another process holds it", stored(&[NotFrom(Permanent), WHOLE]), Do(Settle)),
        ("RNTO refused: does the file still exist?", stored(&[NotTo(Permanent)]), Do(Size(Temporary))),
        ("it does not: does it have its final name?", stored(&[NotTo(Permanent), NONE]), HASH),
        ("it does", stored(&[NotTo(Permanent), NONE, Answer::Compared(Unavailable), WHOLE]), DONE),
        (
            "it does not have it",
            stored(&[NotTo(Permanent), NONE, Answer::Compared(Unavailable), HALF, NONE]),
            gave_up(Why::Unknown),
        ),
        ("it exists: the old file is moved", stored(&[NotTo(Permanent), WHOLE]), TO_ASIDE),
        ("RNFR of the old one refused", stored(&[NotTo(Permanent), WHOLE, NotFrom(Permanent)]), Do(Size(Temporary))),
        ("moved", moved(&[]), TO_OWN),
        ("and ours renamed: does it exist?", moved(&[Renamed]), Do(Size(Own))),
        ("it exists", moved(&[Renamed, WHOLE]), Do(Remove(Aside))),
        (
            "the old one is removed",
            moved(&[Renamed, WHOLE, Removed(true)]),
            Next::Stored { proof: Proof::Size, aside: Left::Removed },
        ),
        ("ours does not: the old file stays", moved(&[Renamed, NONE]), Do(Size(Temporary))),
        ("RNTO refused again", moved(&[NotTo(Permanent), WHOLE]), BACK),
        ("the old one has its name back", moved(&[NotTo(Permanent), WHOLE, Renamed]), Do(Size(Temporary))),
        ("no answer", stored(&[LOST]), Again),
        ("the rename is requested again", stored(&[LOST, Renamed]), DONE),
        ("it was renamed before", stored(&[LOST, NotFrom(Permanent), NONE]), HASH),
    ] {
        assert_eq!(after(REPLACE, &answers), next, "{what}: {answers:?}");
    }
    let kept = Left::Seen(Bytes(6));
    let refused = stored(&[NotTo(Permanent), WHOLE, WHOLE]);
    assert_eq!(after(ATOMIC, &refused), GaveUp { why: Why::NotRenamed, temporary: kept, aside: Left::Nothing });
}

#[test]
fn a_delivery_that_is_given_up_reports_the_last_observation() {
    assert_eq!(given_up(PLAIN, &[NONE, CUT]), gave_up(Why::Failed));
    assert_eq!(given_up(PLAIN, &[NONE, NO_REPLY, HALF, LOST]), gave_up(Why::Mismatch(3)));
    assert_eq!(given_up(PLAIN, &[NONE, NO_REPLY]), Do(Size(Own)));
    assert_eq!(given_up(ATOMIC, &[CanRename(true), CUT]), Do(Remove(Temporary)));
    assert_eq!(given_up(ATOMIC, &[CanRename(true), NO_REPLY]), Do(Size(Temporary)));
    assert_eq!(given_up(RESUME_ATOMIC, &[CanRename(true), NONE, CUT]), Do(Size(Temporary)));
}
