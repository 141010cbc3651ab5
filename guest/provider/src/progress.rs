//! `progress` and `witness`: the step of the conversation, the number of bytes sent of a file, and the progress line on
//! stderr.

use alloc::format;
use alloc::rc::Rc;
use core::cell::Cell;

use wasip2::clocks::monotonic_clock::{Instant, now};

use crate::bindings::exports::ftp_uploader::upload::capabilities::{GuestProgress, Notice, Step};
use crate::bindings::exports::ftp_uploader::wasi::grants::GuestWitness;
use crate::session_state::SessionState;

/// The interval between two lines, in nanoseconds.
const INTERVAL: u64 = 1_000_000_000;

/// The handle with which the guest reports its step.
pub(crate) struct Steps(pub(crate) Rc<SessionState>);

impl GuestProgress for Steps {
    fn entered(&self, step: Step) {
        if step == Step::Quit {
            self.0.deadlines.say_farewell();
        }
    }

    fn noticed(&self, notice: Notice) {
        let Notice::Utf8Refused = notice;
        ftp_guest_console::say(
            "Note: the server refused OPTS UTF8 ON; it may show names with non-ASCII characters differently.",
        );
    }
}

/// The handle with which the front asks for the number of bytes sent.
pub(crate) struct Count(pub(crate) Rc<SessionState>);

impl GuestWitness for Count {
    fn delivered(&self) -> Option<u64> {
        let delivered = &self.0.delivered;
        delivered.finished.get().then(|| delivered.bytes.get())
    }
}

/// The bytes of the present file that were moved.
pub(crate) struct Delivered {
    bytes: Cell<u64>,
    finished: Cell<bool>,
    shown: Cell<Option<Instant>>,
    /// True if lines are printed for every file; false if only for those that take longer than [`INTERVAL`].
    every_file: bool,
}

impl Delivered {
    pub(crate) fn new(every_file: bool) -> Self {
        Self { bytes: Cell::default(), finished: Cell::default(), shown: Cell::default(), every_file }
    }

    /// A new file begins, of which nothing was moved.
    pub(crate) fn begin(&self) {
        self.bytes.set(0);
        self.finished.set(false);
        self.shown.set(if self.every_file { None } else { Some(now()) });
    }

    /// Returns the number of bytes moved, or `None` after the end of the file was declared.
    pub(crate) fn unfinished(&self) -> Option<u64> {
        (!self.finished.get()).then(|| self.bytes.get())
    }

    /// Records that `bytes` bytes were moved so far; prints a line from time to time and at the end.
    pub(crate) fn moved(&self, bytes: u64, size: u64) {
        self.bytes.set(bytes);
        let early = self.shown.get().is_some_and(|shown| now() - shown < INTERVAL);
        if !early || self.every_file && bytes == size {
            self.show(size);
        }
    }

    /// Records that the end of the file was declared. For an empty file no line was printed before.
    pub(crate) fn finish(&self) {
        self.finished.set(true);
        if self.every_file && self.bytes.get() == 0 {
            self.show(0);
        }
    }

    fn show(&self, size: u64) {
        let sent = self.bytes.get();
        self.shown.set(Some(now()));
        ftp_guest_console::say(&format!("Sent {sent} of {size} bytes ({}%)", percent(sent, size)));
    }
}

/// Rounds down, so that 100% is shown only when all bytes were sent. An empty file counts as sent from the beginning.
fn percent(sent: u64, size: u64) -> u128 {
    if size == 0 { 100 } else { u128::from(sent) * 100 / u128::from(size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_percent_is_said_only_when_all_is_sent() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(199, 200), 99);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
