//! Files of one run whose names differ only in upper and lower case. A server on Windows keeps only one of them. The
//! library refuses names that are equal.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Returns pairs of such names, each in the order in which the files are sent.
pub fn of<'a>(files: &'a [OsString], stream: Option<&'a OsStr>) -> Vec<(&'a [u8], &'a [u8])> {
    let names = files.iter().filter_map(|file| Path::new(file).file_name());
    among(names.chain(stream).map(OsStr::as_encoded_bytes))
}

fn among<'a>(names: impl Iterator<Item = &'a [u8]>) -> Vec<(&'a [u8], &'a [u8])> {
    let mut seen = HashMap::new();
    names.filter_map(|name| Some((seen.insert(in_small_letters(name), name)?, name))).collect()
}

fn in_small_letters(name: &[u8]) -> Vec<u8> {
    match str::from_utf8(name) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => name.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_in_case_are_pairs() {
        let names = [&b"a"[..], b"B", b"A", "Ä".as_bytes(), "ä".as_bytes(), b"\xc4x", b"\xc4X", b"c"];
        let twins = among(names.into_iter());
        assert_eq!(twins, [(names[0], names[2]), (names[3], names[4]), (names[5], names[6])]);
    }
}
