//! Waiting during a transfer for the data connection, while the control connection may become readable at any time.
//!
//! The deadline restarts when the server accepts bytes out of our send queue, however slowly. It does not restart when
//! the server only sends on the control connection.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::BorrowedFd;

use crate::cancel::WaitError;
use crate::net::stream::Stream;
use crate::net::wait::{Deadline, wait};
use crate::sandbox::transfer::deadlines::Deadlines;

/// The longest single wait for the writer of a stream. The wait is repeated, because nothing limits its total time.
const WRITER_WAIT: Duration = Duration::from_secs(60);

/// The control connection, and the deadlines of the session.
pub(crate) struct TransferWait<'a> {
    /// `None` if the guest has dropped its handle.
    control: Option<&'a mut Stream>,
    deadlines: &'a mut Deadlines,
}

/// The connection that is ready.
pub(crate) enum Ready {
    /// The data connection is ready, or broken.
    Data,
    /// The control connection has bytes or its end to read. It comes first.
    Control,
}

impl<'a> TransferWait<'a> {
    /// Returns waits that `control` can end.
    pub(crate) fn new(control: Option<&'a mut Stream>, deadlines: &'a mut Deadlines) -> Self {
        Self { control, deadlines }
    }

    /// Returns the most bytes of the file to send at once.
    pub(crate) fn max_piece(&self) -> u64 {
        self.deadlines.max_piece()
    }

    /// Records that `bytes` of the file were sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.deadlines.sent(bytes);
    }

    /// Waits until `data` is ready for `flags`, or the control connection can be read.
    ///
    /// # Errors
    /// `TimedOut` if no byte has moved before the deadline, even if the server sends on the control connection.
    pub(crate) fn for_data(&mut self, data: &Stream, flags: PollFlags) -> Result<Ready, WaitError> {
        loop {
            let (control_ready, data_ready) = self.for_either(data, flags, self.deadlines.next_check())?;
            if data_ready && !control_ready {
                return Ok(Ready::Data);
            }
            self.deadlines.observe_queue(data.socket().send_queue());
            if self.deadlines.reply().has_passed() {
                return Err(WaitError::timed_out());
            }
            if control_ready {
                return Ok(Ready::Control);
            }
        }
    }

    /// Waits until the rate limit permits more bytes, or the control connection can be read, or `data` is broken.
    pub(crate) fn for_rate_limit(&mut self, data: &Stream) -> Result<Ready, WaitError> {
        while let Some(until) = self.deadlines.rate_limited_until().filter(|&until| until > Instant::now()) {
            let (control_ready, data_broken) = self.for_either(data, PollFlags::empty(), until)?;
            if control_ready {
                return Ok(Ready::Control);
            }
            if data_broken {
                break;
            }
        }
        Ok(Ready::Data)
    }

    /// Waits until the writer of `stream` has written, without a deadline, or the control connection can be read.
    ///
    /// # Errors
    /// `ConnectionReset` if `data` is broken: the writer may never write again, and its bytes could not be sent.
    pub(crate) fn for_writer(&mut self, stream: BorrowedFd<'_>, data: &Stream) -> Result<Ready, WaitError> {
        loop {
            if self.control.as_deref_mut().is_some_and(Stream::has_more) {
                return Ok(Ready::Control);
            }
            let deadline = self.deadlines.at(Instant::now() + WRITER_WAIT);
            let (stream, data) = ((stream, PollFlags::IN), (data.as_fd(), PollFlags::empty()));
            let [written, broken] = match self.control.as_deref_mut() {
                None => wait([stream, data], deadline)?,
                Some(control) => {
                    let all = [(control.as_fd(), PollFlags::IN), stream, data];
                    let [control_ready, written, broken] = wait(all, deadline)?;
                    if control_ready && control.has_text_after_receiving() {
                        return Ok(Ready::Control);
                    }
                    [written, broken]
                }
            };
            // The server has accepted everything: the wait for the writer does not count as its silence.
            self.deadlines.restart();
            if broken {
                return Err(WaitError::Failed(io::ErrorKind::ConnectionReset.into()));
            }
            if written {
                return Ok(Ready::Data);
            }
        }
    }

    /// Waits until `until` at most. Returns true, for the control connection, if it can be read, and, for `data`, if it
    /// is ready for `flags` or broken.
    fn for_either(&mut self, data: &Stream, flags: PollFlags, until: Instant) -> Result<(bool, bool), WaitError> {
        let deadline = self.deadlines.at(until);
        let Some(control) = self.control.as_deref_mut() else {
            let [data_ready] = wait([(data.as_fd(), flags)], deadline)?;
            return Ok((false, data_ready));
        };
        // Bytes that TLS has decrypted already do not make the socket readable.
        if control.has_more() {
            return Ok((true, false));
        }
        let both = [(control.as_fd(), PollFlags::IN), (data.as_fd(), flags)];
        let [control_ready, data_ready] = wait(both, deadline)?;
        Ok((control_ready && control.has_text_after_receiving(), data_ready))
    }

    /// Waits until TLS has sent all bytes of `data` that it holds.
    ///
    /// Once the control connection can be read, waits only for the close timeout: the reply decides.
    pub(crate) fn for_flush(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        while !data.flush_some()? {
            if let Ready::Control = self.for_data(data, PollFlags::OUT)? {
                let deadline = self.deadlines.close();
                while !data.flush_some()? {
                    data.socket().ready(PollFlags::OUT, deadline)?;
                }
            }
        }
        Ok(())
    }

    /// Waits until the server has closed its side of `data`, or the control connection can be read, after close_notify
    /// and before we close our side of the TCP connection.
    ///
    /// Waits only for a short time, because a server may wait for the end of the TCP connection.
    pub(crate) fn for_close_after_notify(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        let until = self.deadlines.tls_close();
        while Instant::now() < until {
            let (control_ready, data_ready) = self.for_either(data, PollFlags::IN, until)?;
            if control_ready || (data_ready && data.has_text_after_receiving()) {
                break;
            }
        }
        Ok(())
    }

    /// Waits until the server has closed its side of `data`, after we have closed ours.
    ///
    /// Once the control connection can be read, waits only for the close timeout: the final reply decides, and a server
    /// that does not close must not delay it.
    pub(crate) fn for_close(&mut self, data: &mut Stream) -> Result<(), WaitError> {
        self.deadlines.restart();
        loop {
            match self.reply_comes_first(data) {
                Ok(false) => {}
                Ok(true) => {
                    self.for_close_briefly(data)?;
                    break;
                }
                // The data connection is done. The same error comes again when the guest receives the reply.
                Err(_) if data.is_at_its_end() => break,
                Err(error) => return Err(error),
            }
            match self.for_data(data, PollFlags::IN)? {
                Ready::Data if data.has_text_after_receiving() && has_ended(data, self.deadlines.reply())? => break,
                // TLS records without application data are not the end, and do not extend the deadline.
                Ready::Data if self.deadlines.reply().has_passed() => return Err(WaitError::timed_out()),
                Ready::Data => {}
                Ready::Control => {
                    self.for_close_briefly(data)?;
                    break;
                }
            }
        }
        self.deadlines.restart();
        Ok(())
    }

    /// Waits for the control connection alone until the next check of the send queue, and returns true if it can be
    /// read. The reply usually follows the server's close immediately, so that one wait is enough for both.
    fn reply_comes_first(&mut self, data: &Stream) -> Result<bool, WaitError> {
        let Some(control) = self.control.as_deref_mut() else { return Ok(false) };
        let mut until = self.deadlines.next_check();
        while !control.has_more() {
            match wait([(control.as_fd(), PollFlags::IN)], self.deadlines.at(until))? {
                [true] if control.has_text_after_receiving() => break,
                [true] => {}
                [false] => {
                    let observed = self.deadlines.has_observed_queue();
                    self.deadlines.observe_queue(data.socket().send_queue());
                    if observed {
                        return Ok(false);
                    }
                    until = self.deadlines.next_check();
                }
            }
        }
        Ok(true)
    }

    /// Waits for the close timeout until the server has closed its side of `data`. The final reply decides.
    pub(crate) fn for_close_briefly(&self, data: &mut Stream) -> Result<(), WaitError> {
        let deadline = self.deadlines.close();
        // Most servers close it before they reply.
        data.read_first();
        loop {
            match has_ended(data, deadline) {
                Ok(false) => {}
                Ok(true) => return Ok(()),
                Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::TimedOut => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Reads and discards bytes that the server sends on the data connection of an upload. Returns true at its end.
fn has_ended(data: &mut Stream, deadline: Deadline<'_>) -> Result<bool, WaitError> {
    let mut ignored = [0; 4096];
    match data.read(&mut ignored, deadline) {
        Ok(_) if deadline.has_passed() => Err(WaitError::timed_out()),
        Ok(_) => Ok(false),
        Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
        Err(error) => Err(error),
    }
}
