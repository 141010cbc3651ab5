//! Systems without openat2(2): a path is opened part by part.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// The flags for a descriptor that is used only as the start of paths and for metadata.
pub(super) const REFERENCE: OFlags = OFlags::NONBLOCK;

/// Returns `None`: this system does not have the call.
pub(super) fn openat2(_: BorrowedFd, _: &Path, _: OFlags, _: bool) -> Option<Result<OwnedFd, Errno>> {
    None
}
