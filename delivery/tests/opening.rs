//! The opening of a delivery may be sent before its answers are known. So every answer must lead to the STOR that was
//! announced.

use ftp_delivery::{Action, Answer, FileDelivery, Found, Name, Next, Proof, Rules, Verify};

/// The length of the file.
const LENGTH: u64 = 6;

fn all_rules() -> impl Iterator<Item = Rules> {
    let verifies = [Verify::Best, Verify::Hash, Verify::Size, Verify::Nothing];
    (0..128_u32).flat_map(move |bits| {
        let bit = move |n: u32| bits >> n & 1 == 1;
        verifies.into_iter().map(move |verify| Rules {
            atomic: bit(0),
            replace: bit(1),
            resume: bit(2),
            unique: bit(3),
            stream: bit(4),
            retried: bit(5),
            odd_name: bit(6),
            verify,
        })
    })
}

/// Answers every question in every way, and returns the first actions that are no questions.
fn after_all_answers(delivery: &FileDelivery, next: Next) -> Vec<Next> {
    let answers: Vec<Answer> = match next {
        Next::Do(Action::Size(_)) => {
            [Found::Bytes(LENGTH), Found::Bytes(1), Found::Refused, Found::Untold].map(Answer::Size).to_vec()
        }
        Next::Do(Action::Modified(_)) => [None, Some(0), Some(7)].map(Answer::Modified).to_vec(),
        next => return vec![next],
    };
    let follow = |answer| {
        let mut delivery = delivery.clone();
        let next = delivery.answer(answer);
        after_all_answers(&delivery, next)
    };
    answers.into_iter().flat_map(follow).collect()
}

#[test]
fn after_a_lost_opening_the_name_is_looked_at_again_and_may_hold_a_part() {
    let rules = Rules {
        atomic: false,
        replace: false,
        resume: false,
        unique: false,
        stream: false,
        retried: true,
        odd_name: false,
        verify: Verify::Best,
    };
    let mut delivery = FileDelivery::new(rules, LENGTH);
    delivery.opening_was_lost();
    assert!(delivery.may_have_left_a_part() && delivery.opening().is_none());
    assert!(matches!(delivery.begin(), Next::Do(Action::Size(Name::Own))));
    // A file of our size cannot be ours, and from now on its size proves nothing.
    assert_eq!(
        delivery.answer(Answer::Size(Found::Bytes(LENGTH))),
        Next::Do(Action::Store { name: Name::Own, from: 0 })
    );
    let stored = Answer::Stored { length: LENGTH, proof: Proof::Size, hidden: false };
    assert_eq!(delivery.answer(stored), Next::Do(Action::CheckSource));
    assert!(matches!(delivery.answer(Answer::Unchanged), Next::Stored { proof: Proof::SameSize, .. }));
}

#[test]
fn every_answer_to_an_opening_leads_to_its_stor() {
    let mut openings = 0;
    for rules in all_rules() {
        for (renames, sizes) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut delivery = FileDelivery::new(rules, LENGTH);
            if renames {
                delivery.server_renames();
            }
            if sizes {
                delivery.server_tells_sizes();
            }
            let Some(opening) = delivery.opening() else { continue };
            openings += 1;
            let first = delivery.begin();
            assert_eq!(
                matches!(first, Next::Do(Action::Size(name)) if name == opening.name),
                opening.asks,
                "{rules:?}"
            );
            let stor = Next::Do(Action::Store { name: opening.name, from: 0 });
            assert!(after_all_answers(&delivery, first).iter().all(|next| *next == stor), "{rules:?}");
            assert_eq!(delivery.opening(), None, "a delivery that has begun has no opening");
        }
    }
    assert!(openings > 100);
}
