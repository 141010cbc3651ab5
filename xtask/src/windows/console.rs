//! Tests at a console: a terminal of Linux, which wine shows to the program as a console of Windows.

use std::io::{self, Write};

use test_servers::DemoServer;

use super::cases::{expect, local, text};
use super::lab::{DIRECTORY, Lab};
use super::wine::{Ended, Running, Wine};

/// Uploads a file, and types `keys` at the prompt.
fn typed(lab: &Lab, wine: &Wine, keys: &[u8]) -> Result<Ended, String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    type_at(wine.start_at_console(&[&host, DemoServer::USER, &file, DIRECTORY]), keys)
}

/// Types `keys` at the prompt of this run.
fn type_at(running: io::Result<Running>, keys: &[u8]) -> Result<Ended, String> {
    let mut running = running.map_err(text)?;
    let mut keyboard = running.child.stdin.take().ok_or("no keyboard")?;
    running.wait_for("Enter password").map_err(text)?;
    keyboard.write_all(keys).map_err(text)?;
    // The keyboard stays until the end: if it went, the terminal would type Ctrl-D.
    let ended = running.wait();
    drop(keyboard);
    ended.map_err(text)
}

/// The letters and digits on the screen. Wine moves the cursor in place of some spaces.
fn letters(screen: &str) -> String {
    let mut parts = screen.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    // A move is `[`, numbers, and a letter.
    let after_moves = parts.filter_map(|part| part.split_once(|letter: char| letter.is_ascii_alphabetic()));
    let shown = std::iter::once(first).chain(after_moves.map(|(_, shown)| shown));
    shown.flat_map(str::chars).filter(char::is_ascii_alphanumeric).collect()
}

pub(super) fn a_password_is_typed(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let ended = expect(0, typed(lab, wine, format!("{}\r", lab.clear.password).as_bytes()))?;
    if letters(&ended.output).contains(&letters(&lab.clear.password)) {
        return Err(format!("the password is on the screen: {}", ended.output));
    }
    lab.arrived("small.txt", "small.txt")
}

pub(super) fn keys_that_end_the_input(lab: &Lab, wine: &Wine) -> Result<(), String> {
    for keys in [&b"\x1a"[..], b"\x04", b"begun\x1a"] {
        let ended = expect(2, typed(lab, wine, keys))?;
        if !letters(&ended.output).contains("nopasswordwastyped") {
            return Err(format!("{keys:?} is not told: {}", ended.output));
        }
    }
    Ok(())
}

pub(super) fn ctrl_c_at_the_prompt(lab: &Lab, wine: &Wine) -> Result<(), String> {
    for keys in [&b"\x03"[..], b"begun\x03"] {
        expect(130, typed(lab, wine, keys))?;
    }
    // On Windows the read may end before the event comes.
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let running = wine.start_at_console_with_aborted_reads(&[&host, DemoServer::USER, &file, DIRECTORY]);
    expect(130, type_at(running, b"")).map(drop)
}

pub(super) fn letters_of_other_scripts(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let ended = expect(2, type_at(wine.start_at_console(&[&host, "grün日本", &file, DIRECTORY]), b"\x1a"))?;
    if ended.output.contains("grün日本") { Ok(()) } else { Err(format!("not on the screen: {}", ended.output)) }
}

pub(super) fn a_bar_without_term(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "large.bin"));
    let line = ["--limit-rate", "2m", &host, DemoServer::USER, &file, DIRECTORY];
    let password = format!("{}\r", lab.clear.password);
    let ended = expect(0, type_at(wine.start_at_console(&line), password.as_bytes()))?;
    lab.arrived("large.bin", "large.bin")?;
    let shown = letters(&ended.output);
    if shown.contains("of30MiB") { Ok(()) } else { Err(format!("no bar: {}", ended.output)) }
}
