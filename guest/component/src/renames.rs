//! Gives many files new names: a time where one is given, then RNFR and RNTO.
//!
//! In flights, all lines of a change are sent together, so RNTO is sent without waiting for the reply to RNFR. Where RNFR
//! is refused, a server refuses RNTO, too (RFC 959 §5.4, 503). If it accepts RNTO, a reply belongs to another command.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Change, Changed, Renaming, UploadError,
};
use crate::capabilities::Step as Stage;
use crate::control::Outcome;
use crate::error::{self, out_of_step};
use crate::many::MAX_NAMES;
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::{Command, MAX_FLIGHT};
use ftp_protocol::step::Step;
use ftp_protocol::timestamp::Timestamp;

/// The commands of one change.
struct Commands<'a> {
    /// None if there is no time to set, or no command that could set it.
    time: Option<Command<'a>>,
    name: Argument<'a>,
    to: Argument<'a>,
}

/// The replies to the commands of one change.
struct Outcomes {
    time: Option<Outcome>,
    from: Outcome,
    /// None if RNTO was not sent, because RNFR was refused.
    to: Option<Outcome>,
}

impl Conversation {
    /// Gives files new names.
    pub fn rename_all(&mut self, changes: &[Change], flight: bool) -> Result<Vec<Changed>, UploadError> {
        self.receives_nothing()?;
        if changes.len() > MAX_NAMES {
            return Err(UploadError::Invalid(Which::TooMany));
        }
        let changes: Vec<Commands> =
            changes.iter().map(|change| self.commands(change)).collect::<Result<_, UploadError>>()?;
        for change in &changes {
            self.announce_utf8(change.name)?;
            self.announce_utf8(change.to)?;
        }
        self.progress.entered(Stage::Renaming);
        let outcomes = if flight { self.change_at_once(&changes)? } else { self.change_in_steps(&changes)? };
        outcomes.into_iter().map(|outcomes| self.changed(outcomes)).collect()
    }

    /// A server that lists neither MFMT nor MDTM is not expected to set times.
    fn commands<'a>(&self, change: &'a Change) -> Result<Commands<'a>, UploadError> {
        let (name, to) = (argument(&change.name, Which::Name)?, argument(&change.to, Which::Name)?);
        let time = change.time.map(|time| Timestamp::from_unix(time).ok_or(UploadError::Invalid(Which::Time)));
        let features = self.features();
        let command = |time| match (features.mfmt, features.mdtm) {
            (true, _) => Some(Command::Mfmt(time, name)),
            (false, true) => Some(Command::MdtmSet(time, name)),
            (false, false) => None,
        };
        Ok(Commands { time: time.transpose()?.and_then(command), name, to })
    }

    fn change_in_steps(&mut self, changes: &[Commands]) -> Result<Vec<Outcomes>, UploadError> {
        changes.iter().map(|change| self.change_step_by_step(change)).collect()
    }

    fn change_step_by_step(&mut self, change: &Commands) -> Result<Outcomes, UploadError> {
        let mut answer = |step, command| {
            self.control.send(&[(step, command)])?;
            self.control.await_outcome(step)
        };
        let time = change.time.map(|command| answer(Step::Attributes, command)).transpose()?;
        let from = answer(Step::Rnfr, Command::Rnfr(change.name))?;
        let to = if from.is_ok() { Some(answer(Step::Rnto, Command::Rnto(change.to))?) } else { None };
        Ok(Outcomes { time, from, to })
    }

    fn change_at_once(&mut self, changes: &[Commands]) -> Result<Vec<Outcomes>, UploadError> {
        let mut replies = self.control.ask_ahead(&flights(changes))?.into_iter();
        let outcomes = changes.iter().map(|change| {
            let time = if change.time.is_some() { replies.next() } else { None };
            Some(Outcomes { time, from: replies.next()?, to: Some(replies.next()?) })
        });
        // There is one reply for each command.
        Ok(outcomes.flatten().collect())
    }

    fn changed(&mut self, outcomes: Outcomes) -> Result<Changed, UploadError> {
        let renaming = match (outcomes.from, outcomes.to) {
            (Ok(_), Some(Ok(_))) => Renaming::Done,
            (Ok(_), Some(Err(error))) => Renaming::NotTo(error::refusal(error)?),
            (Err(error), None | Some(Err(_))) => Renaming::NotFrom(error::refusal(error)?),
            (Err(_), Some(Ok(_))) | (Ok(_), None) => return Err(self.control.end(out_of_step(Step::Rnto))),
        };
        Ok(Changed { renaming, time_set: matches!(outcomes.time, Some(Ok(_))) })
    }
}

/// Returns the lines that are sent together: all those of a change, and of as many changes as fit.
fn flights<'a>(changes: &[Commands<'a>]) -> Vec<Vec<(Step, Command<'a>)>> {
    let mut flights: Vec<Vec<(Step, Command)>> = Vec::new();
    for change in changes {
        let time = change.time.map(|command| (Step::Attributes, command));
        let lines = [(Step::Rnfr, Command::Rnfr(change.name)), (Step::Rnto, Command::Rnto(change.to))];
        let lines: Vec<_> = time.into_iter().chain(lines).collect();
        match flights.last_mut().filter(|flight| flight.len() + lines.len() <= MAX_FLIGHT) {
            Some(flight) => flight.extend(lines),
            None => flights.push(lines),
        }
    }
    flights
}
