//! The rows that were missing, and that the fuzzer (`delivery/fuzz`) found.

use super::*;

/// Returns the step after `answers`, for a file that is stored under its temporary name, while an old file of 3 bytes
/// has its own name.
fn stored(rules: Rules, answers: &[Answer]) -> Next {
    after(rules, &[&[CanRename(true), STORED, Unchanged, HALF], answers].concat())
}

#[test]
fn a_hash_that_differs_is_not_forgotten_with_its_session() {
    let lost = [NONE, Failed(Corrupt { sent: 6 }), Settled, LOST];
    assert_eq!(after(PLAIN, &[&lost[..], &[NO_SIZE, Answer::Compared(Unavailable)]].concat()), gave_up(Why::Corrupt));
    assert_eq!(given_up(PLAIN, &lost), gave_up(Why::Corrupt));
}

#[test]
fn a_change_of_names_that_is_refused_for_now_may_have_been_made() {
    assert_eq!(stored(ATOMIC, &[NotTo(Transient)]), Do(Size(Temporary)));
    assert_eq!(stored(ATOMIC, &[NotTo(Transient), WHOLE]), Again);
    assert_eq!(stored(ATOMIC, &[NotTo(Transient), NONE]), HASH);
    assert_eq!(stored(ATOMIC, &[NotTo(Transient), NO_SIZE, NotFrom(Permanent), NO_SIZE]), HASH);
}

#[test]
fn an_old_file_is_not_moved_back_over_one_that_may_have_its_name() {
    let interrupted = Failed(Failure::Final { begun: false, all: false });
    let moved = [NotTo(Permanent), WHOLE, Renamed];
    assert_eq!(stored(REPLACE, &[&moved[..], &[NotTo(Transient), NONE, interrupted]].concat()), Do(Size(Temporary)));
    // RNTO got no answer: the file may have been renamed.
    assert_eq!(stored(REPLACE, &[&moved[..], &[interrupted]].concat()), Do(Size(Temporary)));
}

#[test]
fn a_file_that_has_another_size_does_not_get_its_name_and_is_no_success_under_it() {
    let mismatch = |temporary| GaveUp { why: Why::Mismatch(3), temporary, aside: Left::Nothing };
    assert_eq!(stored(ATOMIC, &[NotTo(Permanent), HALF, HALF]), mismatch(Left::Seen(Bytes(3))));
    let odd = Rules { odd_name: true, ..ATOMIC };
    assert_eq!(stored(odd, &[Renamed, HALF, NONE]), mismatch(Left::Nothing));
    // A file that another process holds is queried until it has the expected size.
    assert_eq!(stored(ATOMIC, &[NotFrom(Transient), HALF, Settled]), Do(Size(Temporary)));
    assert_eq!(stored(ATOMIC, &[NotFrom(Transient), HALF, Settled, WHOLE, Settled]), TO_OWN);
    assert_eq!(stored(ATOMIC, &[NotFrom(Transient), HALF, Settled, NO_SIZE, Settled]), Do(Size(Temporary)));
    assert_eq!(stored(ATOMIC, &[NotFrom(Transient), HALF, Settled, LOST]), Again);
    assert_eq!(stored(ATOMIC, &[NotFrom(Transient), HALF, Settled, LOST, WHOLE, Settled]), TO_OWN);
}

#[test]
fn fewer_bytes_after_a_doubt_are_no_beginning_of_ours_in_a_later_try_either() {
    let answers = [CanRename(true), NO_REPLY, HALF, Settled, HALF, LOST, HALF];
    assert_eq!(after(ATOMIC, &answers), STORE_TEMPORARY);
}

#[test]
fn a_size_that_lags_and_is_told_modulo_2_32_is_no_mismatch() {
    let length = (1 << 32) + 6;
    let mut file = FileDelivery::new(PLAIN, length);
    file.begin();
    let lags = Failed(Failure::Mismatch { sent: length, stored: 0 });
    let [.., last] = [NONE, lags, Settled, WHOLE, Settled, WHOLE].map(|answer| file.answer(answer));
    assert_eq!(last, Do(CheckSource));
}

#[test]
fn a_size_modulo_2_32_may_be_that_of_a_longer_file_of_an_earlier_try() {
    let length = (1 << 32) + 6;
    let mut file = FileDelivery::new(ATOMIC, length);
    file.begin();
    // Every byte was sent; then the file is sent again, and the transfer is cut just behind 2^32 bytes.
    let unknown = Failed(Failure::Unconfirmed { sent: length, completed: true, hash_late: false });
    for answer in [CanRename(true), unknown] {
        file.answer(answer);
    }
    file.begin();
    let doubt = [WHOLE, Settled, WHOLE, Answer::Compared(Unavailable), Failed(Cut { sent: (1 << 32) + 1, all: false })];
    let [.., last] = doubt.map(|answer| file.answer(answer));
    assert_eq!(last, Again);
    file.begin();
    let five = Answer::Size(Bytes(5));
    assert_eq!(file.answer(five), Do(Compare { name: Temporary, length: 5 }));
    assert_eq!(file.answer(Answer::Compared(Unavailable)), STORE_TEMPORARY);
}

#[test]
fn a_file_of_our_length_that_no_transfer_of_ours_can_have_left_makes_the_size_no_proof() {
    let doubt = [NONE, CUT, WHOLE, NO_REPLY, WHOLE, Settled, WHOLE, Answer::Compared(Unavailable)];
    assert_eq!(after(PLAIN, &doubt), gave_up(Why::Unknown));
}
