//! The two help texts of each command: `-h` is one screen with the options that are used most and three examples,
//! `--help` has every option. The names of options and their headings come from the parser.

pub(super) mod examples;
mod screen;

use clap::{Arg, ArgAction, Command};
use ftp_uploader::{COMPONENT_SHA256, WASMTIME_VERSION};

use super::places::JobKind;
use crate::exit_code;
use crate::platform::file_rights::UNCHECKED;

use examples::examples;

/// The name of the program.
const NAME: &str = "ftp-uploader";

/// The layout of both texts. `-h` shows no argument through `{all-args}`, because all are hidden there.
const TEMPLATE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The words that are no options, each with its help.
const HOST: Row = (
    "HOST",
    "The server: name, name:port or [IPv6]:port. A scheme in front selects TLS: ftpes:// after AUTH TLS, ftps:// from \
     the first byte, ftp:// none",
);
const USERNAME: Row = ("USERNAME", "The user name for the login");
const LOCALFILE: Row = ("LOCALFILE", "The files to upload, with -r also directories");
const LOCALDIR: Row = ("LOCALDIR", "The local directory");
const REMOTEDIR: Row = ("REMOTEDIR", "An existing directory on the server; . is the directory after the login");
const URL: Row = (
    "ftpes://...",
    "HOST, USERNAME and REMOTEDIR in one word, also with ftps:// or ftp://. Special characters are written as %XX; \
     /DIR is relative to the directory after the login, //DIR is absolute",
);

/// The columns of a name, and of the text beside it.
const NAME_WIDTH: usize = 11;
const TEXT_WIDTH: usize = 67;

/// A name and a text about it.
pub(super) type Row = (&'static str, &'static str);

/// The words of the command that are no options.
pub(super) fn arguments(kind: JobKind) -> &'static [Row] {
    match kind {
        JobKind::Upload => &[HOST, USERNAME, LOCALFILE, REMOTEDIR, URL],
        JobKind::Sync => &[HOST, USERNAME, LOCALDIR, REMOTEDIR, URL],
        JobKind::Check => &[HOST, USERNAME, REMOTEDIR, URL],
    }
}

/// Gives `command` both help texts, and both versions.
pub(super) fn with_help(command: Command, kind: JobKind) -> Command {
    let command = with_summaries(command).disable_help_flag(true).disable_version_flag(true).args([
        flag("help", 'h', ArgAction::Help, "Print help; -h prints one screen of it"),
        flag("version", 'V', ArgAction::Version, "Print the version; --version adds those of the parts"),
    ]);
    let short = screen::text(&command, kind);
    command
        .mut_args(|argument| argument.hide_short_help(true))
        .display_name(NAME)
        .long_version(version())
        .help_template(TEMPLATE)
        .before_help(short)
        .before_long_help(argument_section(kind))
        .after_long_help(format!("{}\n\n{}{}", example_section(kind), exit_code::table(), note_on_rights()))
}

/// The note on systems whose rights to files are not checked.
fn note_on_rights() -> String {
    UNCHECKED.map(|note| format!("\n\n{note}")).unwrap_or_default()
}

/// The version of the program, and those of its parts, which reports of errors should name.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{version}\ncomponent sha256:{COMPONENT_SHA256}\nwasmtime {WASMTIME_VERSION}")
}

fn flag(id: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    Arg::new(id).short(short).long(id).action(action).help(help).long_help(help).help_heading("Output")
}

/// The section about the words that are no options, which the parser takes as one list.
fn argument_section(kind: JobKind) -> String {
    let rows = arguments(kind).iter().flat_map(|(name, help)| {
        let names = std::iter::once(*name).chain(std::iter::repeat(""));
        names.zip(lines(help)).map(|(name, line)| format!("\n  {name:<NAME_WIDTH$}{line}")).collect::<Vec<_>>()
    });
    format!("Arguments:{}", rows.collect::<String>())
}

fn example_section(kind: JobKind) -> String {
    let lines = examples(kind).map(|line| format!("\n  {line}"));
    format!("Examples:{}", lines.concat())
}

/// The words of `text` in lines of at most [`TEXT_WIDTH`] columns.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= TEXT_WIDTH => *line += &format!(" {word}"),
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Makes the first sentence of each option's text its summary, which completions show.
fn with_summaries(command: Command) -> Command {
    command.mut_args(|argument| match argument.get_help().map(ToString::to_string) {
        Some(text) if argument.get_long_help().is_none() => {
            let first = first_sentence(&text).to_owned();
            argument.help(first).long_help(text)
        }
        Some(_) | None => argument,
    })
}

/// The text up to the first full stop before a capital letter, without that stop.
fn first_sentence(text: &str) -> &str {
    let mut stops = text.match_indices(". ").map(|(at, _)| at);
    let end = stops.find(|at| text[at + 2..].starts_with(|next: char| next.is_uppercase()));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::invocation;

    #[test]
    fn the_help_texts_are_those_of_the_snapshots() {
        for (name, command) in invocation::jobs() {
            let command = || command.clone().term_width(100);
            insta::assert_snapshot!(format!("{name}_long"), command().render_long_help());
            insta::assert_snapshot!(format!("{name}_short"), command().render_help());
        }
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop() {
        assert_eq!(first_sentence("Send N files. Fewer are used. 1 keeps"), "Send N files");
        assert_eq!(first_sentence("A directory; . is that of the login"), "A directory; . is that of the login");
        assert_eq!(first_sentence("TLS 1.2 only [default: 3]"), "TLS 1.2 only [default: 3]");
    }

    #[test]
    fn a_text_is_broken_between_words() {
        let text = "word ".repeat(40);
        let lines = lines(text.trim());
        assert!(lines.len() == 4 && lines.iter().all(|line| line.len() <= TEXT_WIDTH), "{lines:?}");
        assert_eq!(lines.join(" "), text.trim());
    }
}
