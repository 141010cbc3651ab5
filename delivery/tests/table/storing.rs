//! The rows about the bytes: stored, contradicted, in doubt, refused, broken.

use super::*;

#[test]
fn a_file_is_stored_and_what_a_size_proves_depends_on_what_was_there_before() {
    holds(
        PLAIN,
        &[
            ("nothing was asked", &[], Do(Size(Own))),
            ("no file with its name", &[NONE], STORE),
            ("a file of a different size", &[HALF], STORE),
            ("a file of the same size", &[WHOLE], Do(Modified(Own))),
            ("stored, no file before", &[NONE, STORED], Do(CheckSource)),
            ("and the local file is unchanged", &[NONE, STORED, Unchanged], DONE),
            ("the local file changed", &[NONE, STORED, Failed(Failure::Source { begun: true })], gave_up(Why::Failed)),
            ("same size as before", &[WHOLE, Answer::Modified(Some(1)), STORED], Do(Modified(Own))),
            (
                "and the same time",
                &[WHOLE, Answer::Modified(Some(1)), STORED, Answer::Modified(Some(1)), Unchanged],
                Next::Stored { proof: Proof::SameSize, aside: Left::Nothing },
            ),
            (
                "but a different time",
                &[WHOLE, Answer::Modified(Some(1)), STORED, Answer::Modified(Some(2)), Unchanged],
                DONE,
            ),
            (
                "550 to SIZE, no size returned before",
                &[NONE, HIDDEN, Unchanged],
                Next::Stored { proof: Proof::Reply, aside: Left::Nothing },
            ),
            ("550 to SIZE, sizes returned before", &[HALF, HIDDEN], Do(Settle)),
        ],
    );
}

#[test]
fn a_success_that_is_contradicted_is_looked_at_again_and_sent_once_more_at_most() {
    let gone =
        [HALF, Failed(Missing { sent: 6 }), Settled, NONE, Settled, NONE, Settled, NONE, Settled, NONE, Settled, NONE];
    holds(
        PLAIN,
        &[
            ("too small", &[NONE, TOO_SMALL], Do(Settle)),
            ("then complete: it was slow", &[NONE, TOO_SMALL, Settled, WHOLE], Do(CheckSource)),
            ("still too small", &[NONE, TOO_SMALL, Settled, HALF], Again),
            (
                "sent once more, from the start",
                &[NONE, TOO_SMALL, Settled, HALF, TOO_SMALL, Settled, HALF],
                gave_up(Why::Mismatch(3)),
            ),
            ("the size of the old file", &[HALF, TOO_SMALL, Settled, HALF], gave_up(Why::Mismatch(3))),
            ("no such file: nothing is sent again", &gone, gave_up(Why::Missing)),
            ("a different hash", &[NONE, Failed(Corrupt { sent: 6 }), Settled], HASH),
            ("it was slow", &[NONE, Failed(Corrupt { sent: 6 }), Settled, Answer::Compared(Same)], Do(CheckSource)),
            (
                "still a different hash",
                &[NONE, Failed(Corrupt { sent: 6 }), Settled, Answer::Compared(Different)],
                Again,
            ),
            ("success before the last byte", &[NONE, Failed(EarlySuccess)], Again),
        ],
    );
}

#[test]
fn a_file_that_may_be_complete_is_queried_and_not_overwritten() {
    let unknown = gave_up(Why::Unknown);
    holds(
        PLAIN,
        &[
            ("no final reply", &[NONE, NO_REPLY], Again),
            ("426 after the last byte", &[NONE, BROKE_AT_THE_END, HALF], Do(Settle)),
            ("complete, twice", &[NONE, NO_REPLY, WHOLE, Settled, WHOLE], HASH),
            (
                "no hash: the size was different before",
                &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                Do(CheckSource),
            ),
            ("the hash matches", &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Same)], Do(CheckSource)),
            (
                "it differs",
                &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Different)],
                gave_up(Why::Corrupt),
            ),
            ("550, no size returned before", &[NONE, NO_REPLY, NONE, Answer::Compared(Unavailable)], unknown),
            ("502", &[NONE, NO_REPLY, NO_SIZE, Answer::Compared(Unavailable)], unknown),
            ("550, sizes returned before: five queries", &[HALF, NO_REPLY, NONE], Do(Settle)),
            (
                "no such file",
                &[HALF, NO_REPLY, NONE, Settled, NONE, Settled, NONE, Settled, NONE, Settled, NONE],
                STORE,
            ),
        ],
    );
}

/// No size after the lost reply, five times; then STOR again, which is refused; then the size of the complete file, twice.
const A_LATER_REFUSAL: [Answer; 16] = [
    HALF,
    NO_REPLY,
    NONE,
    Settled,
    NONE,
    Settled,
    NONE,
    Settled,
    NONE,
    Settled,
    NONE,
    Failed(NotTaken(Transient)),
    WHOLE,
    Settled,
    WHOLE,
    Answer::Compared(Unavailable),
];

#[test]
fn after_an_early_success_the_length_of_the_cut_file_decides_if_a_size_is_a_proof() {
    const EARLY: Answer = Failed(EarlySuccess);
    holds(
        PLAIN,
        &[
            ("the next try asks first", &[NONE, EARLY, HALF], STORE),
            ("a lost reply, and the size fits", &[NONE, EARLY, HALF, NO_REPLY, WHOLE, Settled, WHOLE], HASH),
            (
                "no hash: the cut file was shorter",
                &[NONE, EARLY, HALF, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                Do(CheckSource),
            ),
            (
                "no hash: it had our length",
                &[NONE, EARLY, WHOLE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                gave_up(Why::Unknown),
            ),
        ],
    );
}

#[test]
fn fewer_bytes_than_were_sent_or_an_old_size_are_no_answer() {
    let unknown = gave_up(Why::Unknown);
    holds(
        PLAIN,
        &[
            (
                "fewer bytes, twice: only a hash allows to resume",
                &[NONE, NO_REPLY, HALF, Settled, HALF],
                Do(Compare { name: Own, length: 3 }),
            ),
            (
                "they are ours",
                &[NONE, NO_REPLY, HALF, Settled, HALF, Answer::Compared(Same)],
                Do(Store { name: Own, from: 3 }),
            ),
            ("no hash", &[NONE, NO_REPLY, HALF, Settled, HALF, Answer::Compared(Unavailable)], STORE),
            (
                "an old file with our size",
                &[WHOLE, Answer::Modified(None), NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                unknown,
            ),
            ("a later STOR is refused: the doubt remains", &A_LATER_REFUSAL, Do(CheckSource)),
        ],
    );
}

#[test]
fn a_line_that_breaks_behind_a_success_leaves_a_doubt() {
    let confirmed = Next::Stored { proof: Proof::Reply, aside: Left::Nothing };
    holds(
        PLAIN,
        &[
            ("cut at SIZE", &[NONE, CUT_AT_SIZE], Again),
            ("fewer bytes: a forged end", &[NONE, CUT_AT_SIZE, HALF, Settled, HALF], STORE),
            (
                "no sizes: the success is accepted",
                &[NONE, CUT_AT_SIZE, NO_SIZE, Answer::Compared(Unavailable), Unchanged],
                confirmed,
            ),
            (
                "the hash took too long: it is not requested again",
                &[NONE, LATE_HASH, WHOLE, Settled, WHOLE],
                Do(CheckSource),
            ),
        ],
    );
    let hash = Rules { verify: Verify::Hash, ..PLAIN };
    holds(hash, &[("a hash was demanded", &[NONE, LATE_HASH], gave_up(Why::Unverified))]);
    holds(hash, &[("and the server has none", &[NONE, SAID], gave_up(Why::Unverified))]);
}

#[test]
fn a_refusal_is_a_refusal_unless_a_hash_says_otherwise() {
    holds(
        PLAIN,
        &[
            ("451 after the last byte", &[NONE, REFUSED_AT_THE_END], Again),
            ("the size is not queried", &[NONE, REFUSED_AT_THE_END, LOST], Again),
            ("a hash is requested", &[NONE, REFUSED_AT_THE_END, Answer::Compared(Same)], Do(CheckSource)),
            ("no hash: sent again", &[NONE, REFUSED_AT_THE_END, Answer::Compared(Unavailable), WHOLE], STORE),
        ],
    );
}

#[test]
fn a_broken_transfer_goes_on_only_behind_bytes_that_are_ours() {
    holds(
        PLAIN,
        &[
            ("cut", &[NONE, CUT, HALF], Do(Compare { name: Own, length: 3 })),
            ("a hash proves them", &[NONE, CUT, HALF, Answer::Compared(Same)], Do(Store { name: Own, from: 3 })),
            ("no hash", &[NONE, CUT, HALF, Answer::Compared(Unavailable)], STORE),
        ],
    );
    holds(
        ATOMIC,
        &[
            (
                "cut",
                &[CanRename(true), CUT, HALF, Answer::Compared(Unavailable)],
                Do(Store { name: Temporary, from: 3 }),
            ),
            (
                "no final reply",
                &[CanRename(true), NO_REPLY, HALF, Settled, HALF, Answer::Compared(Unavailable)],
                STORE_TEMPORARY,
            ),
            (
                "REST accepted, STOR refused",
                &[CanRename(true), CUT, HALF, Answer::Compared(Unavailable), Failed(NotTaken(Permanent))],
                STORE_TEMPORARY,
            ),
        ],
    );
}

#[test]
fn an_earlier_run_is_resumed_behind_bytes_that_are_ours() {
    holds(
        RESUME,
        &[
            ("a file of an earlier run", &[HALF, Answer::Compared(Unavailable)], STORE),
            ("complete, according to a hash", &[WHOLE, Answer::Compared(Same)], Do(CheckSource)),
            ("complete, according to the size", &[WHOLE, Answer::Compared(Unavailable)], Do(Modified(Own))),
        ],
    );
    holds(
        RESUME_ATOMIC,
        &[
            (
                "a file of an earlier run",
                &[CanRename(true), HALF, Answer::Compared(Unavailable)],
                Do(Store { name: Temporary, from: 3 }),
            ),
            (
                "complete, according to the size",
                &[CanRename(true), WHOLE, Answer::Compared(Unavailable)],
                STORE_TEMPORARY,
            ),
        ],
    );
}
