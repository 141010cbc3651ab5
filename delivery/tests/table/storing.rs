//! The rows about the bytes: stored, contradicted, in doubt, refused, broken.

use super::*;

#[test]
fn a_file_is_stored_and_what_a_size_proves_depends_on_what_was_there_before() {
    holds(
        PLAIN,
        &[
            ("nothing was asked", &[], Do(Size(Own))),
            ("no file of its name", &[NONE], STORE),
            ("one of another size", &[HALF], STORE),
            ("one of the same size", &[WHOLE], Do(Modified(Own))),
            ("stored, no file before", &[NONE, STORED], Do(CheckSource)),
            ("and unchanged here", &[NONE, STORED, Unchanged], DONE),
            ("changed here", &[NONE, STORED, Failed(Failure::Source { begun: true })], gave_up(Why::Failed)),
            ("same size as before", &[WHOLE, Answer::Modified(Some(1)), STORED], Do(Modified(Own))),
            (
                "and the same time",
                &[WHOLE, Answer::Modified(Some(1)), STORED, Answer::Modified(Some(1)), Unchanged],
                Next::Stored { proof: Proof::SameSize, aside: Left::Nothing },
            ),
            (
                "but another time",
                &[WHOLE, Answer::Modified(Some(1)), STORED, Answer::Modified(Some(2)), Unchanged],
                DONE,
            ),
            (
                "550 to SIZE, sizes never told",
                &[NONE, HIDDEN, Unchanged],
                Next::Stored { proof: Proof::Reply, aside: Left::Nothing },
            ),
            ("550 to SIZE, sizes told before", &[HALF, HIDDEN], Do(Settle)),
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
            ("then whole: it took its time", &[NONE, TOO_SMALL, Settled, WHOLE], Do(CheckSource)),
            ("still too small", &[NONE, TOO_SMALL, Settled, HALF], Again),
            (
                "sent once more, from the start",
                &[NONE, TOO_SMALL, Settled, HALF, TOO_SMALL, Settled, HALF],
                gave_up(Why::Mismatch(3)),
            ),
            ("the size of the old file", &[HALF, TOO_SMALL, Settled, HALF], gave_up(Why::Mismatch(3))),
            ("gone: nothing is sent again", &gone, gave_up(Why::Missing)),
            ("another hash", &[NONE, Failed(Corrupt { sent: 6 }), Settled], HASH),
            (
                "it took its time",
                &[NONE, Failed(Corrupt { sent: 6 }), Settled, Answer::Compared(Same)],
                Do(CheckSource),
            ),
            ("still another hash", &[NONE, Failed(Corrupt { sent: 6 }), Settled, Answer::Compared(Different)], Again),
            ("success before the last byte", &[NONE, Failed(EarlySuccess)], Again),
        ],
    );
}

#[test]
fn what_may_be_whole_is_asked_about_and_not_overwritten() {
    let unknown = gave_up(Why::Unknown);
    holds(
        PLAIN,
        &[
            ("no final reply", &[NONE, NO_REPLY], Again),
            ("426 after the last byte", &[NONE, BROKE_AT_THE_END, HALF], Do(Settle)),
            ("whole, twice", &[NONE, NO_REPLY, WHOLE, Settled, WHOLE], HASH),
            (
                "no hash: the size was another before",
                &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                Do(CheckSource),
            ),
            ("the hash is ours", &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Same)], Do(CheckSource)),
            (
                "it is another",
                &[NONE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Different)],
                gave_up(Why::Corrupt),
            ),
            ("550, and sizes were never told", &[NONE, NO_REPLY, NONE, Answer::Compared(Unavailable)], unknown),
            ("502", &[NONE, NO_REPLY, NO_SIZE, Answer::Compared(Unavailable)], unknown),
            ("550, sizes told: five looks", &[HALF, NO_REPLY, NONE], Do(Settle)),
            (
                "nothing there",
                &[HALF, NO_REPLY, NONE, Settled, NONE, Settled, NONE, Settled, NONE, Settled, NONE],
                STORE,
            ),
            (
                "fewer bytes, twice: only a hash lets us go on",
                &[NONE, NO_REPLY, HALF, Settled, HALF],
                Do(Compare { name: Own, length: 3 }),
            ),
            (
                "they are ours",
                &[NONE, NO_REPLY, HALF, Settled, HALF, Answer::Compared(Same)],
                Do(Store { name: Own, from: 3 }),
            ),
            ("nobody knows", &[NONE, NO_REPLY, HALF, Settled, HALF, Answer::Compared(Unavailable)], STORE),
            (
                "an old file of our size",
                &[WHOLE, Answer::Modified(None), NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)],
                unknown,
            ),
            (
                "a later STOR refused: the doubt stands",
                &[
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
                ],
                Do(CheckSource),
            ),
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
                "sizes are not told: the success stands",
                &[NONE, CUT_AT_SIZE, NO_SIZE, Answer::Compared(Unavailable), Unchanged],
                confirmed,
            ),
            (
                "the hash took too long: it is not asked again",
                &[NONE, LATE_HASH, WHOLE, Settled, WHOLE],
                Do(CheckSource),
            ),
        ],
    );
    let hash = Rules { verify: Verify::Hash, ..PLAIN };
    holds(hash, &[("a hash was demanded", &[NONE, LATE_HASH], gave_up(Why::Unverified))]);
    holds(hash, &[("and there is none", &[NONE, SAID], gave_up(Why::Unverified))]);
}

#[test]
fn a_refusal_is_a_refusal_unless_a_hash_says_otherwise() {
    holds(
        PLAIN,
        &[
            ("451 after the last byte", &[NONE, REFUSED_AT_THE_END], Again),
            ("the size is not asked for", &[NONE, REFUSED_AT_THE_END, LOST], Again),
            ("a hash is", &[NONE, REFUSED_AT_THE_END, Answer::Compared(Same)], Do(CheckSource)),
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
            ("nothing does", &[NONE, CUT, HALF, Answer::Compared(Unavailable)], STORE),
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
                "REST granted, STOR refused",
                &[CanRename(true), CUT, HALF, Answer::Compared(Unavailable), Failed(NotTaken(Permanent))],
                STORE_TEMPORARY,
            ),
        ],
    );
    holds(
        RESUME,
        &[
            ("an earlier run's", &[HALF, Answer::Compared(Unavailable)], STORE),
            ("whole, as a hash says", &[WHOLE, Answer::Compared(Same)], Do(CheckSource)),
            ("whole, as the size says", &[WHOLE, Answer::Compared(Unavailable)], Do(Modified(Own))),
        ],
    );
    holds(
        RESUME_ATOMIC,
        &[
            (
                "an earlier run's",
                &[CanRename(true), HALF, Answer::Compared(Unavailable)],
                Do(Store { name: Temporary, from: 3 }),
            ),
            ("whole, as the size says", &[CanRename(true), WHOLE, Answer::Compared(Unavailable)], STORE_TEMPORARY),
        ],
    );
}
