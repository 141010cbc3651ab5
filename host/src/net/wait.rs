//! Waiting for sockets. Every wait of the host goes through [`wait`], so that each has a deadline and ends on cancellation.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cancel::{Cancellation, WaitError};

/// Waits until at least one of `wanted` is ready and says which are; none are once `until` has passed.
pub(crate) fn wait<const N: usize>(
    wanted: [(BorrowedFd<'_>, PollFlags); N],
    until: Instant,
    cancellation: &Cancellation,
) -> Result<[bool; N], WaitError> {
    let until = cancellation.limit(until);
    let mut polled: Vec<PollFd<'_>> =
        wanted.iter().map(|&(socket, flags)| PollFd::from_borrowed_fd(socket, flags)).collect();
    polled.extend(cancellation.descriptor().map(|token| PollFd::from_borrowed_fd(token, PollFlags::IN)));
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut polled, Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(WaitError::Failed(error.into())),
            Ok(_) => cancellation.check()?,
        }
        return Ok(std::array::from_fn(|i| !polled[i].revents().is_empty()));
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
    cancellation: &Cancellation,
) -> Result<(), WaitError> {
    match wait([(socket.as_fd(), flags)], until, cancellation)? {
        [true] => Ok(()),
        [false] => Err(WaitError::Failed(io::ErrorKind::TimedOut.into())),
    }
}

/// Waits until `until`.
///
/// # Errors
/// If the run must end before.
pub(crate) fn pause(until: Instant, cancellation: &Cancellation) -> Result<(), WaitError> {
    wait([], until, cancellation).map(|[]| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    fn quiet_pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let (quiet, _peer) = quiet_pair();
        let began = Instant::now();
        let stop =
            wait_for(&quiet, PollFlags::IN, began + Duration::from_millis(30), &Cancellation::default()).unwrap_err();
        assert!(matches!(stop, WaitError::Failed(e) if e.kind() == io::ErrorKind::TimedOut));
        assert!(began.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn an_interrupt_ends_a_wait_at_once_and_every_later_one() {
        let (quiet, _peer) = quiet_pair();
        let token = CancelToken::new().unwrap();
        let cancellation = Cancellation::begin(Some(&token), None);
        let other = token.clone();
        let thread = std::thread::spawn(move || other.cancel());
        for _ in 0..2 {
            let far = Instant::now() + Duration::from_secs(60);
            assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &cancellation), Err(WaitError::Interrupted)));
        }
        thread.join().unwrap();
    }

    #[test]
    fn no_wait_outlasts_the_time_of_the_run() {
        let (quiet, mut peer) = quiet_pair();
        let far = Instant::now() + Duration::from_secs(60);
        let cancellation = Cancellation::begin(None, Some(Duration::from_millis(30)));
        assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &cancellation), Err(WaitError::OutOfTime)));
        // Nor does anything go on afterwards, however ready it is.
        std::io::Write::write_all(&mut peer, b"x").unwrap();
        assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &cancellation), Err(WaitError::OutOfTime)));
        assert!(matches!(pause(far, &cancellation), Err(WaitError::OutOfTime)));
    }

    #[test]
    fn a_pause_takes_its_time_and_no_more() {
        let until = Instant::now() + Duration::from_millis(30);
        assert!(pause(until, &Cancellation::default()).is_ok());
        assert!(Instant::now() >= until);
    }
}
