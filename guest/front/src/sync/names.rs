//! The names that a run makes on the server: of files while they are stored, and of old files that are moved aside. Every
//! program of this project recognises them by their form (`ftp_plan`).

use alloc::format;
use alloc::vec::Vec;

use ftp_plan::path::{MAX_PATH, RemotePath};

use crate::sync::clock;

/// The most bytes of a file's own name in a generated one, which must be shorter than the limit of file systems (255).
const MAX_OWN_NAME: usize = 100;

/// The names of one run.
pub(super) struct Names {
    tag: u64,
}

impl Names {
    pub(super) fn of_run() -> Self {
        Self { tag: clock::number() }
    }

    /// Returns the path under which the file is stored before it gets its name.
    pub(super) fn temporary(&self, path: &RemotePath) -> Vec<u8> {
        generated(path.as_bytes(), self.tag, "part")
    }

    /// Returns the path to which an old file is moved.
    pub(super) fn aside(&self, path: &RemotePath) -> Vec<u8> {
        generated(path.as_bytes(), self.tag, "old")
    }

    /// Returns a path beside `path` that no file has.
    pub(super) fn unused(&self, path: &RemotePath) -> Vec<u8> {
        generated(path.as_bytes(), !self.tag, "part")
    }

    /// Returns the name with which this run holds the lock: `alice@wasi.<place>.<run>`. WASI tells neither the machine nor
    /// the identity of LOCALDIR, so that the place is that of no other run.
    pub(super) fn owner(&self, user: &str) -> Vec<u8> {
        let letters = user.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        let mut owner: Vec<u8> = letters.take(40).collect();
        owner.extend(format!("@wasi.{:016x}.{:016x}", !self.tag, self.tag).bytes());
        owner
    }
}

/// Returns a generated name in the directory of `path`. A long name is cut at a character boundary, if it is UTF-8.
fn generated(path: &[u8], tag: u64, ending: &str) -> Vec<u8> {
    let (directory, name) = path.split_at(path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1));
    let mut end = name.len().min(MAX_OWN_NAME).min(MAX_PATH.saturating_sub(directory.len() + 23));
    while end > 0 && name.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    [directory, b".", &name[..end], format!(".{tag:016x}.{ending}").as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_have_the_form_of_the_native_program() {
        let (names, path) = (Names { tag: 0x12 }, RemotePath::parse(b"dir/a").unwrap());
        assert_eq!(names.temporary(&path), b"dir/.a.0000000000000012.part");
        assert_eq!(names.aside(&path), b"dir/.a.0000000000000012.old");
        assert_ne!(names.unused(&path), names.temporary(&path));
        assert_eq!(names.owner("al/i\u{e9}ce"), b"alice@wasi.ffffffffffffffed.0000000000000012");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let cut = generated("\u{fc}".repeat(80).as_bytes(), 0x12, "part");
        assert!(String::from_utf8(cut.clone()).is_ok() && cut.len() <= MAX_OWN_NAME + 23);
    }
}
