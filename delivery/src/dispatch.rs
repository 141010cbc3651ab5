//! The dispatch of an answer: the phase in which it arrives selects the rule that handles it.

use crate::answer::{Action, Answer, Failure, Found, Left, Next, Why};
use crate::machine::{FileDelivery, Phase};

impl FileDelivery {
    /// Takes the answer to the last action, and returns the next step.
    pub fn answer(&mut self, answer: Answer) -> Next {
        if let Answer::Size(Found::Bytes(_)) = answer {
            self.sizes_told = true;
        }
        if let Answer::Failed(failure) = answer {
            return self.failed(failure);
        }
        let next = self.answer_before_storing(answer).or_else(|| self.answer_after_storing(answer));
        let next = next.or_else(|| self.answer_in_doubt(answer)).or_else(|| self.answer_to_rename(answer));
        // Without any, the caller's answer does not belong to the last action.
        next.or_else(|| self.answer_while_leaving(answer)).unwrap_or_else(|| self.leave(Why::Fault))
    }

    /// Handles an answer before the first byte is sent.
    fn answer_before_storing(&mut self, answer: Answer) -> Option<Next> {
        Some(match (self.phase, answer) {
            (Phase::Probing, Answer::CanRename(renames)) => self.probed(renames),
            (Phase::Before, Answer::Size(found)) => self.found_before(found),
            (Phase::BeforeTime, Answer::Modified(time)) => self.dated_before(time),
            (Phase::Remains, Answer::Size(found)) => self.found_remains(found),
            (Phase::Prefix { there, by_name }, Answer::Compared(compared)) => self.prefix(there, by_name, compared),
            (Phase::WholeRemains, Answer::Compared(compared)) => self.whole_remains(compared),
            (_, _) => return None,
        })
    }

    /// Handles the answer to STOR and those to the questions about it.
    fn answer_after_storing(&mut self, answer: Answer) -> Option<Next> {
        Some(match (self.phase, answer) {
            (Phase::Storing { .. }, Answer::Stored { length, hidden: true, .. }) if self.sizes_told => {
                self.contradicted(length, Found::Refused)
            }
            (Phase::Storing { .. }, Answer::Stored { length, proof, .. }) => self.stored(length, proof),
            (Phase::Recheck(looks), Answer::Size(found)) => self.rechecked(looks, found),
            (Phase::Recheck(looks), Answer::Settled) => self.ask(Phase::Recheck(looks), Action::Size(self.work)),
            (Phase::RecheckHash, Answer::Settled) => self.compare(Phase::RecheckHash, self.work),
            (Phase::RecheckHash, Answer::Compared(compared)) => self.rechecked_hash(compared),
            (Phase::AfterTime, Answer::Modified(time)) => self.dated_after(time),
            (Phase::Source(proof), Answer::Unchanged) => self.name(proof),
            (_, _) => return None,
        })
    }

    /// Handles an answer about a file whose final reply was lost or was negative.
    fn answer_in_doubt(&mut self, answer: Answer) -> Option<Next> {
        Some(match (self.phase, answer) {
            (Phase::Doubt(looks), Answer::Size(found)) => self.found_in_doubt(looks, found),
            (Phase::Doubt(looks), Answer::Settled) => self.ask(Phase::Doubt(looks), Action::Size(self.work)),
            (Phase::DoubtHash(found), Answer::Compared(compared)) => self.compared_in_doubt(found, compared),
            (Phase::DoubtTime, Answer::Modified(time)) => self.dated_in_doubt(time),
            (Phase::DoubtSize, Answer::Size(found)) => self.seen_in_doubt(found),
            (Phase::DeniedHash, Answer::Compared(compared)) => self.compared_denied(compared),
            (Phase::DeniedSize, Answer::Size(found)) => self.sized_denied(found),
            (_, _) => return None,
        })
    }

    /// Handles an answer of the sequence of renames.
    fn answer_to_rename(&mut self, answer: Answer) -> Option<Next> {
        Some(match (self.phase, answer) {
            (Phase::Moving { again, tries }, answer) => self.moved(again, tries, answer),
            (Phase::NotFrom { tries, refusal }, Answer::Size(found)) => self.not_from(tries, refusal, found),
            (Phase::NotFrom { tries, refusal }, Answer::Settled) => self.settled_before_rename(tries, refusal),
            (Phase::NotTo { again, refusal }, Answer::Size(found)) => self.not_to(again, refusal, found),
            (Phase::OwnHash { gone }, Answer::Compared(compared)) => self.own_hash(gone, compared),
            (Phase::OwnSize, Answer::Size(found)) => self.own_size(found),
            (Phase::OwnTime, Answer::Modified(time)) => self.own_time(time),
            (Phase::OwnSizeAgain, Answer::Size(found)) => self.own_size_again(found),
            (Phase::Named, Answer::Size(found)) => self.named(found),
            (Phase::RemovingPart, Answer::Removed(removed)) => self.removed_part(removed),
            (Phase::Placed, Answer::Size(found)) => self.placed_and_seen(found),
            (Phase::RemovingOld, Answer::Removed(removed)) => self.removed_old(removed),
            (Phase::OldRemains, Answer::Size(found)) => self.has_its_name(Left::Seen(found)),
            (_, _) => return None,
        })
    }

    /// Handles an answer after the delivery was given up.
    fn answer_while_leaving(&mut self, answer: Answer) -> Option<Next> {
        Some(match (self.phase, answer) {
            (Phase::Removing(why), Answer::Removed(removed)) => self.removed(why, removed),
            (Phase::LastLook(why), Answer::Size(found)) => self.looked(why, Left::Seen(found)),
            (Phase::LastLookAside(why, temporary), Answer::Size(found)) => {
                self.gave_up(why, temporary, Left::Seen(found))
            }
            (_, _) => return None,
        })
    }

    /// Handles a failure, depending on the phase in which it occurred.
    fn failed(&mut self, failure: Failure) -> Next {
        match (self.phase, failure) {
            (Phase::Removing(why) | Phase::LastLook(why), _) => self.looked(why, Left::Unseen),
            (Phase::LastLookAside(why, temporary), _) => self.gave_up(why, temporary, Left::Unseen),
            (Phase::Named, _) => self.has_its_name(Left::Nothing),
            (Phase::Placed | Phase::RemovingOld | Phase::OldRemains, _) => self.has_its_name(Left::Unseen),
            (Phase::Storing { from }, failure) => self.not_stored(from, failure),
            (Phase::Source(_), Failure::Source { .. }) => self.leave_changed(),
            (Phase::Moving { .. }, Failure::Session) => self.move_was_lost(),
            (Phase::Moving { .. }, _) => self.move_was_stopped(),
            (_, Failure::Session) => self.again(),
            (_, _) => self.leave(Why::Failed),
        }
    }
}
