//! The table for people: two columns, at most 80 wide.

use ftp_uploader::Escaped;
use unicode_width::UnicodeWidthChar;

use crate::output::check::{Checked, command, rows};

/// The width of the table, in columns.
const WIDTH: usize = 80;

/// The width of the names, in columns.
const NAMES: usize = 17;

/// Returns the whole text.
pub(super) fn text(checked: &Checked<'_>) -> String {
    let mut text = String::new();
    let Some(report) = checked.report else { return text };
    for (name, value) in rows::all(checked, report) {
        let mut name = name;
        for line in wrapped(&value, WIDTH - NAMES) {
            let row = format!("{name:<NAMES$}{line}");
            text.push_str(row.trim_end());
            text.push('\n');
            name = "";
        }
    }
    let advice = report.advice();
    if let Some(line) = command::line(checked, &advice) {
        text.push_str(&format!("\nRecommended:\n  {line}\n"));
    }
    let host = Escaped(checked.host.as_bytes());
    let directory = Escaped(checked.directory);
    text.push('\n');
    text.push_str(&match (checked.failures, report.read_only) {
        ([], true) => format!("Uploads to {host} may work; writing was not checked.\n"),
        ([], false) => format!("Uploads into {directory} on {host} work.\n"),
        (_, _) => format!("Uploads into {directory} on {host} do not work as they were checked.\n"),
    });
    text
}

/// Breaks a text at spaces into lines of at most `width` columns. A longer word is broken where the line ends.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut columns) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if columns > 0 && columns + columns_of(bare) > width {
            lines.push(std::mem::take(&mut line));
            columns = 0;
        }
        for character in word.chars() {
            let wide = character.width().unwrap_or(0);
            if columns + wide > width {
                if character == ' ' {
                    continue;
                }
                lines.push(std::mem::take(&mut line));
                columns = 0;
            }
            line.push(character);
            columns += wide;
        }
    }
    lines.push(line);
    lines
}

fn columns_of(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}
