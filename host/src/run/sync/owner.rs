//! The name under which a run holds the lock: the user and the machine for people, a number for the place (machine and
//! local directory), and a number for the run.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::platform::machine;

/// The longest part of the name for people, in bytes.
const MAX_PART: usize = 40;

/// The owner of a lock.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    name: Vec<u8>,
    /// The number of the place, as the name has it; `None` if this machine has no number that identifies it.
    place: Option<String>,
}

impl Owner {
    /// The owner for a run that sends `directory`. It reads files of the system, so it is made before the process is
    /// confined.
    pub(crate) fn of_run(directory: &Path) -> Self {
        let (user, machine) = (plain(&machine::user()), plain(&machine::name()));
        let place = place(directory);
        let run = RandomState::new().hash_one(0);
        let shown = place.clone().unwrap_or_else(|| format!("{:016x}", !run));
        Self { name: format!("{user}@{machine}.{shown}.{run:016x}").into_bytes(), place }
    }

    /// Returns the name: ASCII letters, digits and `@._-`.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns true if `other` is the name of a run on this machine that sends the same directory.
    pub(super) fn is_at_same_place(&self, other: &[u8]) -> bool {
        let of_other = other.rsplit(|&byte| byte == b'.').nth(1);
        self.place.as_deref().is_some_and(|place| of_other == Some(place.as_bytes()))
    }
}

/// Returns a number for the kernel that runs now and the directory. Containers have the same kernel, and the directories
/// of two of them are on different devices.
fn place(directory: &Path) -> Option<String> {
    let boot = machine::boot().filter(|boot| !boot.trim().is_empty())?;
    let (device, inode) = machine::inode(directory).ok()?;
    let mut hash = Sha256::new();
    hash.update(boot);
    [device, inode].iter().for_each(|number| hash.update(number.to_be_bytes()));
    let [a, b, c, d, e, f, g, h, ..] = hash.finalize()[..] else { return None };
    Some(format!("{:016x}", u64::from_be_bytes([a, b, c, d, e, f, g, h])))
}

/// Returns the letters of `text` that every server accepts in a name.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter));
    let plain: String = letters.take(MAX_PART).collect();
    if plain.is_empty() { "unknown".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_knows_others_of_the_same_directory_and_no_others() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let owner = Owner::of_run(folder.path());
        let again = Owner::of_run(folder.path());
        assert_ne!(owner.name(), again.name());
        // A machine that does not know its boot recognises nothing.
        assert_eq!(owner.is_at_same_place(again.name()), machine::boot().is_some());
        assert!(!owner.is_at_same_place(Owner::of_run(other.path()).name()));
        for foreign in [&b""[..], b"x", b"a@b.c.d", b"..."] {
            assert!(!owner.is_at_same_place(foreign));
        }
    }

    #[test]
    fn a_name_is_one_plain_part_of_a_path() {
        let owner = Owner::of_run(Path::new("."));
        assert!(owner.name().len() < 128);
        assert!(owner.name().iter().all(|byte| byte.is_ascii_alphanumeric() || b"@._-".contains(byte)));
        assert_eq!((plain("a/b\nü"), plain("..")), ("ab".to_owned(), "unknown".to_owned()));
    }
}
