//! Stopping an upload from outside, and waiting in a way that hears it: every wait of the host goes through
//! [`wait`], so every wait has a deadline and none is deaf to an interrupt.
//!
//! What is waited for is `socket.rs`.

use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// A bell that stops uploads at their next wait. Clones ring the same bell; it stays rung.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<Bell>);

#[derive(Debug)]
struct Bell {
    raised: AtomicBool,
    /// Shut down when the bell rings, which makes `heard` readable for good.
    rope: UnixStream,
    heard: UnixStream,
}

impl Interrupt {
    /// A bell that has not been rung.
    ///
    /// # Errors
    /// When the process may not open two more files.
    pub fn new() -> io::Result<Self> {
        let (rope, heard) = UnixStream::pair()?;
        Ok(Self(Arc::new(Bell { raised: AtomicBool::new(false), rope, heard })))
    }

    /// Stops every upload whose request carries this bell, with `UploadError::Interrupted`.
    pub fn raise(&self) {
        self.0.raised.store(true, Ordering::Release);
        // Fails only if it is shut down already, and then the bell has rung.
        let _ = self.0.rope.shutdown(Shutdown::Both);
    }

    /// Whether [`raise`](Self::raise) was called.
    pub fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }
}

/// Why an operation on a socket came to nothing.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The connection failed; a deadline that passed is `ErrorKind::TimedOut`.
    Failed(io::Error),
    /// The user stopped it.
    Interrupted,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Waits until at least one of `wanted` is ready and says which are; none are once `until` has passed.
pub(crate) fn wait<const N: usize>(
    wanted: [(BorrowedFd<'_>, PollFlags); N],
    until: Instant,
    interrupt: Option<&Interrupt>,
) -> Result<[bool; N], Stop> {
    let mut polled: Vec<PollFd<'_>> =
        wanted.iter().map(|&(socket, flags)| PollFd::from_borrowed_fd(socket, flags)).collect();
    polled.extend(interrupt.map(|bell| PollFd::new(&bell.0.heard, PollFlags::IN)));
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut polled, Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(Stop::Failed(error.into())),
            Ok(_) if interrupt.is_some_and(Interrupt::is_raised) => return Err(Stop::Interrupted),
            Ok(_) => return Ok(std::array::from_fn(|i| !polled[i].revents().is_empty())),
        }
    }
}

/// Waits for one socket.
///
/// # Errors
/// `TimedOut` once `until` has passed.
pub(crate) fn wait_for(
    socket: impl AsFd,
    flags: PollFlags,
    until: Instant,
    interrupt: Option<&Interrupt>,
) -> Result<(), Stop> {
    match wait([(socket.as_fd(), flags)], until, interrupt)? {
        [true] => Ok(()),
        [false] => Err(Stop::Failed(io::ErrorKind::TimedOut.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn quiet_pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let (quiet, _peer) = quiet_pair();
        let began = Instant::now();
        let stop = wait_for(&quiet, PollFlags::IN, began + Duration::from_millis(30), None).unwrap_err();
        assert!(matches!(stop, Stop::Failed(e) if e.kind() == io::ErrorKind::TimedOut));
        assert!(began.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn an_interrupt_ends_a_wait_at_once_and_every_later_one() {
        let (quiet, _peer) = quiet_pair();
        let bell = Interrupt::new().unwrap();
        let ringer = bell.clone();
        let thread = std::thread::spawn(move || ringer.raise());
        for _ in 0..2 {
            let far = Instant::now() + Duration::from_secs(60);
            assert!(matches!(wait_for(&quiet, PollFlags::IN, far, Some(&bell)), Err(Stop::Interrupted)));
        }
        thread.join().unwrap();
    }
}
