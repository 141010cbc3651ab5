//! Reads the file with the profiles. A file that other users can change is refused, because it decides about the server
//! that gets the password.

use std::fs::File;
use std::io::{self, Read};

use ftp_uploader::words::without_code;

use crate::platform::file_rights::FileRights;
use crate::profile::location::Location;

/// The largest file, in bytes. A larger one is a mistake.
const MAX_SIZE: u64 = 1024 * 1024;

/// Reads the file, or returns `None` if there is none in the usual place.
///
/// # Errors
/// The reason, for users, without the path.
pub fn read(location: &Location) -> Result<Option<String>, String> {
    let (path, is_optional) = match location {
        Location::Nowhere => return Ok(None),
        Location::Usual(path) => (path, true),
        Location::Given(path) => (path, false),
    };
    match File::open(path) {
        Ok(file) => check_owner(&file).and_then(|()| text(&file)).map(Some),
        Err(error) if is_optional && is_missing(&error) => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

/// Returns true if there is no such file. A part of the path can be a file (`NotADirectory`).
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Checks the owner and the mode of an open file. A check before it was opened could be of another file.
///
/// # Errors
/// The reason, for users, without the path.
pub fn check_owner(file: &File) -> Result<(), String> {
    let rights = FileRights::of(file).map_err(|error| reason(&error))?;
    if rights.others_can_write() {
        return Err("other users can change it; take that right away with chmod go-w".to_owned());
    }
    if rights.is_of_another_user() {
        return Err("it belongs to another user".to_owned());
    }
    Ok(())
}

/// Reads an open file.
///
/// # Errors
/// The reason, for users, without the path.
pub fn text(file: &File) -> Result<String, String> {
    let mut text = String::new();
    let length = file.take(MAX_SIZE + 1).read_to_string(&mut text).map_err(|error| reason(&error))?;
    if length as u64 > MAX_SIZE {
        return Err("it is larger than 1 MiB".to_owned());
    }
    Ok(text)
}

/// The reason of an error without the code of the system.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        _ => without_code(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_must_exist_only_if_the_user_named_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert_eq!(read(&Location::Usual(missing.clone())), Ok(None));
        assert!(read(&Location::Given(missing)).is_err());
        assert_eq!(read(&Location::Nowhere), Ok(None));
        let file = folder.path().join("file");
        fs::write(&file, "x = 1\n").unwrap();
        assert_eq!(read(&Location::Usual(file.clone())), Ok(Some("x = 1\n".to_owned())));
        assert_eq!(read(&Location::Usual(file.join("below"))), Ok(None));
        assert!(read(&Location::Usual(folder.path().to_owned())).is_err(), "a directory");
    }

    #[test]
    fn a_file_that_others_can_change_and_one_that_is_too_large_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x = 1\n").unwrap();
        for (mode, fits) in [(0o600, true), (0o644, true), (0o444, true), (0o664, false), (0o646, false)] {
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&Location::Given(file.clone())).is_ok(), fits, "{mode:o}");
        }
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, vec![b'#'; 1024 * 1024]).unwrap();
        assert!(read(&Location::Given(file.clone())).is_ok());
        for content in [vec![b'#'; 1024 * 1024 + 1], vec![0xff]] {
            fs::write(&file, content).unwrap();
            assert!(read(&Location::Given(file.clone())).is_err());
        }
    }
}
