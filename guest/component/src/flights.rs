//! Flights: several commands that are sent at once, and their replies. Nothing is concluded from a reply before all of
//! them were read.

use crate::bindings::exports::ftp_uploader::upload::upload::UploadError;
use crate::control::{Control, Outcome};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use ftp_protocol::command::Command;
use ftp_protocol::step::Step;

/// The most commands of flights that are unanswered at a time: an embedder denies more (`wit/capabilities.wit`, `send`).
const MAX_UNANSWERED: usize = 16;

impl Control {
    /// Sends `commands` and waits for all their replies: at most `at_once` of them are sent together. A refusal is an
    /// answer.
    ///
    /// # Errors
    /// The session has ended, and nothing may be concluded from the replies.
    pub(crate) fn ask_all(
        &mut self,
        commands: &[(Step, Command)],
        at_once: usize,
    ) -> Result<Vec<Outcome>, UploadError> {
        let mut outcomes = Vec::new();
        for flight in commands.chunks(at_once.max(1)) {
            self.send(flight)?;
            for &(step, _) in flight {
                outcomes.push(self.await_outcome(step)?);
            }
            if let [_, .., (step, _)] = flight {
                self.no_stray_reply(*step)?;
            }
        }
        Ok(outcomes)
    }

    /// Sends `flights` one after the other and waits for all their replies. A flight does not wait for the replies to
    /// those before it, as long as no more than [`MAX_UNANSWERED`] commands are unanswered. A refusal is an answer.
    ///
    /// # Errors
    /// The session has ended, and nothing may be concluded from the replies.
    pub(crate) fn ask_ahead(&mut self, flights: &[Vec<(Step, Command)>]) -> Result<Vec<Outcome>, UploadError> {
        let (mut outcomes, mut unanswered) = (Vec::new(), VecDeque::new());
        for flight in flights {
            while unanswered.len() + flight.len() > MAX_UNANSWERED
                && let Some(step) = unanswered.pop_front()
            {
                outcomes.push(self.await_outcome(step)?);
            }
            if unanswered.is_empty() {
                self.send(flight)?
            } else {
                self.send_more(flight)?
            }
            unanswered.extend(flight.iter().map(|&(step, _)| step));
        }
        let last = unanswered.back().copied();
        for step in unanswered {
            outcomes.push(self.await_outcome(step)?);
        }
        last.map_or(Ok(()), |step| self.no_stray_reply(step))?;
        Ok(outcomes)
    }
}
