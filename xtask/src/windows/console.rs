//! Tests at a console: a terminal of Linux, which wine shows to the program as a console of Windows.

use std::io::Write;

use test_servers::DemoServer;

use super::cases::{expect, local, text};
use super::lab::{DIRECTORY, Lab};
use super::wine::{Ended, Wine};

/// Uploads a file, and types `keys` at the prompt.
fn typed(lab: &Lab, wine: &Wine, keys: &[u8]) -> Result<Ended, String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let mut running = wine.start_at_console(&[&host, DemoServer::USER, &file, DIRECTORY]).map_err(text)?;
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
