//! Waiting for descriptors by ppoll(2), whose timeout has no limit.

use std::time::Duration;

use rustix::event::{PollFd, Timespec};
use rustix::io::Errno;

/// False: a socket that only can be written after `connect` has no error.
pub(crate) const WRITABLE_MAY_HIDE_ERROR: bool = false;

/// Waits until one of `polled` is ready, or `longest` is over. Returns the number of those that are ready.
pub(crate) fn poll(polled: &mut [PollFd<'_>], longest: Duration) -> Result<usize, Errno> {
    rustix::event::poll(polled, Timespec::try_from(longest).ok().as_ref())
}
