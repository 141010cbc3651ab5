//! Writing to standard output and standard error without blocking.

use std::io::{self, Stderr, Stdout};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Waits until a write to `output` would not block. Returns false if that takes longer than `longest`.
fn is_ready(output: &impl AsFd, longest: Duration) -> bool {
    let until = Instant::now() + longest;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut [PollFd::new(output, PollFlags::OUT)], Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) => {}
            // If poll(2) fails, try the write: it returns the error.
            ready => return ready.is_err() || ready == Ok(1),
        }
    }
}

/// Waits until a write to standard error would not block. Returns false if that takes longer than `longest`.
pub fn stderr_is_ready(stderr: &Stderr, longest: Duration) -> bool {
    is_ready(stderr, longest)
}

/// Waits until a write to standard output would not block. Returns false if that takes longer than `longest`.
pub fn stdout_is_ready(stdout: &Stdout, longest: Duration) -> bool {
    is_ready(stdout, longest)
}

/// Writes a part of `piece` to standard output, past the buffer of std, and returns its length; 0 if it has to be tried again.
pub fn write_some(stdout: &Stdout, piece: &[u8]) -> io::Result<usize> {
    match rustix::io::write(stdout, piece) {
        Err(Errno::INTR | Errno::AGAIN) => Ok(0),
        written => Ok(written?),
    }
}
