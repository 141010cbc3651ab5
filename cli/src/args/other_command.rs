//! Options of an upload that another command does not have. They stay known to its parser, so that the error can say to
//! which command they belong.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, Error};

/// Leaves the options with these identifiers out of the help texts.
pub(super) fn hide(command: Command, ids: &[&'static str]) -> Command {
    ids.iter().fold(command, |command, id| command.mut_arg(id, |argument| argument.hide(true)))
}

/// Refuses these options in the command line of `command`.
///
/// # Errors
/// The text about the first of them that was typed.
pub(super) fn refuse(matches: &ArgMatches, ids: &[&str], command: &str) -> Result<(), String> {
    let typed = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    ids.iter()
        .find(typed)
        .map_or(Ok(()), |id| Err(format!("--{} is an option of an upload, and not of {command}", id.replace('_', "-"))))
}

/// The error with this text.
pub(super) fn error(mut command: Command, text: String) -> Error {
    command.error(ErrorKind::UnknownArgument, text)
}
