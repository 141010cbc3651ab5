//! One line for an error of the command line parser. Typed text is repeated only if it cannot be a password.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use ftp_uploader::Escaped;

use super::foreign;

/// The beginnings of options whose value may be a secret.
const OF_SECRETS: [&str; 2] = ["--pass", "--account"];

/// The line about `error`, without the name of the program: the explanation, the usage of `command`, and where to learn
/// more. `line` is the command line as it was typed.
pub fn line(error: &Error, command: &Command, line: &[OsString]) -> String {
    let explanation = explanation(error, command, line);
    let stop = if explanation.ends_with(['?', '.']) { "" } else { "." };
    let usage = command.get_overridden_usage().map(ToString::to_string).unwrap_or_default();
    let usage = usage.lines().next().map(|usage| format!(" Usage: {usage}.")).unwrap_or_default();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    Escaped(format!("{explanation}{stop}{usage} See {name} --help.").as_bytes()).to_string()
}

fn explanation(error: &Error, command: &Command, line: &[OsString]) -> String {
    let of_kind = match error.kind() {
        ErrorKind::UnknownArgument => unknown_argument(error, command, line),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooManyValues => wrong_value(error),
        // The other kinds repeat only the names of options.
        _ => None,
    };
    of_kind.unwrap_or_else(|| in_words_of_clap(error))
}

/// The text about an option that does not exist, or a word too many. `None` for an error without details.
fn unknown_argument(error: &Error, command: &Command, line: &[OsString]) -> Option<String> {
    let typed = detail(error, ContextKind::InvalidArg)?;
    if !typed.starts_with('-') {
        return Some("there are too many words".to_owned());
    }
    if let Some(option) = option_before(typed, command, line) {
        return Some(format!("the value of '{option}' is missing, or begins with a dash: write {option}=VALUE"));
    }
    let with_two = with_one_dash(command, line);
    if let Some(answer) = foreign::answer(typed, command).filter(|_| with_two.is_none()) {
        return Some(answer);
    }
    let unexpected = format!("unexpected argument '{typed}'");
    let similar = detail(error, ContextKind::SuggestedArg).filter(|option| foreign::has_option(command, option));
    let similar = with_two.or_else(|| similar.map(str::to_owned));
    Some(similar.map_or(unexpected.clone(), |option| format!("{unexpected}; did you mean '{option}'?")))
}

/// The option of a secret whose value has been taken for the option `typed`.
fn option_before<'a>(typed: &str, command: &Command, line: &'a [OsString]) -> Option<&'a str> {
    let takes_value = |option: &&str| {
        let mut arguments = command.get_arguments().filter(|argument| argument.get_action().takes_values());
        arguments.any(|argument| option.strip_prefix("--").is_some_and(|name| argument.get_long() == Some(name)))
    };
    line.array_windows().find_map(|[option, value]| {
        let option = option.to_str().filter(|option| is_of_secret(option)).filter(takes_value)?;
        value.to_string_lossy().starts_with(typed).then_some(option)
    })
}

/// A long option that was typed with one dash, such as `-verbose`, which the parser reads as seven short ones.
fn with_one_dash(command: &Command, line: &[OsString]) -> Option<String> {
    let long = line.iter().filter_map(|word| word.to_str()?.strip_prefix('-')).map(|name| format!("--{name}"));
    long.into_iter().find(|option| foreign::has_option(command, option))
}

/// The text about a value that cannot be used. `None` for an error without details.
fn wrong_value(error: &Error) -> Option<String> {
    let option = detail(error, ContextKind::InvalidArg)?;
    let value = detail(error, ContextKind::InvalidValue)?;
    let value = if is_of_secret(option) { "****" } else { value };
    let text = match error.kind() {
        _ if detail(error, ContextKind::InvalidValue) == Some("") => format!("a value is required for '{option}'"),
        ErrorKind::TooManyValues => format!("unexpected value '{value}' for '{option}'"),
        _ => format!("invalid value '{value}' for '{option}'"),
    };
    let reason = error.source().map(|reason| format!(": {reason}")).unwrap_or_default();
    let possible = possible_values(error).map(|values| format!(" (possible values: {values})")).unwrap_or_default();
    let similar = detail(error, ContextKind::SuggestedValue).map(|value| format!("; did you mean '{value}'?"));
    Some(format!("{text}{reason}{possible}{}", similar.unwrap_or_default()))
}

fn possible_values(error: &Error) -> Option<String> {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => Some(values.join(", ")),
        _ => None,
    }
}

fn is_of_secret(option: &str) -> bool {
    OF_SECRETS.iter().any(|beginning| option.starts_with(beginning))
}

/// A detail of the error that is one text.
fn detail(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The explanation of clap, without its usage, in one line.
fn in_words_of_clap(error: &Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\nUsage:").next().unwrap_or_default();
    let text = text.trim_end().strip_suffix("\n\nFor more information, try '--help'.").unwrap_or(text);
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use crate::args::invocation::read_words;

    fn line(words: &[&str]) -> String {
        read_words(words).err().unwrap()
    }

    #[test]
    fn an_option_that_is_spelled_almost_right_is_suggested() {
        for (typed, meant) in
            [("--verbos", "--verbose"), ("-verbose", "--verbose"), ("--retry-dela=2", "--retry-delay")]
        {
            let line = line(&[typed, "host", "alice", "f", "d"]);
            assert!(line.contains(&format!("did you mean '{meant}'?")), "{line}");
            assert!(!line.contains("to pass") && !line.contains("tip:") && !line.contains('\n'), "{line}");
        }
        let hidden = line(&["--componen", "x", "host", "alice", "f", "d"]);
        assert!(!hidden.contains("did you mean"), "{hidden}");
    }

    #[test]
    fn the_line_has_one_usage_and_names_the_help_of_its_command() {
        let upload = line(&["--no-such-option"]);
        assert!(upload.contains(". Usage: ftp-uploader [OPTIONS] HOST USERNAME LOCALFILE... REMOTEDIR. "), "{upload}");
        assert!(upload.ends_with(" See ftp-uploader --help.") && upload.matches("Usage:").count() == 1, "{upload}");
        let sync = line(&["sync", "--no-such-option"]);
        assert!(sync.contains("Usage: ftp-uploader sync [OPTIONS]"), "{sync}");
        assert!(sync.ends_with(" See ftp-uploader sync --help."), "{sync}");
    }

    #[test]
    fn a_wrong_value_is_explained_without_the_words_of_a_parser() {
        for (words, explanation) in [
            (["--retries=x"], "invalid value 'x' for '--retries <N>': not a whole number."),
            (["--jobs=0"], "invalid value '0' for '--jobs <N>': not a whole number, 1 or more."),
            (["--timeout=x"], "for '--timeout <SECS>': not a whole number of seconds from 1 to 86400."),
            (["--tls=explici"], "(possible values: explicit, implicit, off); did you mean 'explicit'?"),
            (["--timeout"], "a value is required for '--timeout <SECS>'."),
            (["--replace"], "--atomic"),
        ] {
            let line = line(&words);
            assert!(line.contains(explanation) && !line.contains("error"), "{line}");
        }
    }

    #[test]
    fn an_option_of_another_program_is_answered_before_a_similar_one() {
        let line = line(&["-k", "host", "alice", "f", "d"]);
        assert!(line.starts_with("there is no option '-k' (curl") && line.contains("--insecure"), "{line}");
    }

    #[test]
    fn a_password_is_never_repeated() {
        for words in [
            &["--password=hunter2", "host"][..],
            &["--password", "hunter2"],
            &["-ualice:hunter2", "host"],
            &["--user=alice:hunter2", "host"],
            &["--password-fd", "hunter2"],
            &["--password-file", "--hunter2"],
            &["--password-stdin=hunter2"],
            &["--account", "-hunter2"],
            &["completions", "bash", "hunter2"],
        ] {
            let line = line(words);
            assert!(!line.contains("hunter2"), "{words:?}: {line}");
        }
    }

    #[test]
    fn control_characters_are_escaped() {
        let line = line(&["--tls=a\u{1b}[31m\nUsage: b"]);
        assert!(line.chars().all(|letter| !letter.is_control()), "{line:?}");
    }
}
