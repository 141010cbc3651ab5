//! Waiting for sockets. Every wait of the host goes through [`wait`], so that each has a deadline and ends on
//! cancellation.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::Errno;

use crate::cancel::{Cancellation, WaitError};
use crate::platform::poll::{WRITABLE_MAY_HIDE_ERROR, poll};

/// The time by which an operation must be done, and the cancellation that can end it earlier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'a> {
    at: Instant,
    cancellation: &'a Cancellation,
}

impl<'a> Deadline<'a> {
    /// Returns the deadline `at`, or earlier if `cancellation` ends the run.
    pub(crate) fn new(at: Instant, cancellation: &'a Cancellation) -> Self {
        Self { at, cancellation }
    }

    /// Returns true if the time is over. Does not look at the cancellation.
    pub(crate) fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }

    /// Returns the time that is left.
    pub(crate) fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Returns an error if the run must end.
    pub(crate) fn check_cancellation(self) -> Result<(), WaitError> {
        self.cancellation.check()
    }
}

/// Waits until at least one of `wanted` is ready, and returns true for each that is. Returns false for all of them if
/// the deadline has passed.
pub(crate) fn wait<const N: usize>(
    wanted: [(BorrowedFd<'_>, PollFlags); N],
    deadline: Deadline<'_>,
) -> Result<[bool; N], WaitError> {
    wait_for_flags(wanted, deadline).map(|found| found.map(|flags| !flags.is_empty()))
}

/// Does the same, and returns the flags that the system has set for each.
fn wait_for_flags<const N: usize>(
    wanted: [(BorrowedFd<'_>, PollFlags); N],
    deadline: Deadline<'_>,
) -> Result<[PollFlags; N], WaitError> {
    let Deadline { at, cancellation } = deadline;
    let at = cancellation.limit(at);
    let mut polled: Vec<PollFd<'_>> =
        wanted.iter().map(|&(socket, flags)| PollFd::from_borrowed_fd(socket, flags)).collect();
    polled.extend(cancellation.descriptors().map(|token| PollFd::from_borrowed_fd(token, PollFlags::IN)));
    loop {
        let left = at.saturating_duration_since(Instant::now());
        match poll(&mut polled, left) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(WaitError::Failed(error.into())),
            Ok(_) => cancellation.check()?,
        }
        return Ok(std::array::from_fn(|i| polled[i].revents()));
    }
}

/// Waits until a connection is established, or has failed. Returns true if the socket may have an error. On some
/// systems, one that only can be written has none.
///
/// # Errors
/// `TimedOut` if the deadline has passed.
pub(crate) fn wait_for_connection(socket: impl AsFd, deadline: Deadline<'_>) -> Result<bool, WaitError> {
    let [found] = wait_for_flags([(socket.as_fd(), PollFlags::OUT)], deadline)?;
    if found.is_empty() {
        return Err(WaitError::timed_out());
    }
    Ok(found != PollFlags::OUT || WRITABLE_MAY_HIDE_ERROR)
}

/// Waits for one socket.
///
/// # Errors
/// `TimedOut` if the deadline has passed.
pub(crate) fn wait_for(socket: impl AsFd, flags: PollFlags, deadline: Deadline<'_>) -> Result<(), WaitError> {
    match wait([(socket.as_fd(), flags)], deadline)? {
        [true] => Ok(()),
        [false] => Err(WaitError::timed_out()),
    }
}

/// Waits until the deadline.
///
/// # Errors
/// If the run must end before.
pub(crate) fn pause(deadline: Deadline<'_>) -> Result<(), WaitError> {
    wait([], deadline).map(|[]| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::CancelToken;
    use std::io;
    use std::net::{TcpListener, TcpStream};

    fn quiet_pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (one, listener.accept().unwrap().0)
    }

    fn wait_to_read(socket: &TcpStream, until: Instant, cancellation: &Cancellation) -> Result<(), WaitError> {
        wait_for(socket, PollFlags::IN, Deadline::new(until, cancellation))
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let (quiet, _peer) = quiet_pair();
        let began = Instant::now();
        let error = wait_to_read(&quiet, began + Duration::from_millis(30), &Cancellation::default()).unwrap_err();
        assert!(matches!(error, WaitError::Failed(e) if e.kind() == io::ErrorKind::TimedOut));
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
            assert!(matches!(wait_to_read(&quiet, far, &cancellation), Err(WaitError::Interrupted)));
        }
        thread.join().unwrap();
    }

    #[test]
    fn no_wait_outlasts_the_time_of_the_run() {
        let (quiet, mut peer) = quiet_pair();
        let far = Instant::now() + Duration::from_secs(60);
        let cancellation = Cancellation::begin(None, Some(Duration::from_millis(30)));
        assert!(matches!(wait_to_read(&quiet, far, &cancellation), Err(WaitError::OutOfTime)));
        // A later wait fails, too, even if its socket is ready.
        std::io::Write::write_all(&mut peer, b"x").unwrap();
        assert!(matches!(wait_to_read(&quiet, far, &cancellation), Err(WaitError::OutOfTime)));
        assert!(matches!(pause(Deadline::new(far, &cancellation)), Err(WaitError::OutOfTime)));
    }

    #[test]
    fn a_pause_takes_its_time_and_no_more() {
        let until = Instant::now() + Duration::from_millis(30);
        assert!(pause(Deadline::new(until, &Cancellation::default())).is_ok());
        assert!(Instant::now() >= until);
    }
}
