//! The definition of the command line, as the profiles see it: the options with their names, values and conflicts.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::iter;

use clap::builder::{Resettable, ValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command, Error};

/// The identifiers of options, as clap knows them.
pub type Ids = BTreeSet<String>;

/// The parsers of all commands that send files or ask the server. Keys of a profile are their options.
pub struct Commands {
    /// That of an upload.
    pub upload: Command,
    /// That of `sync`, whose own options have their own table.
    pub sync: Command,
    /// Those of other commands.
    pub others: Vec<Command>,
}

impl Commands {
    /// Returns the commands with their options complete.
    pub fn new(upload: Command, sync: Command, others: Vec<Command>) -> Self {
        Self { upload: built(upload), sync: built(sync), others: others.into_iter().map(built).collect() }
    }

    /// The commands whose options are keys of `[profile.NAME]` and `[defaults]` themselves.
    pub fn of_all(&self) -> Vec<&Command> {
        iter::once(&self.upload).chain(&self.others).collect()
    }
}

/// Lets clap complete a command: the members of groups, and the options for help.
pub fn built(mut command: Command) -> Command {
    command.build();
    command
}

/// The options of `command` that a user can give, each with its long name.
pub fn options(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    command
        .get_arguments()
        .filter(|option| !option.is_hide_set())
        .filter_map(|option| Some((option.get_long()?, option)))
}

/// The option with this long name.
pub fn option<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    options(command).find_map(|(name, option)| (name == long).then_some(option))
}

/// Returns the options that exclude the option `id`: by a conflict of either, or as members of the same group.
pub fn excluded_by(command: &Command, id: &str) -> Ids {
    let conflicts = |option: &Arg| names(command.get_arg_conflicts_with(option).into_iter());
    let own = command.get_arguments().filter(|option| option.get_id() == id).flat_map(conflicts);
    let others = command.get_arguments().filter(|option| conflicts(option).contains(id));
    let others = others.map(|option| option.get_id().to_string());
    let members = exclusive_groups(command).into_iter().filter(|members| members.contains(id)).flatten();
    own.chain(others).chain(members).filter(|other| other != id).collect()
}

/// The members of each group of which only one can be given.
fn exclusive_groups(command: &Command) -> Vec<Ids> {
    let exclusive = command.get_groups().filter(|group| !(*group).clone().is_multiple());
    exclusive.map(|group| group.get_args().map(ToString::to_string).collect()).collect()
}

fn names<'a>(options: impl Iterator<Item = &'a Arg>) -> Ids {
    options.map(|option| option.get_id().to_string()).collect()
}

/// Returns the options that the option `id`, given with `words`, requires. Clap tells them only as an error.
pub fn required_by(command: &Command, id: &str, words: &[OsString]) -> Ids {
    let relaxed = relaxed(command, |option| option.get_id() == id);
    let Err(error) = parse(relaxed, words) else { return Ids::new() };
    let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else { return Ids::new() };
    let is_missing =
        |long: &str| missing.iter().any(|text| text.split([' ', '=', '[']).next() == Some(&format!("--{long}")));
    let is_about_that = error.kind() == ErrorKind::MissingRequiredArgument;
    let required = options(command).filter(|(long, _)| is_about_that && is_missing(long));
    required.map(|(_, option)| option.get_id().to_string()).collect()
}

/// Returns the options that `words` give, whatever their values are, and whether or not they fit together.
///
/// # Errors
/// If a word is no option, or an option lacks its value; and for `--help` and `--version`.
pub fn given(command: &Command, words: &[OsString]) -> Result<ArgMatches, Error> {
    let any_text = |option: Arg| match option.get_action().takes_values() {
        true => option.value_parser(ValueParser::os_string()),
        false => option,
    };
    parse(relaxed(command, |_| false).mut_args(any_text), words)
}

/// Checks the values in `words`, but not whether the options fit together.
///
/// # Errors
/// If a value does not fit its option.
pub fn check_values(command: &Command, words: &[OsString]) -> Result<(), Error> {
    parse(relaxed(command, |_| false), words).map(drop)
}

/// The command with no conflicts between options, and none that is required, except by the options that `keep` names.
fn relaxed(command: &Command, keep: impl Fn(&Arg) -> bool) -> Command {
    let groups: Vec<_> = command.get_groups().map(|group| group.get_id().clone()).collect();
    let command = groups.into_iter().fold(command.clone(), |command, id| {
        command.mut_group(id, |group| {
            group.multiple(true).required(false).conflicts_with(Resettable::Reset).requires(Resettable::Reset)
        })
    });
    command.args_override_self(true).mut_args(|option| {
        let option =
            option.required(false).conflicts_with(Resettable::Reset).required_unless_present(Resettable::Reset);
        if keep(&option) { option } else { option.requires(Resettable::Reset) }
    })
}

fn parse(command: Command, words: &[OsString]) -> Result<ArgMatches, Error> {
    let name = OsString::from(command.get_name());
    command.try_get_matches_from([name].iter().chain(words))
}
