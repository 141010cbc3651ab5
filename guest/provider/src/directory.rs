//! `local-directory`: one directory below those that the platform has opened for this program. Entries are read by their
//! paths in it, and symbolic links are not followed.
//!
//! WASI resolves a path part by part inside the platform's directory. A program that replaces a directory by a link
//! while this one runs can lead it to another place there, but not out of it.

use alloc::string::String;
use alloc::vec::Vec;

use wasip2::filesystem::types::{Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags, PathFlags};

use crate::bindings::exports::ftp_uploader::wasi::grants::{
    FileError, GuestLocalDirectory, LocalEntry, LocalKind, SourceFile,
};
use crate::source::{Source, find, why};

/// An open directory.
pub(crate) struct LocalDirectory(Descriptor);

impl LocalDirectory {
    /// Opens `path`, which must be one of the platform's directories or below one.
    pub(crate) fn open(path: &str) -> Result<Self, FileError> {
        let (folder, below) = find(path).ok_or(FileError::Missing)?;
        if below.is_empty() {
            return Ok(Self(folder));
        }
        open_directory(&folder, PathFlags::SYMLINK_FOLLOW, &below).map(Self)
    }
}

impl GuestLocalDirectory for LocalDirectory {
    fn entries(&self, path: String) -> Result<Vec<LocalEntry>, FileError> {
        let below;
        let directory = if path.is_empty() {
            &self.0
        } else {
            below = open_directory(&self.0, PathFlags::empty(), &path)?;
            &below
        };
        let stream = directory.read_directory().map_err(why)?;
        let mut entries = Vec::new();
        // After an error the entries behind it are unknown, so that nothing may be concluded from those before it.
        while let Some(entry) = stream.read_directory_entry().map_err(why)? {
            if !matches!(entry.name.as_str(), "." | "..") {
                entries.push(examined(directory, entry.name));
            }
        }
        Ok(entries)
    }

    fn open_file(&self, path: String) -> Result<SourceFile, FileError> {
        Source::open_below(&self.0, PathFlags::empty(), &path).map(SourceFile::new)
    }
}

fn open_directory(folder: &Descriptor, follow: PathFlags, path: &str) -> Result<Descriptor, FileError> {
    folder.open_at(follow, path, OpenFlags::DIRECTORY, DescriptorFlags::READ).map_err(|code| match code {
        ErrorCode::NotDirectory | ErrorCode::Loop => FileError::NotADirectory,
        code => why(code),
    })
}

fn examined(directory: &Descriptor, name: String) -> LocalEntry {
    let Ok(stat) = directory.stat_at(PathFlags::empty(), &name) else {
        return LocalEntry { name, kind: LocalKind::Other, size: 0, modified: None };
    };
    let kind = match stat.type_ {
        DescriptorType::RegularFile => LocalKind::File,
        DescriptorType::Directory => LocalKind::Directory,
        _ => LocalKind::Other,
    };
    LocalEntry { name, kind, size: stat.size, modified: stat.data_modification_timestamp.map(|time| time.seconds) }
}
