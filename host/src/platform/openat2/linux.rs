//! openat2(2), which opens a path beneath a directory in one call.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// The flags for a descriptor that is used only as the start of paths and for metadata. Only Linux can open without the
/// permission to read.
pub(super) const REFERENCE: OFlags = OFlags::PATH;

/// The number of tries if other processes rename directories meanwhile, so that openat2(2) cannot tell if `..` in a
/// link has left the tree (EAGAIN).
const TRIES: usize = 8;

/// Opens `path` beneath `root`. Without `follows`, no part of it may be a symbolic link. Returns `None` if the kernel does
/// not have the call.
///
/// # Errors
/// `XDEV` if it leads out of `root`, `LOOP` for a link that is not allowed, or the error of the system.
pub(super) fn openat2(root: BorrowedFd, path: &Path, flags: OFlags, follows: bool) -> Option<Result<OwnedFd, Errno>> {
    for _ in 0..TRIES {
        match rustix::fs::openat2(root, here(path), flags | OFlags::CLOEXEC, Mode::empty(), resolve_flags(follows)) {
            Err(Errno::AGAIN) => {}
            // The kernel is older than 5.6, or a filter of system calls does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => return None,
            opened => return Some(opened),
        }
    }
    Some(Err(Errno::AGAIN))
}

fn resolve_flags(follows: bool) -> ResolveFlags {
    let always = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    if follows { always } else { always | ResolveFlags::NO_SYMLINKS }
}

/// Returns `path`, or `.` if it is empty: the system does not take an empty path.
fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
