//! Directories: opens a path beneath a directory so that it cannot lead out of it, with openat2(2), or where the kernel has
//! no such call, part by part.

#[path = "unix/listing.rs"]
mod listing;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, fstat, openat, readlinkat};
use rustix::io::Errno;

use crate::platform::openat2::{REFERENCE, openat2};

pub(crate) use listing::{Kind, Listing, Name, part};

/// The number of symbolic links that one path may contain, as on Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// An open directory. It is used only as the start of paths and for its metadata.
pub(crate) type Directory = OwnedFd;

/// Opens the directory `path`, which may be a symbolic link.
pub(crate) fn open_root(path: &Path) -> io::Result<Directory> {
    Ok(openat(CWD, path, REFERENCE | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Returns the device and the inode of a directory.
pub(crate) fn inode(directory: &Directory) -> io::Result<(u64, u64)> {
    let status = File::from(directory.try_clone()?).metadata()?;
    Ok((status.dev(), status.ino()))
}

/// Opens the file `path` beneath `root` for reading. Without `follows`, no part of the path may be a symbolic link.
pub(crate) fn open_file(root: &Directory, path: &Path, follows: bool) -> io::Result<File> {
    // Without O_NONBLOCK, opening a named pipe that has replaced the file would wait for its writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(File::from(open(root.as_fd(), path, flags, follows)?))
}

/// Opens the directory `path` beneath `root`, to list it.
pub(crate) fn open_listing(root: &Directory, path: &Path, follows: bool) -> io::Result<Listing> {
    let opened = open(root.as_fd(), path, OFlags::RDONLY | OFlags::DIRECTORY, follows);
    Ok(opened.and_then(Listing::new)?)
}

/// Returns the kind of the target of the symbolic link `path` beneath `root`.
pub(crate) fn kind_of_target(root: &Directory, path: &Path) -> io::Result<Kind> {
    let target = open(root.as_fd(), path, REFERENCE, true)?;
    Ok(Kind::of(&fstat(target)?))
}

/// Opens `path` beneath `root`. Without `follows`, no part of it may be a symbolic link.
///
/// # Errors
/// `XDEV` if it leads out of `root`, `LOOP` for a link that is not allowed, or the error of the system.
pub(crate) fn open(root: BorrowedFd, path: &Path, flags: OFlags, follows: bool) -> Result<OwnedFd, Errno> {
    openat2(root, path, flags, follows).unwrap_or_else(|| open_by_parts(root, path, flags, follows))
}

/// The same without openat2(2). Each part is opened with O_NOFOLLOW, so that no part can be replaced by a link.
pub(crate) fn open_by_parts(root: BorrowedFd, path: &Path, flags: OFlags, follows: bool) -> Result<OwnedFd, Errno> {
    if follows {
        return open_without_links(root, &resolve(root, path)?, flags);
    }
    open_without_links(root, path, flags)
}

fn open_without_links(root: BorrowedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut above: Option<OwnedFd> = None;
    let mut parts = parts(path)?.into_iter().peekable();
    while let Some(part) = parts.next() {
        let at = above.as_ref().map_or(root, AsFd::as_fd);
        if parts.peek().is_none() {
            return openat(at, part, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
        }
        let directory = REFERENCE | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        above = Some(openat(at, part, directory, Mode::empty())?);
    }
    openat(root, ".", flags | OFlags::CLOEXEC, Mode::empty())
}

/// Replaces the links in `path` by their targets. Only the text is computed here: if a part becomes a link afterwards,
/// opening the result fails.
fn resolve(root: BorrowedFd, path: &Path) -> Result<PathBuf, Errno> {
    let mut waiting: Vec<OsString> = path.iter().rev().map(OsStr::to_owned).collect();
    let (mut resolved, mut links) = (PathBuf::new(), 0);
    while let Some(part) = waiting.pop() {
        if part == ".." {
            // The parts before are no links, so `..` is the directory above in the text, too.
            if !resolved.pop() {
                return Err(Errno::XDEV);
            }
            continue;
        }
        match read_link(root, &resolved, &part) {
            Ok(target) if target.has_root() => return Err(Errno::XDEV),
            Ok(_) if links == MAX_LINKS => return Err(Errno::LOOP),
            Ok(target) => {
                links += 1;
                let parts: Vec<_> = target.iter().filter(|part| *part != ".").collect();
                waiting.extend(parts.into_iter().rev().map(OsStr::to_owned));
            }
            // It is no link.
            Err(Errno::INVAL) => resolved.push(part),
            Err(error) => return Err(error),
        }
    }
    Ok(resolved)
}

fn read_link(root: BorrowedFd, directory: &Path, name: &OsStr) -> Result<PathBuf, Errno> {
    let directory = open_without_links(root, directory, REFERENCE | OFlags::DIRECTORY)?;
    let target = readlinkat(directory, name, Vec::new())?;
    Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
}

/// Returns the names of which `path` consists.
///
/// # Errors
/// `XDEV` if it is absolute or contains `..`.
fn parts(path: &Path) -> Result<Vec<&OsStr>, Errno> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts
        .map(|part| match part {
            Component::Normal(name) => Ok(name),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) | Component::CurDir => Err(Errno::XDEV),
        })
        .collect()
}
