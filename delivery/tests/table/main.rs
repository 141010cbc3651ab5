//! The table of transitions: for a state of the knowledge and an answer, the next step. One row for each state and
//! answer. The combinations that it does not contain are covered by `search.rs`.
//!
//! A state is written as the answers that lead to it. The file has 6 bytes.

mod found;
mod naming;
mod storing;

pub(crate) use ftp_delivery::Action::{
    CheckSource, Compare, Modified, ProbeRename, Remove, Rename, Settle, Size, Store,
};
pub(crate) use ftp_delivery::Answer::{self, CanRename, Failed, NotFrom, NotTo, Removed, Renamed, Settled, Unchanged};
pub(crate) use ftp_delivery::Compared::{Different, Same, Unavailable};
pub(crate) use ftp_delivery::Failure::{
    self, BrokeDown, Corrupt, Cut, EarlySuccess, GivenUp, Missing, NotTaken, Session,
};
pub(crate) use ftp_delivery::Found::{self, Bytes, Untold};
pub(crate) use ftp_delivery::Name::{Aside, Own, PlainTemporary, Temporary};
pub(crate) use ftp_delivery::Next::{self, Again, Do, GaveUp};
pub(crate) use ftp_delivery::Refusal::{Permanent, Transient};
pub(crate) use ftp_delivery::{FileDelivery, Left, Proof, Rules, Verify, Why};

/// The length of the file.
pub(crate) const SIX: u64 = 6;

pub(crate) const PLAIN: Rules = Rules {
    atomic: false,
    replace: false,
    resume: false,
    unique: false,
    stream: false,
    retried: true,
    odd_name: false,
    verify: Verify::Best,
};
pub(crate) const ATOMIC: Rules = Rules { atomic: true, ..PLAIN };
pub(crate) const REPLACE: Rules = Rules { replace: true, ..ATOMIC };
pub(crate) const RESUME: Rules = Rules { resume: true, ..PLAIN };
pub(crate) const RESUME_ATOMIC: Rules = Rules { resume: true, ..ATOMIC };

pub(crate) const NONE: Answer = Answer::Size(Found::Refused);
pub(crate) const NO_SIZE: Answer = Answer::Size(Untold);
pub(crate) const WHOLE: Answer = Answer::Size(Bytes(6));
pub(crate) const HALF: Answer = Answer::Size(Bytes(3));
pub(crate) const STORED: Answer = Answer::Stored { length: SIX, proof: Proof::Size, hidden: false };
pub(crate) const SAID: Answer = Answer::Stored { length: SIX, proof: Proof::Reply, hidden: false };
pub(crate) const HIDDEN: Answer = Answer::Stored { length: SIX, proof: Proof::Reply, hidden: true };
pub(crate) const LOST: Answer = Failed(Session);
pub(crate) const CUT: Answer = Failed(Cut { sent: 3, all: false });
pub(crate) const NO_REPLY: Answer = Failed(Failure::Unconfirmed { sent: 6, completed: false, hash_late: false });
pub(crate) const CUT_AT_SIZE: Answer = Failed(Failure::Unconfirmed { sent: 6, completed: true, hash_late: false });
pub(crate) const LATE_HASH: Answer = Failed(Failure::Unconfirmed { sent: 6, completed: true, hash_late: true });
pub(crate) const REFUSED_AT_THE_END: Answer = Failed(GivenUp { sent: 6, all: true });
pub(crate) const BROKE_AT_THE_END: Answer = Failed(BrokeDown { sent: 6, all: true });
pub(crate) const TOO_SMALL: Answer = Failed(Failure::Mismatch { sent: 6, stored: 3 });

pub(crate) const STORE: Next = Do(Store { name: Own, from: 0 });
pub(crate) const STORE_TEMPORARY: Next = Do(Store { name: Temporary, from: 0 });
pub(crate) const HASH: Next = Do(Compare { name: Own, length: 6 });
pub(crate) const DONE: Next = Next::Stored { proof: Proof::Size, aside: Left::Nothing };
pub(crate) const TO_OWN: Next = Do(Rename { from: Temporary, to: Own });
pub(crate) const TO_ASIDE: Next = Do(Rename { from: Own, to: Aside });
pub(crate) const BACK: Next = Do(Rename { from: Aside, to: Own });

/// Returns the step after `answers`; each `Again` begins another try.
pub(crate) fn after(rules: Rules, answers: &[Answer]) -> Next {
    let mut file = FileDelivery::new(rules, SIX);
    let mut next = file.begin();
    for (i, &answer) in answers.iter().enumerate() {
        if next == Again {
            next = file.begin();
        }
        assert!(matches!(next, Do(_)), "answer {i} has no question: {next:?}");
        next = file.answer(answer);
    }
    next
}

/// The same, and then the delivery is given up.
pub(crate) fn given_up(rules: Rules, answers: &[Answer]) -> Next {
    let mut file = FileDelivery::new(rules, SIX);
    let mut next = file.begin();
    for &answer in answers {
        if next == Again {
            file.begin();
        }
        next = file.answer(answer);
    }
    assert_eq!(next, Again);
    file.give_up()
}

pub(crate) fn gave_up(why: Why) -> Next {
    GaveUp { why, temporary: Left::Nothing, aside: Left::Nothing }
}

pub(crate) fn holds(rules: Rules, rows: &[(&str, &[Answer], Next)]) {
    for (what, answers, next) in rows {
        assert_eq!(after(rules, answers), *next, "{what}: {answers:?}");
    }
}
