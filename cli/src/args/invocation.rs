//! The command that the first word selects, and its command line.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, Error, FromArgMatches, Parser};
use clap_complete::Shell;

use super::profiled::{Mistake, Profiled};
use super::{Args, OutputArgs, check, check_parser, sync, sync_parser, upload_parser, usage_error};
use crate::exit_code::ExitCode;
use crate::output::{ndjson, stderr};
use crate::platform::names::is_sendable;
use crate::profile::Surroundings;

/// The options whose value must be joined by `=`, and their values. Otherwise the value would be taken for a host or a
/// file.
const JOINED: ([&str; 2], [&str; 2]) = (["--explain", "--dry-run"], ["json", "text"]);

/// The message for a word with half of a surrogate pair, which exists on Windows only.
const NOT_UNICODE: &str = "the command line has a word that is not valid Unicode (half of a surrogate pair). No FTP command \
                           can carry that; nothing was sent. Rename the file.";

/// The command line, as one of the things that the program can do.
pub enum Invocation {
    /// An upload, or another job on a server: `sync`, `check`.
    Run(Box<Args>),
    /// `--show-settings`: print this text.
    Settings(String),
    /// `completions SHELL`: print a script for this shell.
    Completions(Shell),
    /// `man`: print the manual page.
    Man,
}

/// The command line of `completions`.
#[derive(Parser)]
#[command(name = "ftp-uploader-completions", bin_name = "ftp-uploader completions")]
#[command(override_usage = "ftp-uploader completions SHELL")]
#[command(about = "Prints a script that completes the command line in a shell")]
#[command(after_help = "A host that is called completions is written as ftpes://completions.")]
struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// The command line of `man`.
#[derive(Parser)]
#[command(name = "ftp-uploader-man", bin_name = "ftp-uploader man", override_usage = "ftp-uploader man")]
#[command(about = "Prints the manual page, in roff: ftp-uploader man | man -l -")]
#[command(after_help = "A host that is called man is written as ftpes://man.")]
struct ManArgs {}

/// The commands. The word for each is the first one after the name of the program; an upload has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selected {
    Upload,
    Sync,
    Check,
    Completions,
    Man,
}

impl Invocation {
    /// Reads the command line of this process.
    ///
    /// # Errors
    /// The exit code: 0 after `--help` or `--version` was printed, 2 after the line about a usage error was printed.
    pub fn read(surroundings: &Surroundings<'_>) -> Result<Self, ExitCode> {
        let line: Vec<_> = std::env::args_os().collect();
        if !line.iter().all(|word| is_sendable(word)) {
            say(NOT_UNICODE);
            return Err(ExitCode::Usage);
        }
        let selected = Selected::by(&line);
        OutputArgs::in_words(&line).apply(selected.has_events());
        Self::parse(selected, &line, surroundings).map_err(|mistake| print(selected, &mistake, &line))
    }

    fn parse(selected: Selected, line: &[OsString], surroundings: &Surroundings<'_>) -> Result<Self, Mistake> {
        let mut parser = selected.parser();
        if let Some(text) = detached_value(line) {
            return Err(parser.error(ErrorKind::NoEquals, text).into());
        }
        // The word that selects the command is no argument.
        let typed = line.get(if selected == Selected::Upload { 1 } else { 2 }..).unwrap_or_default();
        let job = |read: fn(&ArgMatches) -> Result<Args, Error>| {
            let profiled = Profiled::parse(&parser, typed, surroundings)?;
            let args = read(&profiled.matches)?;
            profiled.invocation(args, surroundings)
        };
        let matches = || parser.clone().try_get_matches_from(line.iter().take(1).chain(typed));
        match selected {
            Selected::Upload => job(Args::from_arg_matches),
            Selected::Sync => job(sync::read),
            Selected::Check => job(check::read),
            Selected::Completions => Ok(Self::Completions(CompletionsArgs::from_arg_matches(&matches()?)?.shell)),
            Selected::Man => Ok(ManArgs::from_arg_matches(&matches()?).map(|ManArgs {}| Self::Man)?),
        }
    }
}

impl Selected {
    /// Returns true if `--json` writes events. The result of `check` is one document.
    fn has_events(self) -> bool {
        matches!(self, Self::Upload | Self::Sync)
    }

    const ALL: [Self; 5] = [Self::Upload, Self::Sync, Self::Check, Self::Completions, Self::Man];

    /// The command that the first argument selects.
    fn by(line: &[OsString]) -> Self {
        let selects =
            |command: &Self| command.word().is_some_and(|word| line.get(1).is_some_and(|typed| typed == word));
        Self::ALL.into_iter().find(selects).unwrap_or(Self::Upload)
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::Upload => None,
            Self::Sync => Some(sync::NAME),
            Self::Check => Some(check::NAME),
            Self::Completions => Some("completions"),
            Self::Man => Some("man"),
        }
    }

    fn parser(self) -> Command {
        use clap::CommandFactory;
        match self {
            Self::Upload => upload_parser(),
            Self::Sync => sync_parser(),
            Self::Check => check_parser(),
            Self::Completions => CompletionsArgs::command(),
            Self::Man => ManArgs::command(),
        }
    }
}

/// The commands that a word selects, with their parsers.
pub(super) fn commands() -> impl Iterator<Item = (&'static str, Command)> {
    Selected::ALL.into_iter().filter_map(|command| Some((command.word()?, command.parser())))
}

/// The mistake of a value behind a space, as in `--explain json`.
fn detached_value(line: &[OsString]) -> Option<String> {
    let (options, values) = JOINED;
    let typed = line.split(|word| word == "--").next()?;
    typed.iter().zip(typed.iter().skip(1)).find_map(|(option, value)| {
        let option = options.into_iter().find(|known| option == known)?;
        let value = values.into_iter().find(|known| value == known)?;
        Some(format!(
            "the format belongs directly behind {option}: write {option}={value}. Without the = it would be taken for a \
             host or a file, which can be written as ftpes://{value} or ./{value}"
        ))
    })
}

/// Prints a help text or the line about a usage error.
fn print(selected: Selected, mistake: &Mistake, line: &[OsString]) -> ExitCode {
    match mistake {
        Mistake::Line(error, _) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // A closed standard output is no error of the program.
            let _ = write!(io::stdout(), "{error}");
            return ExitCode::Stored;
        }
        Mistake::Line(error, remark) => {
            say(&format!("{}{remark}", usage_error::line(error, &selected.parser(), line)));
        }
        Mistake::Other(line) => say(line),
    }
    ExitCode::Usage
}

/// Writes the line about a mistake, and the last event.
fn say(line: &str) {
    stderr::say_last(&format!("ftp-uploader: {line}"));
    ndjson::close_after_mistake(line);
}

/// Reads the words after the name of the program.
///
/// # Errors
/// The line about a usage error.
#[cfg(test)]
pub(super) fn read_words<W: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = W>) -> Result<Invocation, String> {
    let words = words.into_iter().map(|word| word.as_ref().to_owned());
    let line: Vec<_> = std::iter::once(OsString::from("ftp-uploader")).chain(words).collect();
    let selected = Selected::by(&line);
    let nothing = Surroundings { variable: &|_| None, has_secret: &|_| false };
    Invocation::parse(selected, &line, &nothing).map_err(|mistake| match mistake {
        Mistake::Line(error, remark) => usage_error::line(&error, &selected.parser(), &line) + &remark,
        Mistake::Other(line) => line,
    })
}

/// The parsers of the commands that work on a server, each with a name for tests.
#[cfg(test)]
pub(super) fn jobs() -> [(&'static str, Command); 3] {
    [("upload", Selected::Upload), ("sync", Selected::Sync), ("check", Selected::Check)]
        .map(|(name, command)| (name, command.parser()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Invocation, String> {
        read_words(line)
    }

    fn args(line: &[&str]) -> Args {
        match parse(line) {
            Ok(Invocation::Run(args)) => *args,
            Ok(Invocation::Settings(_) | Invocation::Completions(_) | Invocation::Man) => panic!("no job"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn the_first_word_selects_the_command() {
        assert!(args(&["sync", "h", "u", "l", "r"]).sync.is_some());
        assert!(args(&["check", "h", "u"]).check.is_some());
        assert!(matches!(parse(&["completions", "zsh"]), Ok(Invocation::Completions(Shell::Zsh))));
        assert!(matches!(parse(&["man"]), Ok(Invocation::Man)));
        for line in [&["h", "u", "f", "sync"][..], &["-q", "sync", "u", "f", "d"], &["ftp://check", "u", "f", "d"]] {
            let args = args(line);
            assert!(args.sync.is_none() && args.check.is_none(), "{line:?}");
        }
        assert!(parse(&["completions", "tcl"]).is_err() && parse(&["completions"]).is_err());
        assert!(parse(&["man", "page"]).is_err());
    }

    #[test]
    fn the_words_are_kept_as_they_were_typed() {
        assert_eq!(args(&["sync", "h", "-q", "u", "l", "r"]).words, ["h", "u", "l", "r"]);
        assert_eq!(args(&["h", "--", "-u", "--explain", "json"]).words, ["h", "-u", "--explain", "json"]);
    }

    #[test]
    fn a_format_behind_a_space_is_refused_and_the_right_form_is_named() {
        for (line, right) in [
            (&["--explain", "json", "h", "u", "f", "d"][..], "--explain=json"),
            (&["h", "u", "f", "d", "--explain", "text"], "--explain=text"),
            (&["sync", "--dry-run", "json", "h", "u", "l", "r"], "--dry-run=json"),
        ] {
            let error = parse(line).err().unwrap();
            assert!(error.contains(right), "{error}");
        }
        assert!(args(&["--explain=json", "h", "u", "f", "d"]).explain.is_some());
        assert!(args(&["--explain", "h", "u", "json", "d"]).explain.is_some());
    }

    #[test]
    fn the_word_of_a_command_behind_an_option_is_refused() {
        for word in Selected::ALL.into_iter().filter_map(Selected::word) {
            let refused = args(&["-q", word, "u", "f", "d"]).places().unwrap_err();
            assert!(refused.starts_with(word) && refused.contains("first word"), "{refused}");
        }
    }

    #[test]
    fn the_command_lines_are_consistent() {
        Selected::ALL.into_iter().for_each(|command| command.parser().debug_assert());
    }
}
