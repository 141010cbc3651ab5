//! The list of `--files-from`: paths of local files, as bytes.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use ftp_uploader::words::{shown, without_code};

use crate::cli_error::CliError;
use crate::output::stderr;
use crate::platform::names::from_bytes;

/// The largest list, in bytes. A larger one is no list, but a device or the data itself.
const MAX_LIST: u64 = 64 * 1024 * 1024;

/// The names of standard input.
const STANDARD_INPUT: [&str; 3] = ["-", "/dev/stdin", "/dev/fd/0"];

/// The mark of UTF-8 that editors and PowerShell put before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The marks of texts in UTF-16, in which PowerShell 5.1 writes what follows `>`.
const UTF_16_MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// The byte after a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// The end of a line, with or without a carriage return before it: no FTP command can carry either of them.
    Line,
    /// NUL, which no path contains.
    Null,
}

/// Returns true if `path` is standard input.
pub fn is_standard_input(path: &Path) -> bool {
    STANDARD_INPUT.iter().any(|name| path.as_os_str() == *name)
}

/// Reads the list in the file `path`, or on standard input if it is `-`. Empty entries are left out.
///
/// # Errors
/// A line for the user, if the list cannot be read, is empty, is too large, or seems to have the other separator.
pub fn read(path: &Path, separator: Separator) -> Result<Vec<OsString>, CliError> {
    let is_stdin = is_standard_input(path);
    let name = if is_stdin { "standard input".to_owned() } else { shown(path) };
    let failed = |why: &str| CliError::Usage(format!("cannot use the list of files in {name}: {why}."));
    let unreadable = |error: &io::Error| failed(&format!("{}. Nothing was sent; check the path", without_code(error)));
    let read = if is_stdin {
        note_terminal();
        paths(io::stdin().lock(), separator)
    } else {
        File::open(path).and_then(|file| paths(file, separator))
    };
    match read.map_err(|error| unreadable(&error))? {
        Ok(paths) => Ok(paths),
        Err(why) => Err(failed(why)),
    }
}

fn note_terminal() {
    if io::stdin().is_terminal() {
        stderr::say("Note: standard input is a terminal; type the paths of the files, and end them with Ctrl-D.");
    }
}

/// Reads the paths in `list`, or returns the reason why they are none.
fn paths(list: impl Read, separator: Separator) -> io::Result<Result<Vec<OsString>, &'static str>> {
    let mut bytes = Vec::new();
    list.take(MAX_LIST + 1).read_to_end(&mut bytes)?;
    if separator == Separator::Line && UTF_16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Ok(Err(
            "it is in UTF-16, and must be in UTF-8. Nothing was sent; in PowerShell, write it with | Set-Content \
                       -Encoding utf8 PATH instead of > PATH",
        ));
    }
    if separator == Separator::Line && bytes.contains(&0) {
        return Ok(Err("it has NUL bytes. Nothing was sent; add -0 if find -print0 has written it"));
    }
    if bytes.len() as u64 > MAX_LIST {
        return Ok(Err("it is larger than 64 MiB. Nothing was sent; check which file it is"));
    }
    let entries =
        separator.unmarked(&bytes).split(|byte| *byte == separator.byte()).map(|entry| separator.strip(entry));
    let paths = entries.filter(|path| !path.is_empty()).map(|path| from_bytes(path.to_vec()));
    Ok(match paths.collect::<Option<Vec<_>>>() {
        None => Err("it is not UTF-8. Nothing was sent; write it in UTF-8"),
        Some(paths) if paths.is_empty() => Err("it names no file. Nothing was sent; check the program that writes it"),
        Some(paths) => Ok(paths),
    })
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Line => b'\n',
            Self::Null => 0,
        }
    }

    /// Returns the list without the mark of its encoding. Programs that write NUL write the exact bytes of names, and no mark.
    fn unmarked(self, list: &[u8]) -> &[u8] {
        match self {
            Self::Line => list.strip_prefix(BYTE_ORDER_MARK).unwrap_or(list),
            Self::Null => list,
        }
    }

    /// Returns a path without the carriage return that is a part of its end.
    fn strip(self, entry: &[u8]) -> &[u8] {
        match self {
            Self::Line => entry.strip_suffix(b"\r").unwrap_or(entry),
            Self::Null => entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bytes: &[u8], separator: Separator) -> Result<Vec<Vec<u8>>, &'static str> {
        paths(bytes, separator).unwrap().map(|paths| paths.into_iter().map(OsString::into_encoded_bytes).collect())
    }

    #[test]
    fn each_line_is_a_path_in_bytes() {
        for text in [&b"a\nb c\n\n\xff/d"[..], b"\na\r\nb c\n\xff/d\n"] {
            assert_eq!(list(text, Separator::Line).unwrap(), [&b"a"[..], b"b c", b"\xff/d"]);
        }
        assert_eq!(list(b" a \n", Separator::Line).unwrap(), [b" a "]);
    }

    #[test]
    fn after_nul_a_path_may_have_line_ends() {
        assert_eq!(list(b"a\nb\0\0c\r\0d", Separator::Null).unwrap(), [&b"a\nb"[..], b"c\r", b"d"]);
    }

    #[test]
    fn a_mark_of_utf_8_is_no_part_of_the_first_line_but_of_a_name_before_nul() {
        assert_eq!(
            list(b"\xef\xbb\xbfa\r\n\xef\xbb\xbfb\r\n", Separator::Line).unwrap(),
            [&b"a"[..], b"\xef\xbb\xbfb"]
        );
        assert!(list(b"\xef\xbb\xbf\r\n", Separator::Line).unwrap_err().contains("names no file"));
        assert_eq!(list(b"\xef\xbb\xbfa\0", Separator::Null).unwrap(), [b"\xef\xbb\xbfa"]);
    }

    #[test]
    fn a_list_in_utf_16_is_refused_with_a_command_that_works() {
        for text in [&b"\xff\xfea\0\r\0\n\0"[..], b"\xfe\xff\0a\0\r\0\n", b"\xff\xfe"] {
            let why = list(text, Separator::Line).unwrap_err();
            assert!(
                why.contains("UTF-16") && why.contains("Set-Content -Encoding utf8") && !why.contains("-0"),
                "{why}"
            );
        }
        assert!(list(b"\xfe/a\n\xff\xfe", Separator::Line).is_ok());
    }

    #[test]
    fn an_empty_list_and_one_with_the_other_separator_are_refused() {
        for text in [&b""[..], b"\n", b"\r\n\n"] {
            assert!(list(text, Separator::Line).unwrap_err().contains("names no file"));
        }
        assert!(list(b"\0\0", Separator::Null).unwrap_err().contains("names no file"));
        assert!(list(b"a\0b\0", Separator::Line).unwrap_err().contains("-0"));
    }

    #[test]
    fn an_endless_list_is_read_only_up_to_the_limit() {
        for separator in [Separator::Line, Separator::Null] {
            assert!(paths(io::repeat(b'x'), separator).unwrap().unwrap_err().contains("64 MiB"));
        }
    }

    #[test]
    fn the_error_names_the_list() {
        let error = |path: &Path| format!("{:?}", read(path, Separator::Line).unwrap_err());
        assert!(error(Path::new("no/such/list")).contains("no/such/list"));
        let folder = tempfile::tempdir().unwrap();
        assert!(error(folder.path()).contains("Nothing was sent"));
    }
}
