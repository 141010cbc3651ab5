//! Stopping an upload from outside, by an interrupt or because its time is up, and waiting in a way that notices: every
//! wait of the host goes through [`wait`], so every wait has a deadline and none is deaf to an interrupt.
//!
//! What is waited for is `socket.rs`.

use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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

/// What ends every wait of one run, besides the deadline of its own that each wait has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stops {
    interrupt: Option<Interrupt>,
    deadline: Option<Instant>,
}

impl Stops {
    /// The run begins now, and may take no longer than `max_time`.
    pub(crate) fn begin(interrupt: Option<&Interrupt>, max_time: Option<Duration>) -> Self {
        // A time that no clock can tell is none.
        let deadline = max_time.and_then(|time| Instant::now().checked_add(time));
        Self { interrupt: interrupt.cloned(), deadline }
    }

    /// The run may end so much later.
    pub(crate) fn postpone(&mut self, time: Duration) {
        // A time that no clock can tell is none.
        self.deadline = self.deadline.and_then(|deadline| deadline.checked_add(time));
    }

    /// Whether the run may go on.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.interrupt.as_ref().is_some_and(Interrupt::is_raised) {
            return Err(Stop::Interrupted);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Stop::OutOfTime);
        }
        Ok(())
    }

    /// Does nothing until `until`.
    pub(crate) fn pause(&self, until: Instant) -> Result<(), Stop> {
        wait([], until, self).map(|[]| ())
    }
}

/// Why an operation on a socket came to nothing.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The connection failed; a deadline that passed is `ErrorKind::TimedOut`.
    Failed(io::Error),
    /// The user stopped it.
    Interrupted,
    /// The time is up that the user allows for all of it.
    OutOfTime,
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
    stops: &Stops,
) -> Result<[bool; N], Stop> {
    let until = stops.deadline.map_or(until, |deadline| deadline.min(until));
    let mut polled: Vec<PollFd<'_>> =
        wanted.iter().map(|&(socket, flags)| PollFd::from_borrowed_fd(socket, flags)).collect();
    polled.extend(stops.interrupt.as_ref().map(|bell| PollFd::new(&bell.0.heard, PollFlags::IN)));
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut polled, Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(Stop::Failed(error.into())),
            Ok(_) => stops.check()?,
        }
        return Ok(std::array::from_fn(|i| !polled[i].revents().is_empty()));
    }
}

/// Waits for one socket.
///
/// # Errors
/// `TimedOut` once `until` has passed.
pub(crate) fn wait_for(socket: impl AsFd, flags: PollFlags, until: Instant, stops: &Stops) -> Result<(), Stop> {
    match wait([(socket.as_fd(), flags)], until, stops)? {
        [true] => Ok(()),
        [false] => Err(Stop::Failed(io::ErrorKind::TimedOut.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet_pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let (quiet, _peer) = quiet_pair();
        let began = Instant::now();
        let stop = wait_for(&quiet, PollFlags::IN, began + Duration::from_millis(30), &Stops::default()).unwrap_err();
        assert!(matches!(stop, Stop::Failed(e) if e.kind() == io::ErrorKind::TimedOut));
        assert!(began.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn an_interrupt_ends_a_wait_at_once_and_every_later_one() {
        let (quiet, _peer) = quiet_pair();
        let bell = Interrupt::new().unwrap();
        let stops = Stops::begin(Some(&bell), None);
        let ringer = bell.clone();
        let thread = std::thread::spawn(move || ringer.raise());
        for _ in 0..2 {
            let far = Instant::now() + Duration::from_secs(60);
            assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &stops), Err(Stop::Interrupted)));
        }
        thread.join().unwrap();
    }

    #[test]
    fn no_wait_outlasts_the_time_of_the_run() {
        let (quiet, mut peer) = quiet_pair();
        let far = Instant::now() + Duration::from_secs(60);
        let stops = Stops::begin(None, Some(Duration::from_millis(30)));
        assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &stops), Err(Stop::OutOfTime)));
        // Nor does anything go on afterwards, however ready it is.
        std::io::Write::write_all(&mut peer, b"x").unwrap();
        assert!(matches!(wait_for(&quiet, PollFlags::IN, far, &stops), Err(Stop::OutOfTime)));
        assert!(matches!(stops.pause(far), Err(Stop::OutOfTime)));
    }

    #[test]
    fn a_pause_takes_its_time_and_no_more() {
        let until = Instant::now() + Duration::from_millis(30);
        assert!(Stops::default().pause(until).is_ok());
        assert!(Instant::now() >= until);
    }
}
