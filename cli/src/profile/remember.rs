//! Writes a pin into a profile, and keeps the comments and the order of the file.
//!
//! The file is opened before the process gives up its rights, and written in place: to replace it would need a right to
//! its folder. The text only grows, and is written by one call.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::Path;

use ftp_uploader::Escaped;
use toml_edit::{Array, DocumentMut, Item, value};

use crate::profile::file::{check_owner, reason, text};
use crate::profile::sections::PROFILE;

/// The file with a profile, open for writing.
#[derive(Debug)]
pub struct PinFile {
    file: File,
    profile: String,
}

impl PinFile {
    /// Opens the file at `path` for the profile of this name.
    ///
    /// # Errors
    /// The reason, for users, if it cannot be written, or does not have this profile.
    pub fn open(path: &Path, profile: &str) -> Result<Self, String> {
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(|error| reason(&error))?;
        check_owner(&file)?;
        if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err("it is not a regular file".to_owned());
        }
        let mut this = Self { file, profile: profile.to_owned() };
        with_pin(&this.read()?, profile, "")?;
        Ok(this)
    }

    /// Adds `pin` to the profile. The file is read again, because somebody may have changed it since it was opened.
    ///
    /// # Errors
    /// The reason, for users. The file is as it was, unless the write itself failed.
    pub fn add(&mut self, pin: &str) -> Result<(), String> {
        let text = self.read()?;
        let new = with_pin(&text, &self.profile, pin)?;
        // The bytes reach the disk when the system writes them: the fence allows no call that waits for that.
        let written = self.file.rewind().and_then(|()| self.file.write_all(new.as_bytes()));
        written.map_err(|error| reason(&error))
    }

    fn read(&mut self) -> Result<String, String> {
        self.file.rewind().map_err(|error| reason(&error))?;
        text(&self.file)
    }
}

/// Returns `text` with `pin` added to the profile, unless it has it.
fn with_pin(text: &str, profile: &str, pin: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|_| "it is not TOML any more".to_owned())?;
    let missing = || format!("it has no profile {}", Escaped(profile.as_bytes()));
    let section = document.get_mut(PROFILE).and_then(Item::as_table_like_mut);
    let section = section.and_then(|profiles| profiles.get_mut(profile)).and_then(Item::as_table_like_mut);
    let section = section.ok_or_else(missing)?;
    match section.get_mut("pin") {
        None => drop(section.insert("pin", value(Array::from_iter([pin])))),
        Some(item) => {
            let mut pins: Vec<String> = Vec::new();
            match (item.as_str(), item.as_array()) {
                (Some(one), _) => pins.push(one.to_owned()),
                (None, Some(many)) => pins.extend(many.iter().filter_map(|pin| pin.as_str().map(str::to_owned))),
                (None, None) => return Err("its key pin is not a list".to_owned()),
            }
            if !pins.iter().any(|other| other == pin) {
                pins.push(pin.to_owned());
            }
            *item = value(Array::from_iter(pins));
        }
    }
    let new = document.to_string();
    // Bytes of a longer text would remain behind it.
    if new.len() < text.len() { Err("the pin cannot be added to it".to_owned()) } else { Ok(new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# mine\n[profile.a] # a\nhost = 'h'   # the host\n\n[profile.b]\nuser = 'u'\n";

    #[test]
    fn a_pin_is_added_and_the_rest_of_the_file_stays_as_it_is() {
        let new = with_pin(TEXT, "a", "sha256:x").unwrap();
        assert_eq!(new, TEXT.replace("# the host\n", "# the host\npin = [\"sha256:x\"]\n"));
        let new = with_pin(&new, "a", "sha256:y").unwrap();
        assert!(new.contains("pin = [\"sha256:x\", \"sha256:y\"]\n"), "{new}");
        let one = with_pin("[profile]\na = {pin = 'sha256:x'}", "a", "sha256:y").unwrap();
        assert!(one.contains("[\"sha256:x\", \"sha256:y\"]"), "{one}");
    }

    #[test]
    fn a_profile_that_is_missing_is_not_made() {
        for text in
            ["", "[defaults]\n", "[profile.b]\n", "profile = 1", "[profile]\na = 1", "nonsense", "[profile.a]\npin = 1"]
        {
            assert!(with_pin(text, "a", "sha256:x").is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_file_is_written_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, TEXT).unwrap();
        let mut file = PinFile::open(&path, "b").unwrap();
        // Somebody changes it meanwhile.
        std::fs::write(&path, format!("{TEXT}jobs = 2\n")).unwrap();
        file.add("sha256:x").unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, format!("{TEXT}jobs = 2\npin = [\"sha256:x\"]\n"));
        assert!(PinFile::open(&path, "c").unwrap_err().contains("no profile c"));
        assert!(PinFile::open(&folder.path().join("missing"), "a").is_err());
    }
}
