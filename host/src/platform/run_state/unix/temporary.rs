//! A file in the folder for temporary files, whose name is removed at once.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;

/// Makes an empty file that has no name.
pub(crate) fn unnamed_file() -> io::Result<File> {
    let name = format!("ftp-uploader-{:016x}", RandomState::new().hash_one(0));
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}
