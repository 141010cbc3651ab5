//! Parses the lines of a listing (MLSD, LIST) from bytes in portions of any size. A listing is hostile: whatever a server
//! sends, each name is one part of a path, and no more than one line is held.
//!
//! The three forms of lines are in `facts.rs` (MLSD), `unix.rs` and `dos.rs` (LIST). A line in another form is ignored
//! and counted, because one odd line says nothing about the others.

mod dos;
mod facts;
mod unix;

use crate::argument::TELNET_IAC;
use alloc::vec::Vec;

/// The longest line that is parsed, in bytes, without its line end. A path of 4096 bytes fits, with its facts.
pub const MAX_LINE: usize = 8192;

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, for which [`is_a_part`] is true.
    pub name: Vec<u8>,
    /// The kind.
    pub kind: Kind,
    /// The size in bytes. None if it is not told, and for directories, whose sizes say nothing about their files.
    pub size: Option<u64>,
    /// The time of last modification, in seconds since 1970. Only MLSD tells it: the times of LIST have no zone and often
    /// no year.
    pub modified: Option<u64>,
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Something else, or a kind that is not told.
    Other,
}

/// The form of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Facts (RFC 3659 §7.2).
    Facts,
    /// Lines as `ls -l` prints them.
    Unix,
    /// Lines as the command `dir` of DOS and Windows prints them.
    Dos,
    /// LIST, without a line from which the form can be told: no entry, and not the directory itself.
    Untold,
}

/// A parsed line.
enum Line {
    Entry(Entry),
    /// The directory itself, its parent, or a sum: not an entry.
    Skipped,
    /// The form is unknown, or the name cannot be a part of a path.
    Ignored,
}

/// Collects bytes and returns entries.
#[derive(Debug)]
pub struct Reader {
    form: Form,
    unread: Vec<u8>,
    /// The number of `unread` bytes that belong to lines already returned.
    taken: usize,
    /// True from the point at which a line is too long up to its end.
    in_long_line: bool,
    /// The number of lines that were not ignored.
    lines: u32,
    ignored: u32,
}

impl Reader {
    /// Creates a reader for the data of MLSD.
    pub fn of_mlsd() -> Self {
        Self::new(Form::Facts)
    }

    /// Creates a reader for the data of LIST.
    pub fn of_list() -> Self {
        Self::new(Form::Untold)
    }

    fn new(form: Form) -> Self {
        Self { form, unread: Vec::new(), taken: 0, in_long_line: false, lines: 0, ignored: 0 }
    }

    /// Appends bytes, in portions of any size. Call [`next_entry`](Self::next_entry) until it returns `None` before the
    /// next portion: then at most [`MAX_LINE`] bytes are held.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.unread.drain(..self.taken);
        self.taken = 0;
        self.unread.extend_from_slice(bytes);
    }

    /// Returns the next entry, or `None` if more bytes are needed.
    pub fn next_entry(&mut self) -> Option<Entry> {
        while let Some(line) = self.next_line() {
            match self.parse(&line) {
                Line::Entry(entry) => {
                    self.lines = self.lines.saturating_add(1);
                    return Some(entry);
                }
                Line::Skipped => self.lines = self.lines.saturating_add(1),
                Line::Ignored => self.ignore(),
            }
        }
        None
    }

    /// The listing has ended. A last line without a line end may be cut, in the middle of a name: it is ignored.
    pub fn end(&mut self) {
        if self.taken < self.unread.len() {
            self.ignore();
        }
        self.unread.clear();
        self.taken = 0;
    }

    /// Returns the number of lines that were ignored so far.
    pub fn ignored(&self) -> u32 {
        self.ignored
    }

    /// Returns true if no line was read so far: not even one that was ignored, or that names the directory itself.
    pub fn is_empty(&self) -> bool {
        self.lines == 0 && self.ignored == 0
    }

    /// Returns the form of the lines read so far: that of the first one that was parsed.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Returns the number of bytes held, for checks that it is bounded.
    #[cfg(any(test, fuzzing))]
    pub fn held(&self) -> usize {
        self.unread.len() - self.taken
    }

    fn ignore(&mut self) {
        self.ignored = self.ignored.saturating_add(1);
    }

    /// Returns the next line without its end, which is LF, or CR LF. A line that is too long is ignored.
    fn next_line(&mut self) -> Option<Vec<u8>> {
        loop {
            let rest = &self.unread[self.taken..];
            let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
                self.skip_long_line();
                return None;
            };
            let line = rest[..length].to_vec();
            self.taken += length + 1;
            if core::mem::take(&mut self.in_long_line) {
                continue;
            }
            if length <= MAX_LINE {
                return Some(without_cr(line));
            }
            self.ignore();
        }
    }

    /// Drops the bytes of a line that is already too long, and counts the line once.
    fn skip_long_line(&mut self) {
        let too_long = self.unread.len() - self.taken > MAX_LINE;
        if too_long && !self.in_long_line {
            self.ignore();
        }
        self.in_long_line |= too_long;
        if self.in_long_line {
            self.unread.clear();
            self.taken = 0;
        }
    }

    fn parse(&mut self, line: &[u8]) -> Line {
        if line.is_empty() {
            return Line::Skipped;
        }
        if self.form == Form::Facts {
            return facts::parse(line);
        }
        let read = unix::parse(line).map(|parsed| (Form::Unix, parsed));
        let Some((form, parsed)) = read.or_else(|| dos::parse(line).map(|parsed| (Form::Dos, parsed))) else {
            return Line::Ignored;
        };
        // The directory itself and its parent are no entries, but tell the form. A sum does not: it is also sent for a
        // directory that cannot be read.
        if self.form == Form::Untold && !matches!(parsed, Line::Ignored) && !unix::is_sum(line) {
            self.form = form;
        }
        parsed
    }
}

/// Returns true if `name` can be one part of a path in a command: not empty, not `.` or `..`, without `/`, control bytes
/// and Telnet's 0xff.
pub fn is_a_part(name: &[u8]) -> bool {
    let fits = |byte: &u8| !byte.is_ascii_control() && !matches!(*byte, b'/' | TELNET_IAC);
    !matches!(name, b"" | b"." | b"..") && name.iter().all(fits)
}

fn without_cr(mut line: Vec<u8>) -> Vec<u8> {
    line.pop_if(|byte| *byte == b'\r');
    line
}

impl Line {
    /// Makes the entry if its name can be a part of a path. The directory itself and its parent are skipped.
    fn of(name: &[u8], kind: Kind, size: Option<u64>, modified: Option<u64>) -> Self {
        if kind == Kind::Directory && matches!(name, b"." | b"..") {
            return Self::Skipped;
        }
        if !is_a_part(name) {
            return Self::Ignored;
        }
        let size = size.filter(|_| kind != Kind::Directory);
        Self::Entry(Entry { name: name.to_vec(), kind, size, modified })
    }
}

/// Returns the number that all of `digits` make. Leading zeros are allowed.
fn number(digits: &[u8]) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    core::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}

/// Returns the number if it is between `low` and `high`, and is written with at most two digits.
fn small(digits: &[u8], low: u64, high: u64) -> Option<u64> {
    number(digits).filter(|number| digits.len() <= 2 && (low..=high).contains(number))
}

/// Returns true if `word` is a time of day, with or without seconds: `2:10`, `02:10`, `02:10:59`.
fn is_time(word: &[u8]) -> bool {
    let mut parts = word.split(|&byte| byte == b':');
    let (hour, minute, second) = (parts.next(), parts.next(), parts.next());
    let of_two = |part: &[u8]| part.len() == 2 && small(part, 0, 60).is_some();
    hour.is_some_and(|hour| small(hour, 0, 23).is_some())
        && minute.is_some_and(of_two)
        && second.is_none_or(of_two)
        && parts.next().is_none()
}

#[cfg(test)]
mod tests;
