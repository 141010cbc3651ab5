//! The completions for shells, generated from the parsers, so that they know every option.
//!
//! The generator expects that every use begins with a subcommand. An upload does not, so that a few lines in the language
//! of the shell (`words.*`) follow the generated ones. PowerShell and Elvish have none: there, options are completed only
//! in front of the other words.

use clap::{Command, ValueEnum, ValueHint};
use clap_complete::{Shell, generate};

use super::invocation;
use super::plain::plain;

/// The name of the program.
const NAME: &str = "ftp-uploader";

/// The script that completes the command line in `shell`.
pub fn completions(shell: Shell) -> Vec<u8> {
    match shell {
        // The generator mixes up the names of its states if the name of the program has a dash.
        Shell::Bash => {
            generated(shell, "ftp_uploader", &mut with_subcommands()) + &with_names(include_str!("words.bash"))
        }
        Shell::Fish => generated(shell, NAME, &mut with_subcommands()) + &with_names(include_str!("words.fish")),
        Shell::Zsh => for_zsh(),
        _ => generated(shell, NAME, &mut with_subcommands()),
    }
    .into_bytes()
}

/// For zsh, the upload is a command among the others, because the generated code for words in front of the name of a
/// command does not work.
fn for_zsh() -> String {
    let commands: Vec<_> = invocation::commands().map(|(word, command)| visible(word, &command)).collect();
    let mut program = Command::new(NAME)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand(visible("upload", &super::upload_parser()))
        .subcommands(commands);
    let script = generated(Shell::Zsh, "ftp-uploader-words", &mut program);
    // With two colons, zsh completes no option behind the first word.
    let script = script.replace("'*::words", "'*:words");
    format!("#compdef {NAME}\n\n{script}{}", with_names(include_str!("words.zsh")))
}

fn generated(shell: Shell, name: &str, command: &mut Command) -> String {
    let mut script = Vec::new();
    generate(shell, command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Puts the names of the commands and of the shells into a text.
fn with_names(text: &str) -> String {
    let commands: Vec<_> = invocation::commands().map(|(word, _)| word).collect();
    let shells: Vec<_> = Shell::value_variants().iter().map(ToString::to_string).collect();
    text.replace("COMMANDS", &commands.join(" ")).replace("SHELLS", &shells.join(" "))
}

/// The parser of an upload, with the other commands as subcommands.
fn with_subcommands() -> Command {
    let commands = invocation::commands().map(|(word, command)| visible(word, &command));
    visible(NAME, &super::upload_parser()).subcommands(commands)
}

/// `command` with the arguments that a completion may offer: without the hidden options.
fn visible(name: &'static str, command: &Command) -> Command {
    let shown = command.get_arguments().filter(|argument| argument.is_positional() || !argument.is_hide_set());
    let shown = shown.map(|argument| match argument.is_hide_set() {
        // The words of an upload. One may be a host, too, but only names of files can be completed.
        true => plain(argument).value_hint(ValueHint::AnyPath).help("A file, or another word of the run"),
        false => plain(argument),
    });
    Command::new(name)
        .about(command.get_about().cloned().unwrap_or_default())
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_are_those_of_the_snapshots() {
        for &shell in Shell::value_variants() {
            let script = String::from_utf8(completions(shell)).unwrap();
            insta::assert_snapshot!(format!("completions_{shell}"), script);
        }
    }

    #[test]
    fn the_words_of_an_upload_are_found_in_the_generated_text_for_zsh() {
        let script = for_zsh();
        assert!(script.contains("'*:words ") && !script.contains("*::words"), "{script}");
    }
}
