//! Waiting during a transfer, when both connections matter: for the data connection, with an ear on the control
//! connection and an eye on the clock.
//!
//! A server that still takes bytes out of our send queue is not silent, however long it needs; one that only talks is.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use crate::cancel::{Cancellation, WaitError};
use crate::net::stream::Stream;
use crate::net::wait::wait;
use crate::sandbox::transfer::deadlines::Deadlines;

/// How long to wait for the writer of a stream at a time. Nothing happens in between.
const IDLE: Duration = Duration::from_secs(60);

/// What to wait with.
pub(crate) struct TransferWait<'a> {
    control: Option<&'a mut Stream>,
    deadlines: &'a mut Deadlines,
    cancellation: &'a Cancellation,
}

/// Whose turn it is.
pub(crate) enum Turn {
    /// The data connection is ready, or has ended.
    Data,
    /// The server has something to say first.
    Control,
}

impl<'a> TransferWait<'a> {
    /// A watch over `control`, unless the guest has dropped it.
    pub(crate) fn new(
        control: Option<&'a mut Stream>,
        deadlines: &'a mut Deadlines,
        cancellation: &'a Cancellation,
    ) -> Self {
        Self { control, deadlines, cancellation }
    }

    /// Waits until `data` is ready for `flags`, or the server speaks on the control connection.
    ///
    /// # Errors
    /// `TimedOut` when nothing has moved for too long, also while the server talks.
    pub(crate) fn await_turn(&mut self, data: &Stream, flags: PollFlags) -> Result<Turn, WaitError> {
        let mut queued = data.socket().unacknowledged();
        loop {
            let (control_ready, data_ready) = self.look(data, flags, self.deadlines.next_look())?;
            if data_ready && !control_ready {
                return Ok(Turn::Data);
            }
            let still_queued = data.socket().unacknowledged();
            if still_queued < queued {
                self.deadlines.mark();
            }
            queued = still_queued;
            if Instant::now() >= self.deadlines.due() {
                return Err(timed_out());
            }
            if control_ready {
                return Ok(Turn::Control);
            }
        }
    }

    /// Waits until the limit of the rate lets more of the file go, or the server speaks.
    ///
    /// Not without an eye on `data`: a connection that is broken is not waited with.
    pub(crate) fn await_leave(&mut self, data: &Stream) -> Result<Turn, WaitError> {
        while let Some(until) = self.deadlines.held_until().filter(|&until| until > Instant::now()) {
            let (control_ready, data_broken) = self.look(data, PollFlags::empty(), until)?;
            if control_ready {
                return Ok(Turn::Control);
            }
            if data_broken {
                break;
            }
        }
        Ok(Turn::Data)
    }

    /// Waits until the writer of a stream has written, however long it takes, or the server speaks.
    ///
    /// # Errors
    /// `ConnectionReset` when `data` is broken: a writer who may never write again is not waited for in vain.
    pub(crate) fn await_writer(&mut self, stream: &File, data: &Stream) -> Result<Turn, WaitError> {
        loop {
            if self.control.as_deref_mut().is_some_and(Stream::has_more) {
                return Ok(Turn::Control);
            }
            let until = Instant::now() + IDLE;
            let (stream, data) = ((stream.as_fd(), PollFlags::IN), (data.as_fd(), PollFlags::empty()));
            let [written, broken] = match self.control.as_deref_mut() {
                None => wait([stream, data], until, self.cancellation)?,
                Some(control) => {
                    let all = [(control.as_fd(), PollFlags::IN), stream, data];
                    let [control_ready, written, broken] = wait(all, until, self.cancellation)?;
                    if control_ready && control.hear() {
                        return Ok(Turn::Control);
                    }
                    [written, broken]
                }
            };
            // The server cannot help it that there is nothing to send.
            self.deadlines.mark();
            if broken {
                return Err(WaitError::Failed(io::ErrorKind::ConnectionReset.into()));
            }
            if written {
                return Ok(Turn::Data);
            }
        }
    }

    /// The most bytes of the file to send now.
    pub(crate) fn piece(&self) -> u64 {
        self.deadlines.piece()
    }

    /// So many bytes of the file were sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.deadlines.sent(bytes);
    }

    /// Waits until then at most: whether the server has spoken on the control connection, and whether `data` is ready.
    fn look(&mut self, data: &Stream, flags: PollFlags, until: Instant) -> Result<(bool, bool), WaitError> {
        let Some(control) = self.control.as_deref_mut() else {
            let [data_ready] = wait([(data.as_fd(), flags)], until, self.cancellation)?;
            return Ok((false, data_ready));
        };
        // What TLS has decrypted already is not to be seen on the socket.
        if control.has_more() {
            return Ok((true, false));
        }
        let both = [(control.as_fd(), PollFlags::IN), (data.as_fd(), flags)];
        let [control_ready, data_ready] = wait(both, until, self.cancellation)?;
        Ok((control_ready && control.hear(), data_ready))
    }

    /// Waits until all that TLS holds back of `data` is sent.
    ///
    /// Not for long once the server speaks: then its reply counts, whatever it is.
    pub(crate) fn await_flush(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        while !data.flush_some()? {
            if let Turn::Control = self.await_turn(data, PollFlags::OUT)? {
                let until = self.deadlines.grace_ends();
                while !data.flush_some()? {
                    data.socket().ready(PollFlags::OUT, until, self.cancellation)?;
                }
            }
        }
        Ok(())
    }

    /// Waits until the server has closed its side of `data`, or has spoken, while ours is closed only inside TLS.
    ///
    /// Not for long: a server may wait for the end of TCP, and this is for the sake of what lies between.
    pub(crate) fn await_servers_end(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        let until = self.deadlines.courtesy_ends();
        while Instant::now() < until {
            let (control_ready, data_ready) = self.look(data, PollFlags::IN, until)?;
            if control_ready || (data_ready && data.hear()) {
                break;
            }
        }
        Ok(())
    }

    /// Waits until the server has closed its side of `data`, after we have closed ours.
    ///
    /// Not for long once the server speaks: the final reply counts, and one who has it need not wait for a server that
    /// does not close.
    pub(crate) fn await_end(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        self.deadlines.mark();
        loop {
            match self.is_told_at_once(data) {
                Ok(false) => {}
                Ok(true) => {
                    self.await_end_briefly(data)?;
                    break;
                }
                // What is left to wait for is the reply, and who waits for that is told the same.
                Err(_) if data.is_at_its_end() => break,
                Err(stop) => return Err(stop),
            }
            match self.await_turn(data, PollFlags::IN)? {
                Turn::Data if data.hear() && self.has_ended(data, self.deadlines.due())? => break,
                // Records without text: no end, and no more time for it.
                Turn::Data if Instant::now() >= self.deadlines.due() => return Err(timed_out()),
                Turn::Data => {}
                Turn::Control => {
                    self.await_end_briefly(data)?;
                    break;
                }
            }
        }
        self.deadlines.mark();
        Ok(())
    }

    /// Whether the server speaks before it is time to look at the other connection: its reply comes right behind its
    /// end of that, and one wait does for both.
    fn is_told_at_once(&mut self, data: &Stream) -> Result<bool, WaitError> {
        let Some(control) = self.control.as_deref_mut() else { return Ok(false) };
        let (until, queued) = (self.deadlines.next_look(), data.socket().unacknowledged());
        while !control.has_more() {
            match wait([(control.as_fd(), PollFlags::IN)], until, self.cancellation)? {
                [true] if control.hear() => break,
                [true] => {}
                [false] => {
                    if data.socket().unacknowledged() < queued {
                        self.deadlines.mark();
                    }
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn await_end_briefly(&self, data: &mut Stream) -> Result<(), WaitError> {
        let until = self.deadlines.grace_ends();
        loop {
            match self.has_ended(data, until) {
                Ok(false) => {}
                Ok(true) => return Ok(()),
                Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::TimedOut => return Ok(()),
                Err(stop) => return Err(stop),
            }
        }
    }

    /// Reads away what a server may send on a connection that is not for that, and says whether it is at its end.
    fn has_ended(&self, data: &mut Stream, until: Instant) -> Result<bool, WaitError> {
        let mut ignored = [0; 4096];
        match data.read(&mut ignored, until, self.cancellation) {
            Ok(_) if Instant::now() >= until => Err(timed_out()),
            Ok(_) => Ok(false),
            Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
            Err(stop) => Err(stop),
        }
    }
}

fn timed_out() -> WaitError {
    WaitError::Failed(io::ErrorKind::TimedOut.into())
}
