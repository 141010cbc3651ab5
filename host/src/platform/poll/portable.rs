//! Waiting for descriptors by poll(2) or WSAPoll, whose timeout is limited.

use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec};
use rustix::io::Errno;

/// True: whether a connection was established has to be asked.
pub(crate) const WRITABLE_MAY_HIDE_ERROR: bool = true;

/// The longest single wait. The systems take a number of milliseconds with 32 bits.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits until one of `polled` is ready, or `longest` is over. Returns the number of those that are ready.
pub(crate) fn poll(polled: &mut [PollFd<'_>], longest: Duration) -> Result<usize, Errno> {
    // WSAPoll does not accept an empty list.
    if polled.is_empty() {
        thread::sleep(longest);
        return Ok(0);
    }
    let until = Instant::now().checked_add(longest);
    loop {
        let left = until.map_or(LONGEST, |until| until.saturating_duration_since(Instant::now()));
        let timeout = Timespec::try_from(left.min(LONGEST)).ok();
        match rustix::event::poll(polled, timeout.as_ref())? {
            0 if left > LONGEST || until.is_none() => {}
            ready => return Ok(ready),
        }
    }
}
