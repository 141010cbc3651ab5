//! Directories: enters the one that all files go to, and makes others beneath it.

use crate::bindings::exports::ftp_uploader::upload::upload::{Argument as Which, Made, Refusal, UploadError};
use crate::capabilities::Step as Stage;
use crate::control::Outcome;
use crate::error::{self, out_of_step};
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::{Command, MAX_FLIGHT};
use ftp_protocol::step::Step;

/// The most directories that one call makes.
const MAX_DIRECTORIES: usize = 64;

impl Conversation {
    /// Changes into `directory` and selects binary transfer.
    pub fn enter(&mut self, directory: &[u8], create: bool, flight: bool) -> Result<(), UploadError> {
        self.receives_nothing()?;
        let directory = argument(directory, Which::Directory)?;
        (self.entered, self.directory) = (Vec::new(), None);
        if flight && !self.must_announce_utf8(directory) {
            self.enter_in_flight(directory, create)?;
        } else {
            self.enter_in_steps(directory, create)?;
        }
        self.entered = directory.as_bytes().to_vec();
        Ok(())
    }

    fn enter_in_steps(&mut self, directory: Argument, create: bool) -> Result<(), UploadError> {
        if leads_elsewhere(directory) {
            self.change_directory(directory, create)?;
        }
        self.progress.entered(Stage::BinaryType);
        self.control.ask(Step::Type, Command::TypeImage)?;
        self.learn_features()
    }

    /// TYPE comes first: the reply to CWD decides about the next command.
    fn enter_in_flight(&mut self, directory: Argument, create: bool) -> Result<(), UploadError> {
        self.progress.entered(Stage::Directory);
        let mut commands = Vec::from([(Step::Type, Command::TypeImage)]);
        commands.extend(self.knows_no_features().then_some((Step::Feat, Command::Feat)));
        commands.extend(leads_elsewhere(directory).then_some((Step::Cwd, Command::Cwd(directory))));
        let outcomes = self.control.ask_all(&commands, MAX_FLIGHT)?;
        let (mut typed, mut entered) = (None, None);
        for (&(step, _), outcome) in commands.iter().zip(outcomes) {
            match step {
                Step::Type => typed = Some(outcome),
                Step::Feat => self.note_features(outcome),
                _ => entered = Some(outcome),
            }
        }
        match entered {
            Some(Err(_)) if create => self.make(directory)?,
            Some(entered) => drop(entered?),
            None => {}
        }
        typed.map_or(Ok(()), |typed| typed.map(|_| ()))
    }

    fn change_directory(&mut self, directory: Argument, create: bool) -> Result<(), UploadError> {
        self.announce_utf8(directory)?;
        self.progress.entered(Stage::Directory);
        match self.control.ask(Step::Cwd, Command::Cwd(directory)) {
            Err(error) if create && !error::is_final(&error) => self.make(directory),
            entered => entered.map(|_| ()),
        }
    }

    /// Makes `directory`, part by part, and enters it. A part that cannot be made is ignored: it may exist already, or
    /// another client may just have made it.
    fn make(&mut self, directory: Argument) -> Result<(), UploadError> {
        let bytes = directory.as_bytes();
        let ends = (1..=bytes.len()).filter(|&end| bytes[end - 1] != b'/' && bytes.get(end).is_none_or(|&b| b == b'/'));
        let mut refusal = None;
        for end in ends {
            let part = argument(&bytes[..end], Which::Directory)?;
            match self.control.ask(Step::Mkd, Command::Mkd(part)) {
                Err(error) if error::is_final(&error) => return Err(error),
                made => refusal = made.err(),
            }
        }
        let entered = self.control.ask(Step::Cwd, Command::Cwd(directory));
        entered.map(|_| ()).map_err(|error| if error::is_final(&error) { error } else { refusal.unwrap_or(error) })
    }

    /// Makes the directories `paths`, relative to the one that was entered, parents first.
    pub fn make_directories(&mut self, paths: &[Vec<u8>], flight: bool) -> Result<Vec<Made>, UploadError> {
        self.receives_nothing()?;
        if paths.len() > MAX_DIRECTORIES {
            return Err(UploadError::Invalid(Which::TooMany));
        }
        let paths: Vec<Argument> =
            paths.iter().map(|path| argument(path, Which::Directory)).collect::<Result<_, _>>()?;
        for path in &paths {
            self.announce_utf8(*path)?;
        }
        self.progress.entered(Stage::Directory);
        let (mut all, mut shows_order) = (Vec::new(), false);
        for part in unrelated(&paths) {
            let commands: Vec<_> = part.iter().map(|path| (Step::Mkd, Command::Mkd(*path))).collect();
            let outcomes = self.carry_out(&commands, flight)?;
            all.extend(outcomes.into_iter().map(made).collect::<Result<Vec<_>, _>>()?);
            shows_order |= flight && part.len() > 1;
        }
        // libunftp, which replies in another order, hangs after two CWD at once.
        self.find_those_that_exist(&paths, &mut all, shows_order)?;
        Ok(all)
    }

    /// Decides by CWD which of the directories that the server refused to make exist. MKD has no reply code for that.
    fn find_those_that_exist(&mut self, paths: &[Argument], all: &mut [Made], flight: bool) -> Result<(), UploadError> {
        if !all.iter().any(|made| matches!(made, Made::Unknown(_))) {
            return Ok(());
        }
        let Ok(base) = self.base()? else { return Ok(()) };
        let base = argument(&base, Which::Directory)?;
        let refused: Vec<usize> = (0..all.len()).filter(|&at| matches!(all[at], Made::Unknown(_))).collect();
        let names: Vec<Vec<u8>> = refused.iter().map(|&at| beneath(base, paths[at])).collect();
        // A longer name than a command can carry remains unknown.
        let asked: Vec<(usize, Argument)> =
            refused.into_iter().zip(&names).filter_map(|(at, name)| Some((at, Argument::new(name).ok()?))).collect();
        let mut commands: Vec<_> = asked.iter().map(|(_, name)| (Step::Cwd, Command::Cwd(*name))).collect();
        commands.push((Step::Cwd, Command::Cwd(base)));
        let mut outcomes = self.carry_out(&commands, flight)?;
        let back = outcomes.pop();
        let has_left = outcomes.iter().any(Result::is_ok);
        for ((at, _), entered) in asked.into_iter().zip(outcomes) {
            decide(&mut all[at], entered.is_ok());
        }
        if has_left && !matches!(back, Some(Ok(_))) {
            return Err(self.control.end(out_of_step(Step::Cwd)));
        }
        Ok(())
    }

    /// Enters `path`, which is relative to the directory that was entered first. [`go_back`](Self::go_back) leads back.
    ///
    /// # Errors
    /// Refused at `inspection` if the directory cannot be entered; at `directory` if the way back is not known.
    pub(crate) fn enter_beneath(&mut self, path: Argument) -> Result<(), UploadError> {
        let base = if self.entered.starts_with(b"/") { Ok(self.entered.clone()) } else { self.base()? };
        let base = base?;
        let beneath = beneath(argument(&base, Which::Directory)?, path);
        let entered = self.control.ask(Step::Cwd, Command::Cwd(argument(&beneath, Which::Directory)?));
        entered.map_err(|error| error::moved_to(Step::Retrieve, error))?;
        self.way_back = Some(base);
        Ok(())
    }

    /// Enters the directory of `enter` again, if it was left.
    ///
    /// # Errors
    /// The session has ended: the names of all other commands are relative to that directory.
    pub(crate) fn go_back(&mut self) -> Result<(), UploadError> {
        let Some(base) = self.way_back.take() else { return Ok(()) };
        self.control.send(&[(Step::Cwd, Command::Cwd(argument(&base, Which::Directory)?))])?;
        self.control.await_outcome(Step::Cwd)?.map(|_| ()).map_err(|_| self.control.end(out_of_step(Step::Cwd)))
    }

    /// Returns the absolute name of the directory that was entered, or the refusal of the server to tell it.
    fn base(&mut self) -> Result<Result<Vec<u8>, UploadError>, UploadError> {
        if let Some(told) = &self.directory {
            return Ok(told.clone());
        }
        self.control.send(&[(Step::Pwd, Command::Pwd)])?;
        let told = self.control.await_outcome(Step::Pwd)?.and_then(|answer| {
            let name = answer.reply.directory().filter(|name| Argument::new(name).is_ok());
            name.ok_or_else(|| error::refused(Step::Pwd, &answer.reply))
        });
        self.directory = Some(told.clone());
        Ok(told)
    }
}

/// Returns true if CWD must be sent. The session is already in `.`, and some servers (on printers) do not know CWD.
fn leads_elsewhere(directory: Argument) -> bool {
    directory.as_bytes() != b"."
}

/// Returns the absolute name of `path`, which is relative to `base`.
fn beneath(base: Argument, path: Argument) -> Vec<u8> {
    let (base, path) = (base.as_bytes(), path.as_bytes());
    let separator: &[u8] = if base.ends_with(b"/") { b"" } else { b"/" };
    if path.starts_with(b"/") { path.to_vec() } else { [base, separator, path].concat() }
}

/// Converts the reply to MKD. A refusal leaves it open if the directory exists.
fn made(outcome: Outcome) -> Result<Made, UploadError> {
    match outcome {
        Ok(_) => Ok(Made::Made),
        Err(UploadError::Refused(refusal)) => Ok(Made::Unknown(refusal)),
        Err(error) => Err(error),
    }
}

/// Splits `paths` where one lies in another of the same part, or contains it: the second of the two commands depends on
/// the first, and some servers carry out the commands of a flight at the same time.
pub(crate) fn unrelated<'a, 'p>(paths: &'a [Argument<'p>]) -> Vec<&'a [Argument<'p>]> {
    let is_in = |one: &Argument, other: &Argument| {
        one.as_bytes().strip_prefix(other.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
    };
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, path) in paths.iter().enumerate() {
        if paths[start..at].iter().any(|earlier| is_in(path, earlier) || is_in(earlier, path)) {
            parts.push(&paths[start..at]);
            start = at;
        }
    }
    parts.push(&paths[start..]);
    parts
}

fn decide(made: &mut Made, was_entered: bool) {
    let Made::Unknown(Refusal { step, code, text }) = made else { return };
    *made = if was_entered {
        Made::Exists
    } else {
        Made::Refused(Refusal { step: *step, code: *code, text: core::mem::take(text) })
    };
}
