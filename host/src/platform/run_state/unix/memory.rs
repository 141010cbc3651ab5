//! A file in memory (memfd_create(2)).

use std::fs::File;
use std::io;

use rustix::fs::{MemfdFlags, memfd_create};

/// Makes an empty file that has no name.
pub(crate) fn unnamed_file() -> io::Result<File> {
    Ok(File::from(memfd_create("manifest", MemfdFlags::CLOEXEC)?))
}
