//! The bytes that an earlier run has left, as far as the server was asked about them: if the upload does not go on there
//! although the caller wants it ([`Delivery::resume`](crate::Delivery::resume)), the user learns why.

use ftp_delivery::{Action, Answer, Compared, Found};

use crate::report::event::StartOver;

/// The answers about the file that was there before a transfer.
#[derive(Default)]
pub(super) struct Leftover {
    found: Option<Found>,
    compared: Option<Compared>,
}

impl Leftover {
    /// Records an answer to a question that comes before a transfer. The first size after a transfer counts: later ones
    /// are about the file's own name.
    pub(super) fn record(&mut self, action: Action, answer: &Answer) {
        match (action, answer) {
            (Action::Size(_), Answer::Size(found)) => _ = self.found.get_or_insert(*found),
            (Action::Compare { .. }, Answer::Compared(compared)) => self.compared = Some(*compared),
            _ => {}
        }
    }

    /// Forgets the answers, and returns the reason why a file of `length` bytes is sent from its first byte; `None` if the
    /// server has nothing of it.
    pub(super) fn why_start_over(&mut self, length: u64) -> Option<StartOver> {
        let Self { found, compared } = std::mem::take(self);
        match (found?, compared) {
            (Found::Untold, _) => Some(StartOver::SizeUnknown),
            (Found::Bytes(there), _) if there > length => Some(StartOver::TooLarge { there }),
            (Found::Bytes(there), Some(Compared::Different)) => Some(StartOver::Different { there }),
            (Found::Bytes(there), Some(Compared::Unavailable)) => Some(StartOver::NotProved { there }),
            (Found::Bytes(_), None | Some(Compared::Same)) | (Found::Refused, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ftp_delivery::Name;

    use super::*;

    fn why(found: Found, compared: Option<Compared>) -> Option<StartOver> {
        let mut leftover = Leftover::default();
        leftover.record(Action::Size(Name::Own), &Answer::Size(found));
        if let Some(compared) = compared {
            leftover.record(Action::Compare { name: Name::Own, length: 4 }, &Answer::Compared(compared));
        }
        let why = leftover.why_start_over(6);
        assert_eq!(leftover.why_start_over(6), None, "the reason is told once");
        why
    }

    #[test]
    fn each_answer_that_prevents_going_on_is_a_reason() {
        assert_eq!(why(Found::Untold, None), Some(StartOver::SizeUnknown));
        assert_eq!(why(Found::Bytes(7), None), Some(StartOver::TooLarge { there: 7 }));
        let there = 4;
        assert_eq!(why(Found::Bytes(there), Some(Compared::Different)), Some(StartOver::Different { there }));
        assert_eq!(why(Found::Bytes(there), Some(Compared::Unavailable)), Some(StartOver::NotProved { there }));
    }

    #[test]
    fn a_server_that_has_nothing_of_the_file_needs_no_reason() {
        assert_eq!(why(Found::Refused, None), None);
        assert_eq!(why(Found::Bytes(0), None), None);
        assert_eq!(Leftover::default().why_start_over(6), None);
    }
}
