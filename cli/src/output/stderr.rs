//! Output to standard error that cannot block an upload. A pipe without a reader, or a stopped terminal, must not delay
//! a run or its end: a write happens only if it cannot block, and lines that cannot be written in time are left out.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The longest wait of a line for space in the pipe. After one line has waited without success, further lines are left
/// out at once, until there is space again.
const LINE_TIMEOUT: Duration = Duration::from_secs(1);

/// The same for the last lines, which explain the exit code.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(2);

/// The number of bytes that a pipe accepts without blocking when poll(2) reports it writable (PIPE_BUF, pipe(7)).
const PIECE: usize = 4096;

/// The number of lines left out since the last line that was written.
static LEFT_OUT: Mutex<usize> = Mutex::new(0);

/// Writes a line, or leaves it out if that would block: the next one replaces it.
pub fn offer(line: &str) {
    if is_ready() {
        write(line, Instant::now());
    }
}

/// Writes a line, and waits for space up to the limit.
pub fn say(line: &str) {
    let mut left_out = LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let until = Instant::now() + if *left_out == 0 { LINE_TIMEOUT } else { Duration::ZERO };
    if !is_ready_by(until) {
        *left_out += 1;
        return;
    }
    let count = std::mem::take(&mut *left_out);
    if count > 0 {
        write(&format!("Note: {count} lines were left out here, because standard error was blocked."), until);
    }
    write(line, until);
}

/// Writes the last lines before the exit code.
pub fn say_last(lines: &str) {
    write(lines, Instant::now() + LAST_LINES_TIMEOUT);
}

/// Returns true if a write would not block now.
pub fn is_ready() -> bool {
    is_ready_by(Instant::now())
}

fn write(line: &str, until: Instant) {
    let line = format!("{line}\n");
    for piece in line.as_bytes().chunks(PIECE) {
        // An error here must not change the outcome of the run.
        if !is_ready_by(until) || io::stderr().write_all(piece).is_err() {
            return;
        }
    }
}

fn is_ready_by(until: Instant) -> bool {
    let stderr = io::stderr();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], Timespec::try_from(left).ok().as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            // If poll(2) fails, try the write: it returns the error.
            ready => return ready.is_err() || ready == Ok(1),
        }
    }
}
