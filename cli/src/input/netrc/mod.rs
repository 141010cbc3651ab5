//! Passwords in a `.netrc` file, in the form that ftp, curl and others read. Only the entry of the server and the user of
//! this run is used. `entries.rs` parses the text. An error names the file and the line, never a text of the file.
//!
//! It is written here because the kept parsers keep one entry for each server and copies of all passwords.

mod entries;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ftp_uploader::Escaped;
use ftp_uploader::words::without_code;
use zeroize::Zeroizing;

use crate::platform::file_rights::FileRights;
use crate::platform::folders;

use entries::find;

/// The largest file, in bytes.
const MAX_SIZE: usize = 1024 * 1024;

/// The reason why there is no password in the file, for users, without the path.
type Reason = String;

/// Returns the path of the user's file: the variable `NETRC`, else `~/.netrc`.
pub fn usual_path() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("NETRC").or_else(|| variable(folders::HOME).map(|home| home.join(folders::NETRC)))
}

/// Reads the password of `user` on `host` from the file.
///
/// # Errors
/// If the file cannot be read, if others can read it, or if it has no such entry.
pub fn password(path: &Path, host: &str, user: &[u8]) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let shown = Escaped(path.as_os_str().as_encoded_bytes()).to_string();
    let text = File::open(path).map_err(|error| without_code(&error)).and_then(read);
    let text = text.map_err(|why| format!("{shown} cannot be used: {why}"))?;
    match find(&text, host, user) {
        Ok(Some(password)) => Ok(password),
        Ok(None) => Err(format!("{shown} has no entry for {} on {}", Escaped(user), Escaped(host.as_bytes()))),
        Err(line) => Err(format!("{shown} cannot be used: line {line} is not that of a .netrc file")),
    }
}

/// Reads the file into memory that is wiped after use. Its mode is checked after it was opened: a check before could be
/// of another file.
fn read(mut file: File) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let metadata = file.metadata().map_err(|error| without_code(&error))?;
    let rights = FileRights::of(&file).map_err(|error| without_code(&error))?;
    if rights.others_can_use() {
        return Err("other users can read or change it; take that right away with chmod go-rwx".to_owned());
    }
    if rights.is_of_another_user() {
        return Err("it belongs to another user".to_owned());
    }
    // The full capacity at once, because growing would leave a copy in freed memory.
    let mut text = Zeroizing::new(Vec::with_capacity(capacity(metadata.len())));
    let mut piece = Zeroizing::new([0; 4096]);
    loop {
        match file.read(piece.as_mut()) {
            Ok(0) => return Ok(text),
            Ok(count) if text.len() + count <= text.capacity() => text.extend_from_slice(&piece[..count]),
            Ok(_) => return Err("it is larger than 1 MiB, or grew while it was read".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(without_code(&error)),
        }
    }
}

/// The memory for a file of this size, in bytes. A pipe has no size.
fn capacity(size: u64) -> usize {
    match usize::try_from(size) {
        Ok(0) | Err(_) => MAX_SIZE,
        Ok(size) => size.min(MAX_SIZE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netrc");
        fs::write(&path, "machine h login alice password s\n").unwrap();
        for (mode, fits) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let found = password(&path, "h", b"alice");
            assert_eq!(found.is_ok(), fits, "{mode:o}: {found:?}");
        }
        let missing = password(&folder.path().join("missing"), "h", b"alice").unwrap_err();
        assert!(missing.contains("missing") && !missing.contains("os error"), "{missing}");
    }

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netrc");
        for (size, fits) in [(MAX_SIZE, true), (MAX_SIZE + 1, false)] {
            fs::write(&path, vec![b' '; size]).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            assert_eq!(read(File::open(&path).unwrap()).is_ok(), fits, "{size}");
        }
    }
}
