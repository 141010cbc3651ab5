//! Lines of LIST as `dir` of DOS and Windows prints them: `11-28-26  02:10AM       <DIR>          name`.

use super::{Kind, Line, is_time, number, small};

/// Returns none if the line has another form.
pub(super) fn parse(line: &[u8]) -> Option<Line> {
    let (day, rest) = word(line);
    let (time, rest) = word(rest);
    let (size, rest) = word(rest);
    if !is_day(day) || !is_time(without_half(time)) {
        return None;
    }
    if size.eq_ignore_ascii_case(b"<DIR>") {
        // The names of directories begin in the column of those of files.
        return Some(Line::of(rest.trim_ascii_start(), Kind::Directory, None, None));
    }
    // One space ends the size; further blanks belong to the name.
    Some(Line::of(rest.strip_prefix(b" ")?, Kind::File, Some(number(size)?), None))
}

/// Returns the first word, and the rest behind it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    text.split_at(text.iter().position(|&byte| byte == b' ').unwrap_or(text.len()))
}

/// Returns true for `11-28-26`, `11-28-2026` and `28/11/2026`: the order of the parts depends on the server's settings,
/// and the day is not needed.
fn is_day(word: &[u8]) -> bool {
    let mut parts = word.split(|byte| matches!(byte, b'-' | b'/'));
    let (one, other, year) = (parts.next(), parts.next(), parts.next());
    let fits = |part: Option<&[u8]>| part.is_some_and(|digits| small(digits, 1, 31).is_some());
    let is_year = year.is_some_and(|digits| matches!(digits.len(), 2 | 4) && number(digits).is_some());
    fits(one) && fits(other) && is_year && parts.next().is_none()
}

/// Returns the time without AM or PM.
fn without_half(time: &[u8]) -> &[u8] {
    match time.split_last_chunk::<2>() {
        Some((time, half)) if half.eq_ignore_ascii_case(b"AM") || half.eq_ignore_ascii_case(b"PM") => time,
        _ => time,
    }
}
