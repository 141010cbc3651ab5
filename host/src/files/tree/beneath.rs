//! Opens a path beneath a directory so that it cannot lead out of it: with openat2(2), or where the kernel has no such
//! call, part by part.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use super::REFERENCE;
use crate::request::tree::Links;

/// The number of symbolic links that one path may contain, as on Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The number of tries if other processes rename directories meanwhile, so that openat2(2) cannot tell if `..` in a
/// link has left the tree (EAGAIN).
#[cfg(target_os = "linux")]
const TRIES: usize = 8;

/// Opens `path` beneath `root`. With [`Links::Skip`] no part of it may be a symbolic link.
///
/// # Errors
/// `XDEV` if it leads out of `root`, `LOOP` for a link that is not allowed, or the error of the system.
#[cfg(target_os = "linux")]
pub(super) fn open(root: BorrowedFd, path: &Path, flags: OFlags, links: Links) -> Result<OwnedFd, Errno> {
    for _ in 0..TRIES {
        match rustix::fs::openat2(root, here(path), flags | OFlags::CLOEXEC, Mode::empty(), resolve_flags(links)) {
            Err(Errno::AGAIN) => {}
            // The kernel is older than 5.6, or a filter of system calls does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => return open_by_parts(root, path, flags, links),
            opened => return opened,
        }
    }
    Err(Errno::AGAIN)
}

#[cfg(target_os = "linux")]
fn resolve_flags(links: Links) -> rustix::fs::ResolveFlags {
    use rustix::fs::ResolveFlags;
    let always = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match links {
        Links::Skip => always | ResolveFlags::NO_SYMLINKS,
        Links::Follow => always,
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) use open_by_parts as open;

/// The same without openat2(2). Each part is opened with O_NOFOLLOW, so that no part can be replaced by a link.
pub(super) fn open_by_parts(root: BorrowedFd, path: &Path, flags: OFlags, links: Links) -> Result<OwnedFd, Errno> {
    match links {
        Links::Skip => open_without_links(root, path, flags),
        Links::Follow => open_without_links(root, &resolve(root, path)?, flags),
    }
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

/// Returns `path`, or `.` if it is empty: the system does not take an empty path.
#[cfg(target_os = "linux")]
fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
