//! `source-file`: one regular file below a directory that the platform has opened for this program. It is opened before
//! anything is sent. The guest can learn only its size and hashes.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};
use wasip2::io::streams::{InputStream, StreamError};

use crate::bindings::exports::ftp_uploader::upload::capabilities::{Algorithm as Asked, GuestSourceFile, SourceError};
use crate::bindings::exports::ftp_uploader::wasi::grants::FileError;
use crate::session_state::take;
use ftp_text::digest::{Algorithm, Digest};

/// The number of bytes read at a time for a hash.
const PORTION: u64 = 64 * 1024;

/// The number of hashes that may be computed, each over the whole file. One is needed.
const MAX_DIGESTS: u32 = 4;

/// An open file and the size that it had when it was opened.
pub(crate) struct Source {
    file: Descriptor,
    /// The file's attributes when it was opened.
    opened: DescriptorStat,
    digests_left: Cell<u32>,
}

impl Source {
    /// Opens `path`, which must be below one of the platform's directories.
    pub(crate) fn open(path: &str) -> Result<Self, FileError> {
        let (folder, below) = find(path).filter(|(_, below)| !below.is_empty()).ok_or(FileError::Missing)?;
        Self::open_below(&folder, PathFlags::SYMLINK_FOLLOW, &below)
    }

    /// Opens the file `below` in `folder`.
    pub(crate) fn open_below(folder: &Descriptor, follow: PathFlags, below: &str) -> Result<Self, FileError> {
        // The type is checked before opening, because opening a pipe waits for a writer.
        regular(folder.stat_at(follow, below).map_err(why)?.type_)?;
        let file = folder.open_at(follow, below, OpenFlags::empty(), DescriptorFlags::READ).map_err(why)?;
        let opened = file.stat().map_err(why)?;
        regular(opened.type_)?;
        let source = Self { file, opened, digests_left: Cell::new(MAX_DIGESTS) };
        // Files in /proc, for example, report size 0, because their content is generated when it is read.
        let unknown = source.opened.size == 0 && source.has_more();
        if unknown { Err(FileError::UnknownSize) } else { Ok(source) }
    }

    /// Returns true if the file may contain other bytes than when it was opened. The time of the last status change
    /// counts too, because programs can set the time of modification back; but a file that was deleted or replaced
    /// keeps its bytes.
    pub(crate) fn has_changed(&self) -> bool {
        let content = |stat: &DescriptorStat| (stat.size, stat.data_modification_timestamp.map(exact));
        let status = |stat: &DescriptorStat| stat.status_change_timestamp.map(exact);
        let then = &self.opened;
        self.file.stat().map_or(true, |now| {
            let touched = now.link_count == then.link_count && status(&now) != status(then);
            content(&now) != content(then) || touched || self.has_more()
        })
    }

    /// Returns true if there is a byte after the size that the file had when it was opened.
    fn has_more(&self) -> bool {
        let rest = self.read_from(self.opened.size).map(|rest| rest.blocking_read(1));
        matches!(rest, Ok(Ok(bytes)) if !bytes.is_empty())
    }

    /// Returns the size when the file was opened.
    pub(crate) fn bytes(&self) -> u64 {
        self.opened.size
    }

    /// Returns a stream of the file's bytes from `offset` on, for splicing.
    pub(crate) fn read_from(&self, offset: u64) -> Result<InputStream, SourceError> {
        self.file.read_via_stream(offset).map_err(|_| SourceError::Unreadable)
    }
}

impl GuestSourceFile for Source {
    fn size(&self) -> Option<u64> {
        Some(self.opened.size)
    }

    /// The bytes go from stream to stream inside the platform, so no hash can be computed during the transfer.
    fn prepare_digest(&self, _: Asked) {}

    fn digest(&self, algorithm: Asked, length: u64) -> Result<Vec<u8>, SourceError> {
        // Only a hash of all bytes sent is needed here. The hashes of all beginnings of a file would reveal its
        // content.
        if length < self.opened.size || take(&self.digests_left).is_err() {
            return Err(SourceError::Unreadable);
        }
        let (file, mut digest, mut left) = (self.read_from(0)?, Digest::new(known(algorithm)), self.opened.size);
        while left > 0 {
            let bytes = file.blocking_read(left.min(PORTION)).map_err(|error| match error {
                StreamError::Closed => SourceError::Shrank,
                StreamError::LastOperationFailed(_) => SourceError::Unreadable,
            })?;
            left = left.saturating_sub(bytes.len() as u64);
            digest.update(&bytes);
        }
        Ok(digest.finish())
    }
}

fn known(algorithm: Asked) -> Algorithm {
    match algorithm {
        Asked::Sha256 => Algorithm::Sha256,
        Asked::Sha1 => Algorithm::Sha1,
        Asked::Md5 => Algorithm::Md5,
        Asked::Crc32 => Algorithm::Crc32,
    }
}

fn exact(time: Datetime) -> (u64, u32) {
    (time.seconds, time.nanoseconds)
}

/// Returns the platform's directory that is `path` or contains it, and the rest of the path below it, which may be empty.
/// If several do, the deepest one is used.
pub(crate) fn find(path: &str) -> Option<(Descriptor, String)> {
    let wanted = Path::parse(path);
    let held = get_directories().into_iter().filter_map(|(folder, name)| {
        let name = Path::parse(&name);
        let below = wanted.below(&name)?;
        Some((name.parts.len(), folder, below))
    });
    held.max_by_key(|(depth, ..)| *depth).map(|(_, folder, below)| (folder, below))
}

/// The parts of a path, without empty ones and `.`.
struct Path<'a> {
    absolute: bool,
    parts: Vec<&'a str>,
}

impl<'a> Path<'a> {
    fn parse(path: &'a str) -> Self {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        Self { absolute: path.starts_with('/'), parts }
    }

    /// Returns the path from `folder` to this path. The platform refuses `..`.
    fn below(&self, folder: &Path<'_>) -> Option<String> {
        let rest = self.parts.strip_prefix(&folder.parts[..])?;
        (self.absolute == folder.absolute).then(|| rest.join("/"))
    }
}

fn regular(kind: DescriptorType) -> Result<(), FileError> {
    match kind {
        DescriptorType::RegularFile => Ok(()),
        DescriptorType::Directory => Err(FileError::Directory),
        _ => Err(FileError::NotAFile),
    }
}

/// Returns the reason for the user.
pub(crate) fn why(code: ErrorCode) -> FileError {
    match code {
        ErrorCode::NoEntry | ErrorCode::NotDirectory => FileError::Missing,
        ErrorCode::Access | ErrorCode::NotPermitted => FileError::Forbidden,
        ErrorCode::IsDirectory => FileError::Directory,
        _ => FileError::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str, folder: &str) -> Option<String> {
        Path::parse(path).below(&Path::parse(folder))
    }

    #[test]
    fn a_file_is_found_below_the_folder_that_holds_it() {
        for (path, folder, rest) in [
            ("/data/a/b", "/data", "a/b"),
            ("/data/a", "/", "data/a"),
            ("./a", ".", "a"),
            ("a/b", ".", "a/b"),
            ("a//b", "a/", "b"),
            ("/data/", "/data", ""),
            (".", ".", ""),
        ] {
            assert_eq!(below(path, folder).as_deref(), Some(rest), "{path} below {folder}");
        }
    }

    #[test]
    fn a_file_is_not_found_below_another_folder() {
        for (path, folder) in [("/database/a", "/data"), ("a", "/"), ("/a", "."), ("/data", "/data/a")] {
            assert_eq!(below(path, folder), None, "{path:?} below {folder}");
        }
    }
}
