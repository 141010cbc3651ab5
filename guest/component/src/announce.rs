//! Prepares to store a file: the check of the file before it, the questions about it, and, where the session has opened a
//! data connection before, EPSV (or PASV) and STOR, all in one flight. `store.rs` goes on from there.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Announced, Argument as Which, Connection, Found, Inquiry, Placement, UploadError, Verification,
};
use crate::capabilities::{IoError, Step as Stage};
use crate::check::{Check, OpenCheck};
use crate::control::Outcome;
use crate::error;
use crate::passive::Opening;
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use core::num::NonZeroU16;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::{Command, MAX_FLIGHT};
use ftp_protocol::step::Step;

/// A file whose STOR was sent.
pub(crate) struct Announcement {
    name: Vec<u8>,
    pub(crate) opening: Opening,
    /// The port that the server has opened for the file.
    pub(crate) port: NonZeroU16,
}

impl Conversation {
    /// Makes the open check and asks about `name`; in a flight, opens the data connection for it, too.
    pub fn announce(&mut self, name: &[u8], inquiry: Inquiry, flight: bool) -> Result<Announced, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        let announced =
            if flight { self.announce_at_once(name, inquiry) } else { self.announce_in_steps(name, inquiry) };
        if announced.is_ok() {
            self.open_check = None;
        }
        announced
    }

    fn announce_in_steps(&mut self, name: Argument, inquiry: Inquiry) -> Result<Announced, UploadError> {
        let checked = self.open_check.is_some().then(|| self.check());
        // If the session ends at the next question, the caller still gets this result.
        self.open_check = checked.clone().map(OpenCheck::Answered);
        let (found, modified) = match inquiry {
            Inquiry::Nothing => (Found::Untold, None),
            Inquiry::Size => (self.look(name.as_bytes())?, None),
            Inquiry::SizeAndTime => (self.look(name.as_bytes())?, self.modified(name.as_bytes())?),
        };
        Ok(Announced { found, modified, checked })
    }

    fn announce_at_once(&mut self, name: Argument, inquiry: Inquiry) -> Result<Announced, UploadError> {
        let (check, answered) = match &self.open_check {
            Some(OpenCheck::Unasked(check)) => (Some(check.clone()), None),
            Some(OpenCheck::Answered(result)) => (None, Some(result.clone())),
            None => (None, None),
        };
        let questions = check.as_ref().map(|check| self.questions(check)).transpose()?.unwrap_or_default();
        let own = match inquiry {
            Inquiry::Nothing => Vec::new(),
            Inquiry::Size => Vec::from([Command::Size(name)]),
            // Another question could be unknown to the server, and would cost each file one more reply.
            Inquiry::SizeAndTime if !self.features().mdtm => Vec::from([Command::Size(name)]),
            Inquiry::SizeAndTime => Vec::from([Command::Size(name), Command::Mdtm(name)]),
        };
        let mut commands = questions.clone();
        commands.extend(own.into_iter().map(|command| (Step::Look, command)));
        let mut answers = self.ask_and_open(name, commands)?.into_iter();
        let checked = check.as_ref().map(|check| self.checked(check, &questions, &mut answers)).or(answered);
        let found = answers.next().map_or(Found::Untold, |size| self.looked(name, size));
        let modified = answers.next().and_then(Self::time);
        Ok(Announced { found, modified, checked })
    }

    fn checked(
        &mut self,
        check: &Check,
        questions: &[(Step, Command)],
        answers: &mut impl Iterator<Item = Outcome>,
    ) -> Result<Verification, UploadError> {
        let steps = questions.iter().map(|&(step, _)| step);
        self.conclude_from(check, steps.zip(answers))
    }

    /// Sends the questions `commands`, and EPSV (or PASV) and STOR behind them if that has worked in this session.
    /// Returns the answers to the questions, after all replies but the one to STOR were read.
    fn ask_and_open<'a>(
        &mut self,
        name: Argument<'a>,
        mut commands: Vec<(Step, Command<'a>)>,
    ) -> Result<Vec<Outcome>, UploadError> {
        let Some(opening) = self.data_channel_mode.proven() else {
            self.progress.entered(Stage::Inspection);
            return self.control.ask_all(&commands, MAX_FLIGHT);
        };
        // From here on the server may change the file.
        self.progress.entered(Stage::Store);
        commands.extend([(opening.step(), opening.command()), (Step::Stor, Command::Stor(name))]);
        self.control.send(&commands)?;
        let awaited = commands.iter().map(|&(step, _)| step).filter(|&step| step != Step::Stor);
        let mut answers: Vec<Outcome> =
            awaited.map(|step| self.control.await_outcome(step)).collect::<Result<_, UploadError>>()?;
        let port = answers.pop().and_then(Result::ok).and_then(|answer| opening.port(&answer));
        // The server has STOR, and no data connection for it: nothing else may be sent.
        let out_of_step = error::broken(opening.step(), Connection::Control, IoError::OutOfStep);
        let port = port.ok_or_else(|| self.control.end(out_of_step))?;
        self.announced = Some(Announcement { name: name.as_bytes().to_vec(), opening, port });
        Ok(answers)
    }

    /// Returns the announcement if one is open: STOR was sent for `name`, and can be continued.
    pub(crate) fn take_announcement(
        &mut self,
        name: Argument,
        placement: Placement,
    ) -> Result<Option<Announcement>, UploadError> {
        match self.announced.take() {
            Some(announced) if announced.name != name.as_bytes() || !matches!(placement, Placement::Replace) => {
                Err(self.control.end(UploadError::Invalid(Which::Announced)))
            }
            announced => Ok(announced),
        }
    }
}
