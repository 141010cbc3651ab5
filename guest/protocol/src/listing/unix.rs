//! Lines of LIST as `ls -l` prints them: `-rw-r--r--   1 ftp  ftp  4096 Nov 28 02:10 name`.
//!
//! No standard defines them (RFC 959 §4.1.3 leaves the form to the server). The columns between the mode and the size
//! differ, so the date decides where the name begins.

use super::{Kind, Line, is_time, number, small};
use alloc::vec::Vec;

/// The columns in which the size is searched for. The usual one comes first (mode, links, owner, group, size); then those
/// of servers that leave out the group, write a device as two numbers or have a blank in the owner's name, and so on.
const SIZE_COLUMNS: [usize; 7] = [4, 3, 5, 2, 6, 7, 8];

/// The most columns before the name: the last size column and three columns of the date.
const MAX_COLUMNS: usize = 12;

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

/// One word of a line.
#[derive(Clone, Copy)]
struct Word<'a> {
    bytes: &'a [u8],
    /// The position behind the word.
    end: usize,
}

/// Returns none if the line has another form.
pub(super) fn parse(line: &[u8]) -> Option<Line> {
    if is_sum(line) {
        return Some(Line::Skipped);
    }
    let words = words(line);
    let kind = kind(words.first()?.bytes)?;
    let (size, end) = SIZE_COLUMNS.iter().find_map(|&column| size_and_date(words.get(column..)?, kind))?;
    // One space ends the date; further blanks belong to the name.
    let name = line.get(end..)?.strip_prefix(b" ")?;
    let name = if kind == Kind::Link { before_target(name) } else { Some(name) };
    Some(name.map_or(Line::Ignored, |name| Line::of(name, kind, size, None)))
}

/// Returns true for `total 12`.
pub(super) fn is_sum(line: &[u8]) -> bool {
    let rest = line.split_at_checked(6).filter(|(word, _)| word.eq_ignore_ascii_case(b"total "));
    rest.is_some_and(|(_, blocks)| number(blocks.trim_ascii()).is_some())
}

fn words(line: &[u8]) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    for bytes in line.split(|&byte| byte == b' ') {
        let end = at + bytes.len();
        if !bytes.is_empty() {
            words.push(Word { bytes, end });
        }
        if words.len() == MAX_COLUMNS {
            break;
        }
        at = end + 1;
    }
    words
}

/// Returns the kind if `word` is a mode: the kind, nine permissions, and at most one mark for access lists and the like.
fn kind(word: &[u8]) -> Option<Kind> {
    let (&kind, rest) = word.split_first()?;
    let permissions = rest.get(..9)?;
    let known = |byte: &u8| b"rwxsStTlL-".contains(byte);
    if !permissions.iter().all(known) || !matches!(rest[9..], [] | [b'+' | b'.' | b'@']) {
        return None;
    }
    match kind {
        b'-' => Some(Kind::File),
        b'd' => Some(Kind::Directory),
        b'l' => Some(Kind::Link),
        b'a'..=b'z' | b'A'..=b'Z' | b'?' => Some(Kind::Other),
        _ => None,
    }
}

/// Returns the size, and the position behind the date, if `words` begin with both. A device has the numbers of its driver
/// in place of the size.
fn size_and_date(words: &[Word], kind: Kind) -> Option<(Option<u64>, usize)> {
    let (size, rest) = words.split_first()?;
    let told = number(size.bytes);
    let of_device = kind == Kind::Other && size.bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b',');
    if told.is_none() && !of_device {
        return None;
    }
    Some((told.filter(|_| kind != Kind::Other), date(rest)?))
}

/// Returns the position behind the date: `Nov 28 02:10`, `28 Nov 2026`, `2026-11-28 02:10`.
fn date(words: &[Word]) -> Option<usize> {
    match words {
        [one, other, last, ..] if is_month_and_day(one, other) && is_time_or_year(last.bytes) => Some(last.end),
        [day, time, ..] if is_iso_day(day.bytes) && is_time(time.bytes) => Some(time.end),
        _ => None,
    }
}

/// Returns true if the words are a month and a day, in either order.
fn is_month_and_day(one: &Word, other: &Word) -> bool {
    (is_month(one.bytes) && is_day(other.bytes)) || (is_day(one.bytes) && is_month(other.bytes))
}

fn is_month(word: &[u8]) -> bool {
    MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month))
}

fn is_day(word: &[u8]) -> bool {
    small(word, 1, 31).is_some()
}

fn is_time_or_year(word: &[u8]) -> bool {
    is_time(word) || (word.len() == 4 && number(word).is_some())
}

fn is_iso_day(word: &[u8]) -> bool {
    matches!(*word, [_, _, _, _, b'-', _, _, b'-', _, _]
        if number(&word[..4]).is_some() && small(&word[5..7], 1, 12).is_some() && is_day(&word[8..]))
}

/// Returns the name of a link, without ` -> target`, which some servers leave out. If there are several arrows, it is
/// unknown which of them belongs to the name.
fn before_target(name: &[u8]) -> Option<&[u8]> {
    let mut arrows = name.windows(4).enumerate().filter(|(_, window)| window == b" -> ").map(|(at, _)| at);
    match (arrows.next(), arrows.next()) {
        (None, _) => Some(name),
        (Some(at), None) => Some(&name[..at]),
        (Some(_), Some(_)) => None,
    }
}
