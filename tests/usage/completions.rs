//! `ftp-uploader completions SHELL`: the real shells load the script and complete command lines with it.
//!
//! For a shell that is not on this machine, the test is skipped.

use std::path::Path;
use std::process::{Command, Output};

use test_servers::skips::skipped;

use crate::support::program::Program;

/// A command line up to the cursor, and words that must be offered for its end.
const OFFERED: [(&str, &[&str]); 8] = [
    ("ftp-uploader --verb", &["--verbose"]),
    ("ftp-uploader sy", &["sync"]),
    ("ftp-uploader --tls ", &["explicit", "implicit", "off"]),
    ("ftp-uploader ftp.example.com alice --resu", &["--resume"]),
    ("ftp-uploader sync --trust", &["--trust-manifest"]),
    ("ftp-uploader sync --delete ", &["own", "extra"]),
    ("ftp-uploader check --read", &["--read-only"]),
    ("ftp-uploader completions ", &["bash", "elvish", "fish", "powershell", "zsh"]),
];

/// Command lines for whose end nothing may be offered: options that the command does not have, and hidden ones.
const NOT_OFFERED: [&str; 4] =
    ["ftp-uploader sync --uniq", "ftp-uploader --trust", "ftp-uploader check --resu", "ftp-uploader --compo"];

#[test]
fn bash_completes_options_values_and_commands() {
    let complete = |line: &str| {
        // As bash calls it: the program, the word before the cursor, and the word before that one.
        let ask = format!(
            r#"COMP_LINE='{line}'; IFS=' ' read -ra COMP_WORDS <<<"$COMP_LINE"; [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            handler=$(complete -p ftp-uploader); handler=${{handler##*-F }}; handler=${{handler%% *}}
            "$handler" ftp-uploader "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
            printf '%s\n' "${{COMPREPLY[@]}}""#
        );
        shell("bash", &["--norc", "--noprofile"], |script| format!("source {}\n{ask}", script.display()))
    };
    offers(&complete);
    let offered = complete("ftp-uploader ftp.example.com alice ").unwrap_or_default();
    assert_eq!(offered.trim(), "", "no option where a file is expected, so that bash completes names of files");
}

#[test]
fn fish_completes_options_values_and_commands() {
    offers(&|line| {
        shell("fish", &["--no-config"], |script| format!("source {}; complete -C '{line}'", script.display()))
    });
}

#[test]
fn zsh_completes_options_values_and_commands() {
    // A second zsh on a pseudo-terminal, which lists what it would complete, and is asked for nothing else.
    let ask = |script: &Path, line: &str| {
        format!(
            r#"zmodload zsh/zpty; zpty inner zsh -f -i
            zpty -w inner 'PROMPT= RPROMPT=; unsetopt zle_bracketed_paste prompt_sp; bindkey "^I" complete-word'
            zpty -w inner 'autoload -Uz compinit; compinit -u -D; source {}; compadd() {{ builtin compadd -O hits "$@"; print -rl -- $hits; builtin compadd "$@" }}'
            zpty -w inner 'finish() {{ print END-OF-LIST; exit }}; zle -N finish; bindkey "^X" finish; print REA""DY'
            while zpty -r inner text; do [[ $text == *READY* ]] && break; done
            zpty -w -n inner $'{line}\t\x18'
            while zpty -r inner text; do print -r -- "$text"; [[ $text == *END-OF-LIST* ]] && break; done; true"#,
            script.display()
        )
    };
    offers(&|line| shell("zsh", &["-f"], |script| ask(script, line)));
}

#[test]
fn a_shell_without_completions_is_exit_2_and_the_possible_ones_are_named() {
    let outcome = Program::new().arguments(["completions", "tcsh"]).run();
    outcome.fails(2).says("bash").says("zsh").says("fish").says("powershell").says("elvish");
    Program::new().arguments(["completions", "basch"]).run().fails(2).says("did you mean 'bash'?");
}

#[test]
fn scripts_for_all_shells_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = Program::new().arguments(["completions", shell]).run();
        outcome.exits(0).claim(outcome.stderr.is_empty(), "nothing on standard error");
        for text in ["sync", "check", "completions", "man", "trust-manifest", "read-only", "password-file"] {
            outcome.claim(outcome.stdout.contains(text), text);
        }
        outcome.claim(!outcome.stdout.contains("atomic-upload"), "no hidden option");
    }
}

/// Claims that a shell offers [`OFFERED`] and nothing for [`NOT_OFFERED`]. `complete` returns `None` without the shell.
fn offers(complete: &dyn Fn(&str) -> Option<String>) {
    for (line, words) in OFFERED {
        let Some(offered) = complete(line) else { return };
        for word in words {
            assert!(offered.contains(word), "`{line}`: no {word} in\n{offered}");
        }
    }
    for line in NOT_OFFERED {
        let offered = complete(line).unwrap_or_default();
        let typed = line.rsplit(' ').next().unwrap_or_default();
        let more = offered.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let more: Vec<_> = more.filter(|word| word.starts_with(typed) && *word != typed).collect();
        assert!(more.is_empty(), "`{line}`: {more:?}");
    }
}

/// Writes the script for `shell` into a file, and returns the output of the shell for the command that `ask` makes of
/// its path; `None` if the shell is not on this machine.
fn shell(shell: &str, options: &[&str], ask: impl Fn(&Path) -> String) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script");
    std::fs::write(&script, Program::new().arguments(["completions", shell]).run().stdout).expect("a script");
    let mut command = Command::new("timeout");
    command.arg("60").arg(shell).args(options).arg("-c").arg(ask(&script)).current_dir(folder.path());
    command.env("HOME", folder.path()).env("TERM", "xterm");
    if Command::new(shell).args(["-c", "true"]).output().is_err() {
        skipped(&format!("no {shell} to try the completions in"));
        return None;
    }
    let Output { status, stdout, stderr } = command.output().expect("timeout starts");
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{shell} ends with {status}: {text}\n{}", String::from_utf8_lossy(&stderr));
    assert!(stderr.is_empty(), "{shell}: {}", String::from_utf8_lossy(&stderr));
    Some(text)
}
