//! Questions about many files, and their removal, in flights. Their names are changed in `renames.rs`.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Found, Inquiry, Known, Removal, UploadError,
};
use crate::capabilities::Step as Stage;
use crate::control::Outcome;
use crate::directory::unrelated;
use crate::error::{self, out_of_step};
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::{Command, MAX_FLIGHT};
use ftp_protocol::step::Step;

/// The most names in one call.
pub(crate) const MAX_NAMES: usize = 64;

impl Conversation {
    /// Asks about files.
    pub fn ask(&mut self, names: &[Vec<u8>], inquiry: Inquiry, flight: bool) -> Result<Vec<Known>, UploadError> {
        self.receives_nothing()?;
        let names = self.arguments(names, Which::Name)?;
        self.progress.entered(Stage::Inspection);
        let with_time = matches!(inquiry, Inquiry::SizeAndTime) && (!flight || self.features().mdtm);
        let questions = |name| match inquiry {
            Inquiry::Nothing => [None, None],
            Inquiry::Size | Inquiry::SizeAndTime => {
                [Some(Command::Size(name)), with_time.then_some(Command::Mdtm(name))]
            }
        };
        let commands: Vec<_> =
            names.iter().copied().flat_map(questions).flatten().map(|command| (Step::Look, command)).collect();
        let mut answers = self.answers(&commands, flight)?.into_iter();
        let known = |name: Argument| {
            let size = if matches!(inquiry, Inquiry::Nothing) { None } else { answers.next() };
            let found = size.map_or(Found::Untold, |size| self.looked(name, size));
            Known { found, modified: if with_time { answers.next().and_then(Self::time) } else { None } }
        };
        Ok(names.into_iter().map(known).collect())
    }

    /// Asks `questions`, and returns the replies in their order.
    ///
    /// Some servers carry out commands side by side, and reply in the order in which they end. The sizes would be those of
    /// other files, which no reply shows. So a NOOP ends each flight: such a server replies to it before the questions, and
    /// 200 is no reply to any of them, which ends the session.
    fn answers(&mut self, questions: &[(Step, Command)], flight: bool) -> Result<Vec<Outcome>, UploadError> {
        if !flight || questions.len() < 2 {
            return self.control.ask_all(questions, 1);
        }
        let mut answers = Vec::new();
        for part in questions.chunks(MAX_FLIGHT - 1) {
            answers.extend(self.flight_with_noop(part)?.into_iter().take(part.len()));
        }
        Ok(answers)
    }

    /// Sends `commands` and a NOOP, and returns the replies to all of them.
    fn flight_with_noop(&mut self, commands: &[(Step, Command)]) -> Result<Vec<Outcome>, UploadError> {
        let commands: Vec<_> = commands.iter().copied().chain([(Step::Opts, Command::Noop)]).collect();
        self.control.ask_all(&commands, MAX_FLIGHT)
    }

    /// Removes files.
    pub fn remove_all(&mut self, names: &[Vec<u8>], flight: bool) -> Result<Vec<Removal>, UploadError> {
        self.receives_nothing()?;
        let names = self.arguments(names, Which::Name)?;
        self.remove_each(names.into_iter().map(|name| (Step::Dele, Command::Dele(name))).collect(), flight)
    }

    /// Removes empty directories.
    pub fn remove_directories(&mut self, paths: &[Vec<u8>], flight: bool) -> Result<Vec<Removal>, UploadError> {
        self.receives_nothing()?;
        let paths = self.arguments(paths, Which::Directory)?;
        let mut removals = Vec::new();
        for part in unrelated(&paths) {
            let commands = part.iter().map(|path| (Step::Rmd, Command::Rmd(*path))).collect();
            removals.extend(self.remove_each(commands, flight)?);
        }
        Ok(removals)
    }

    fn remove_each(&mut self, commands: Vec<(Step, Command)>, flight: bool) -> Result<Vec<Removal>, UploadError> {
        self.progress.entered(Stage::Renaming);
        self.carry_out(&commands, flight)?.into_iter().map(removal).collect()
    }

    /// Sends `commands`, which change something, and returns their outcomes in their order. As in [`answers`](Self::answers),
    /// a NOOP ends each flight. Where it does not show to which command each reply belongs, the session ends.
    pub(crate) fn carry_out(
        &mut self,
        commands: &[(Step, Command)],
        flight: bool,
    ) -> Result<Vec<Outcome>, UploadError> {
        if !flight || commands.len() < 2 {
            return self.control.ask_all(commands, 1);
        }
        let mut outcomes = Vec::new();
        for part in commands.chunks(MAX_FLIGHT - 1) {
            let replies = self.flight_with_noop(part)?;
            if !shows_order(&replies) {
                return Err(self.control.end(out_of_step(part[0].0)));
            }
            outcomes.extend(replies.into_iter().take(part.len()));
        }
        Ok(outcomes)
    }

    /// Checks all names before anything is sent, and sets the option that they need.
    fn arguments<'a>(&mut self, names: &'a [Vec<u8>], which: Which) -> Result<Vec<Argument<'a>>, UploadError> {
        if names.len() > MAX_NAMES {
            return Err(UploadError::Invalid(Which::TooMany));
        }
        let names: Vec<Argument> = names.iter().map(|name| argument(name, which)).collect::<Result<_, _>>()?;
        names.iter().try_for_each(|name| self.announce_utf8(*name))?;
        Ok(names)
    }
}

/// Returns true if it is known to which of the commands of a flight each of `replies` belongs. The last reply must be one to
/// NOOP that no other command got, unless all are replies of success.
fn shows_order(replies: &[Outcome]) -> bool {
    let Some((noop, others)) = replies.split_last() else { return true };
    // RFC 959 §4.2.2: a server without NOOP replies 500 or 502.
    let is_of_noop = |code| matches!(code, Some(200 | 500 | 502));
    replies.iter().all(Result::is_ok) || is_of_noop(code(noop)) && others.iter().all(|other| !is_of_noop(code(other)))
}

/// Returns the code of a reply.
fn code(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Ok(answer) => Some(answer.reply.code.number()),
        Err(UploadError::Refused(refusal)) => Some(refusal.code),
        Err(_) => None,
    }
}

fn removal(outcome: Outcome) -> Result<Removal, UploadError> {
    match outcome {
        Ok(_) => Ok(Removal::Removed),
        Err(error) => error::refusal(error).map(Removal::Refused),
    }
}
