//! The options for directories: `-r`, the rules that leave files out, and the handling of links.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches, ValueEnum, value_parser};

/// The options under the heading Directories. `None` is the default of [`ftp_uploader::TreeRules`].
#[derive(clap::Args)]
#[command(next_help_heading = "Directories")]
pub struct TreeArgs {
    /// Upload directories with their contents, as scp -r: dir, dir/ and dir/. are all stored as REMOTEDIR/dir; the
    /// contents of . and .. directly in REMOTEDIR. Hidden files are included. Files that cannot be uploaded are skipped
    /// with a note, and the exit code is 3
    #[arg(short, long, conflicts_with = "unique")]
    pub recursive: bool,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Upload symbolic links inside a directory as the files and directories that they lead to, or skip them with a note.
    /// Links that lead out of the directory are always skipped [default: skip]
    #[arg(long, value_enum, value_name = "HOW", requires = "recursive")]
    pub links: Option<LinkHandling>,
}

/// The values of `--links`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkHandling {
    /// Upload the file or directory that the link leads to
    Follow,
    /// Skip the link with a note
    Skip,
}

/// The rules in the order in which they were typed. Clap keeps that order only for values of one option.
pub struct RuleArgs(pub Vec<TypedRule>);

/// A rule as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedRule {
    /// `--exclude`.
    Exclude(String),
    /// `--include`.
    Include(String),
    /// `--exclude-from`: a file with rules.
    From(PathBuf),
}

const EXCLUDE: &str = "exclude";
const INCLUDE: &str = "include";
const EXCLUDE_FROM: &str = "exclude_from";

impl clap::Args for RuleArgs {
    fn augment_args(command: Command) -> Command {
        let option = |id: &'static str, value: &'static str| {
            Arg::new(id).long(id).value_name(value).action(ArgAction::Append).requires("recursive")
        };
        command.args([
            option(EXCLUDE, "PATTERN").value_parser(value_parser!(String)).help(
                "Leave out the files and directories in the uploaded directories that match PATTERN. All rules are those \
                 of a .gitignore file: the last one that matches decides. The option can be repeated",
            ),
            option(INCLUDE, "PATTERN").value_parser(value_parser!(String)).help(
                "Take in again the files and directories that match PATTERN, although an option before it leaves them \
                 out: as ! in a .gitignore file",
            ),
            option(EXCLUDE_FROM, "PATH")
                .long("exclude-from")
                .value_parser(value_parser!(PathBuf))
                .help("Read rules from PATH, such as a .gitignore file"),
        ])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RuleArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut rules: Vec<_> = typed(matches, EXCLUDE, TypedRule::Exclude)
            .chain(typed(matches, INCLUDE, TypedRule::Include))
            .chain(typed(matches, EXCLUDE_FROM, TypedRule::From))
            .collect();
        rules.sort_by_key(|(index, _)| *index);
        Ok(Self(rules.into_iter().map(|(_, rule)| rule).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Returns the values of one option, each with its place on the command line.
fn typed<'a, T: Clone + Send + Sync + 'static>(
    matches: &'a ArgMatches,
    id: &'static str,
    rule: fn(T) -> TypedRule,
) -> impl Iterator<Item = (usize, TypedRule)> + use<'a, T> {
    let values = matches.get_many::<T>(id).into_iter().flatten().cloned();
    matches.indices_of(id).into_iter().flatten().zip(values.map(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::Parser;

    fn parse(options: &[&str]) -> Result<TreeArgs, Error> {
        let line = ["ftp-uploader"].iter().chain(options).chain(&["host", "user", "dir", "inbox"]);
        Args::try_parse_from(line).map(|args| args.tree)
    }

    #[test]
    fn rules_keep_the_order_in_which_they_were_typed() {
        let line = ["--exclude", "a", "--include=b", "-r", "--exclude-from", "c", "--include", "d", "--exclude=e"];
        let typed = parse(&line).ok().unwrap().rules.0;
        let exclude = |pattern: &str| TypedRule::Exclude(pattern.to_owned());
        let include = |pattern: &str| TypedRule::Include(pattern.to_owned());
        assert_eq!(typed, [exclude("a"), include("b"), TypedRule::From("c".into()), include("d"), exclude("e")]);
    }

    #[test]
    fn options_for_directories_need_directories() {
        for options in [&["--exclude", "a"][..], &["--include", "a"], &["--exclude-from", "a"], &["--links", "skip"]] {
            let error = parse(options).err().unwrap().to_string();
            assert!(error.contains("--recursive"), "{error}");
            assert!(parse(&[options, &["-r"]].concat()).is_ok());
        }
        assert!(parse(&["-r", "--unique"]).is_err());
    }
}
