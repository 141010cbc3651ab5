//! The screen of `-h`: a few options of each heading, the most used first.
//!
//! An option is on the screen if [`ROWS`] has a text for it. Its group is its heading.

use clap::{Arg, Command};

use super::{Row, example_section};
use crate::args::places::JobKind;

/// The headings of options, in the order of the screen.
const HEADINGS: [&str; 10] =
    ["Sync", "Check", "Files", "Directories", "Login", "Profiles", "Delivery", "TLS", "Network", "Output"];

/// The identifiers by which clap knows the options on the screen, each with a text of at most 42 columns. Within a
/// heading, the order is that of the screen.
const ROWS: &[Row] = &[
    ("from_stdin", "Store standard input as NAME"),
    ("files_from", "Also upload the files that PATH lists"),
    ("recursive", "Upload directories with their contents"),
    ("exclude", "Leave out what matches, as .gitignore does"),
    ("dry_run", "Only say what would be done"),
    ("delete", "Remove files there: own or extra"),
    ("max_delete", "Remove nothing if there are more"),
    ("compare", "time, size, hash, manifest or none"),
    ("manifest", "Keep a list of the files on the server"),
    ("switch", "Switch at the end: all, per-file or off"),
    ("read_only", "Store nothing on the server"),
    ("json", "Print JSON for programs"),
    ("password_file", "Password; else FTP_PASSWORD or a prompt"),
    ("profile", "Take the server and options from a file"),
    ("jobs", "Use up to N connections at the same time"),
    ("atomic", "Store under a temporary name, then rename"),
    ("resume", "Continue an incomplete upload"),
    ("skip_existing", "Send no file whose name is taken"),
    ("create_dirs", "Create REMOTEDIR if it does not exist"),
    ("retries", "Try up to N times more after an error"),
    ("tls", "explicit, implicit or off"),
    ("ca_file", "Trust the authorities in this PEM file"),
    ("pin", "Trust this key, whatever its certificate"),
    ("limit_rate", "Limit the upload rate, such as 500k or 2m"),
    ("proxy", "Connect through a SOCKS5 or HTTP proxy"),
    ("active", "Let the server open the data connections"),
    ("quiet", "Print only errors, warnings and notes"),
    ("verbose", "Print the conversation with the server"),
    ("explain", "Show what a run may do, and send nothing"),
    ("help", "-h: this screen; --help: every option"),
];

/// The columns for the heading, and for an option with its value.
const HEADING_WIDTH: usize = 12;
const OPTION_WIDTH: usize = 26;

/// The last line of the screen of an upload.
const OTHER_COMMANDS: &str = "\n\nOther commands: ftp-uploader completions SHELL, ftp-uploader man";

/// The rows of all headings, and the examples.
pub(super) fn text(command: &Command, kind: JobKind) -> String {
    let rows: Vec<_> = HEADINGS.into_iter().flat_map(|heading| rows(command, heading)).collect();
    let others = if kind == JobKind::Upload { OTHER_COMMANDS } else { "" };
    format!("{}\n\n{}{others}", rows.join("\n"), example_section(kind))
}

/// The rows of one heading. Only the first one names it.
fn rows(command: &Command, heading: &'static str) -> Vec<String> {
    let option =
        |id: &str| shown(command).find(|option| option.get_id() == id && option.get_help_heading() == Some(heading));
    let options = ROWS.iter().filter_map(|(id, text)| Some((name_and_value(option(id)?), text)));
    let headings = std::iter::once(heading).chain(std::iter::repeat(""));
    let rows = headings.zip(options);
    rows.map(|(heading, (name, text))| format!("{heading:<HEADING_WIDTH$}{name:<OPTION_WIDTH$}{text}")).collect()
}

/// The options that the help texts of `command` may name.
fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|argument| !argument.is_hide_set() && !argument.is_positional())
}

/// Such as `-j, --jobs N`. A value that can be left out is not shown.
fn name_and_value(option: &Arg) -> String {
    let short = option.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
    let long = option.get_long().unwrap_or_default();
    let takes_one = option.get_action().takes_values() && !option.is_require_equals_set();
    let value = option.get_value_names().filter(|_| takes_one).and_then(<[_]>::first);
    format!("{short}--{long}{}", value.map(|name| format!(" {name}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::invocation;

    #[test]
    fn every_option_has_a_heading_which_has_a_place_on_the_screen() {
        for (name, command) in invocation::jobs() {
            for option in shown(&command) {
                let heading = option.get_help_heading().unwrap_or("none");
                assert!(HEADINGS.contains(&heading), "{name}: --{}: {heading}", option.get_id());
            }
        }
    }

    #[test]
    fn every_row_is_on_the_screen_of_a_command() {
        let screens = invocation::jobs().into_iter().map(|(_, mut command)| command.render_help().to_string());
        let screens: Vec<_> = screens.collect();
        for (id, text) in ROWS {
            assert!(screens.iter().any(|screen| screen.contains(text)), "{id}");
        }
    }

    #[test]
    fn each_screen_is_one_screen() {
        for (name, mut command) in invocation::jobs() {
            let screen = command.render_help().to_string();
            assert!((20..=50).contains(&screen.lines().count()), "{name}:\n{screen}");
            for line in screen.lines() {
                assert!(line.len() <= 80, "{name}: {line}");
            }
            assert!(screen.contains("\nExamples:\n  ") && !screen.contains("\n\n\n"), "{name}:\n{screen}");
        }
    }
}
