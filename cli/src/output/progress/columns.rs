//! Text that must fit into a number of columns of a terminal.

use unicode_width::UnicodeWidthChar;

/// Takes the place of the characters that are cut out.
const ELLIPSIS: char = '…';

/// Returns the number of columns that `text` takes. Terminals differ about sequences that join several characters; the
/// sum of their widths is the most that any of them uses.
pub fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Returns `text` in at most `columns` columns. The middle is cut out, because names of one folder often differ only at
/// the end.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let end = taken(text.chars().rev(), room / 2);
    let begin: String = taken(text.chars(), room - width_of_all(&end)).into_iter().collect();
    let ellipsis = (columns > 0).then_some(ELLIPSIS);
    begin.chars().chain(ellipsis).chain(end.into_iter().rev()).collect()
}

/// Appends spaces until `text` takes `columns` columns.
pub fn pad(text: &mut String, columns: usize) {
    let missing = columns.saturating_sub(width(text));
    text.extend(std::iter::repeat_n(' ', missing));
}

/// Returns the first characters that fit into `room` columns.
fn taken(characters: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |character: &char| {
        used += width_of(*character);
        used <= room
    };
    characters.take_while(fits).collect()
}

fn width_of_all(characters: &[char]) -> usize {
    characters.iter().copied().map(width_of).sum()
}

/// Control characters have no width. They do not occur in text that is escaped.
fn width_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(["abc", "報告書", "🚀.txt", "é"].map(width), [3, 6, 6, 1]);
    }

    #[test]
    fn the_middle_of_a_long_name_is_cut_out() {
        assert_eq!(cut("report.csv", 10), "report.csv");
        assert_eq!(cut("quarterly-report-2026.csv", 11), "quart…6.csv");
        assert_eq!(cut("四半期報告書二〇二六年.csv", 12), "四半期….csv");
        assert_eq!(["abc", "報告"].map(|name| cut(name, 1)), ["…", "…"]);
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn a_cut_name_is_never_wider_than_its_room() {
        for name in ["四半期報告書🚀🚀🚀", "a四b半c期d報e告f書", "plain and rather long"] {
            for columns in 0..24 {
                assert!(width(&cut(name, columns)) <= columns, "{name} in {columns}: {}", cut(name, columns));
            }
        }
    }
}
