//! `ftp-uploader man`: the programs that show manual pages understand the page.
//!
//! For a program that is not on this machine, the test is skipped.

use std::io::Write;
use std::process::{Command, Stdio};

use test_servers::skips::skipped;

use crate::support::program::Program;

/// Texts that a reader must see, without the marks for bold and italic.
const SHOWN: [&str; 12] = [
    "ftp-uploader - Uploads files over FTP and FTPS, in a sandbox",
    "ftp-uploader sync [OPTIONS] HOST USERNAME LOCALDIR REMOTEDIR",
    "LOCALFILE",
    "-r, --recursive",
    "--password-file <PATH>",
    "--trust-manifest",
    "EXIT STATUS",
    "FTP_PROXY_AUTH",
    "whatever its certificate says",
    "The server's name is resolved",
    "pg_dump shop | ftp-uploader --from-stdin shop.sql ftp.example.com alice dumps",
    "ftp-uploader completions SHELL",
];

#[test]
fn man_shows_the_page() {
    shows("man", &["--local-file", "-"]);
}

#[test]
fn groff_shows_the_page_without_a_warning() {
    shows("groff", &["-man", "-Tutf8", "-P-c", "-ww"]);
}

#[test]
fn mandoc_shows_the_page_and_finds_no_mistake() {
    shows("mandoc", &["-Tutf8", "-Werror"]);
}

#[test]
fn lexgrog_finds_the_name_and_the_description() {
    let Some(found) = output_of("lexgrog", &["-"]) else { return };
    let line = r#"ftp-uploader - Uploads files over FTP and FTPS, in a sandbox""#;
    assert!(found.contains(line), "{found}");
}

/// Claims that `program` shows [`SHOWN`] and nothing on standard error.
fn shows(program: &str, options: &[&str]) {
    let Some(text) = output_of(program, options) else { return };
    for shown in SHOWN {
        assert!(text.contains(shown), "{program}: no `{shown}` in\n{text}");
    }
}

/// The output of `program` for the page on its standard input, in one line without marks; `None` if the program is not
/// on this machine.
fn output_of(program: &str, options: &[&str]) -> Option<String> {
    let page = Program::new().arguments(["man"]).run();
    page.exits(0).claim(page.stderr.is_empty() && page.stdout.starts_with(".ie"), "a page on standard output");
    let mut command = Command::new(program);
    command.args(options).env("MANWIDTH", "120").env("LC_ALL", "C.UTF-8").env("MANPAGER", "cat").env("TERM", "dumb");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        skipped(&format!("no {program} to show the manual page"));
        return None;
    };
    let mut input = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(page.stdout.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{program} ends with {}: {errors}{text}", output.status);
    Some(plain(&text))
}

/// The words of a text without overstrikes (`X`, backspace, `X`), in which hyphens of all kinds are the same.
fn plain(text: &str) -> String {
    let mut letters = String::new();
    for letter in text.chars() {
        match letter {
            '\u{8}' => drop(letters.pop()),
            '\u{2010}' | '\u{2212}' => letters.push('-'),
            '\u{2019}' => letters.push('\''),
            _ => letters.push(letter),
        }
    }
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}
