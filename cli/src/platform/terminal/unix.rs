//! The terminal: its size, the movements of its cursor, and lines that are typed on it.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush, tcgetwinsize};

/// The time after which a wait for a line asks again if it is still wanted, in nanoseconds.
const CANCELLATION_CHECK_INTERVAL: i64 = 50_000_000;

/// The longest line, in bytes. The terminal returns one line, or a part of it.
const MAX_LINE: usize = 64;

/// The terminal that controls the program.
#[derive(Debug)]
pub struct Terminal(File);

impl Terminal {
    /// Opens the terminal.
    ///
    /// # Errors
    /// If there is none.
    pub fn open() -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open("/dev/tty").map(Self)
    }

    /// Forgets the keys that were typed so far.
    pub fn forget_typed(&self) {
        let _ = tcflush(&self.0, QueueSelector::IFlush);
    }

    /// Writes `text`.
    pub fn write(&self, text: &str) -> io::Result<()> {
        (&self.0).write_all(text.as_bytes())
    }

    /// Waits for a line. `None` if `is_cancelled` returns true, or the terminal is gone.
    pub fn line(&self, is_cancelled: impl Fn() -> bool) -> Option<String> {
        let interval = Timespec { tv_sec: 0, tv_nsec: CANCELLATION_CHECK_INTERVAL };
        while !is_cancelled() {
            match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&interval)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => {
                    let mut line = [0; MAX_LINE];
                    let length = (&self.0).read(&mut line).ok()?;
                    return Some(String::from_utf8_lossy(&line[..length]).into_owned());
                }
                Err(_) => return None,
            }
        }
        None
    }
}

/// Returns the columns and the rows of the terminal behind standard error, if it tells them. They may change at any time.
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stderr()).ok()?;
    Some((size.ws_col, size.ws_row))
}

/// Returns true if standard error is a terminal on which the cursor can be moved, as the variable TERM tells.
pub fn can_move_cursor() -> bool {
    let is_capable = env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    is_capable && io::stderr().is_terminal()
}
