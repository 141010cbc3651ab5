//! The layout of one line of progress: a name, fields, and a bar if there is room.

use crate::output::progress::columns;

/// The columns that the name of a file keeps while fields can be left out instead.
pub const LEAST_NAME: usize = 12;

/// The columns of the bar.
const BAR: std::ops::RangeInclusive<usize> = 10..=40;

/// The columns between two fields.
const GAP: &str = "  ";

/// A field of a line.
pub struct Field {
    /// Its text.
    pub text: String,
    /// Fields of a lower rank are left out first.
    pub rank: u8,
}

/// A line before it is fitted to a terminal.
pub struct Line {
    /// The name, which is cut if it is too long.
    pub name: String,
    /// The columns that the name keeps while fields can be left out instead.
    pub least_name: usize,
    /// The columns to which the name is filled up, so that the fields of several lines are below each other.
    pub name_columns: usize,
    /// The fields after the name.
    pub fields: Vec<Field>,
    /// The share of the bar that is filled, from 0 to 1; `None` if the line has no bar.
    pub filled: Option<f64>,
}

impl Line {
    /// Returns the text, in at most `room` columns.
    pub fn fit(mut self, room: usize) -> String {
        let least = columns::width(&self.name).min(self.least_name);
        while self.fields.len() > 1 && least + self.fields_width() > room {
            self.leave_one_out();
        }
        let fields = self.fields_width();
        let mut text = columns::cut(&self.name, room.saturating_sub(fields));
        columns::pad(&mut text, self.name_columns.min(room.saturating_sub(fields)));
        if let Some(filled) = self.filled {
            text += &bar(filled, room.saturating_sub(columns::width(&text) + fields + GAP.len()));
        }
        for field in &self.fields {
            text = text + GAP + &field.text;
        }
        // A terminal of a few columns has no room for the last field.
        columns::cut(&text, room)
    }

    fn fields_width(&self) -> usize {
        self.fields.iter().map(|field| GAP.len() + columns::width(&field.text)).sum()
    }

    fn leave_one_out(&mut self) {
        let least = self.fields.iter().enumerate().min_by_key(|(_, field)| field.rank);
        if let Some(at) = least.map(|(at, _)| at) {
            self.fields.remove(at);
        }
    }
}

/// The bar with the gap before it, in at most `room` columns; nothing if it would be too short.
fn bar(filled: f64, room: usize) -> String {
    // The brackets.
    let inside = room.min(*BAR.end()).saturating_sub(2);
    if room < *BAR.start() {
        return String::new();
    }
    // Rounded down, so that the bar is full only at the end.
    let full = ((inside as f64 * filled.clamp(0.0, 1.0)) as usize).min(inside);
    let head = if full > 0 && full < inside { ">" } else { "" };
    let body = "=".repeat(full - head.len());
    format!("{GAP}[{body}{head}{}]", " ".repeat(inside - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, room: usize) -> String {
        let fields = [("12.3 of 80.0 MiB", 1), ("15%", 4), ("8.2 MiB/s", 2), ("9s left", 3)];
        let fields = fields.map(|(text, rank)| Field { text: text.into(), rank }).into();
        Line { name: name.into(), least_name: LEAST_NAME, name_columns: 0, fields, filled: Some(0.15) }.fit(room)
    }

    #[test]
    fn a_wide_terminal_has_everything() {
        let bar = "[====>                                 ]";
        assert_eq!(line("a.csv", 199), format!("a.csv  {bar}  12.3 of 80.0 MiB  15%  8.2 MiB/s  9s left"));
    }

    #[test]
    fn fields_are_left_out_by_their_rank_where_there_is_no_room() {
        let name = "四半期報告書二〇二六年.csv";
        assert_eq!(line(name, 60), "四半期報…六年.csv  12.3 of 80.0 MiB  15%  8.2 MiB/s  9s left");
        assert_eq!(line(name, 39), "四半期…年.csv  15%  8.2 MiB/s  9s left");
        assert_eq!(line(name, 26), "四半期….csv  15%  9s left");
        assert_eq!(line(name, 9), "四…v  15%");
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        for room in 0..120 {
            assert!(columns::width(&line("四半期報告書.csv", room)) <= room, "{room}");
        }
    }
}
