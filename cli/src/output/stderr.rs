//! Standard error. A pipe that nobody reads, or a terminal that was stopped, must not hold up an upload or its end: each
//! write is made only when it cannot block, and what cannot be written in time is left out.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long a line may wait for a reader. Only one line waits: once a reader was waited for in vain, lines are left out
/// until there is room again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same for the last lines, which say why there is an exit code.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// So many bytes can be written to a pipe with room without a wait (POSIX has PIPE_BUF for it, pipe(7)).
const PIECE: usize = 4096;

/// How many lines were left out since there was room last.
static LEFT_OUT: Mutex<usize> = Mutex::new(0);

/// Writes a line that may be left out, as the next one says the same better.
pub fn offer(line: &str) {
    if is_ready() {
        write(line, Instant::now());
    }
}

/// Writes a line, and waits a little for room.
pub fn say(line: &str) {
    let mut left_out = LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let until = Instant::now() + if *left_out == 0 { PATIENCE } else { Duration::ZERO };
    if !is_ready_by(until) {
        *left_out += 1;
        return;
    }
    let count = std::mem::take(&mut *left_out);
    if count > 0 {
        write(&format!("Note: {count} lines were left out here, as nobody read them."), until);
    }
    write(line, until);
}

/// Writes the last lines before the exit code.
pub fn say_last(lines: &str) {
    write(lines, Instant::now() + LAST_PATIENCE);
}

/// Whether something can be written now without a wait.
pub fn is_ready() -> bool {
    is_ready_by(Instant::now())
}

fn write(line: &str, until: Instant) {
    let line = format!("{line}\n");
    for piece in line.as_bytes().chunks(PIECE) {
        // A closed stderr must not change the outcome.
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
            // Where it cannot be asked, the write itself says what is wrong.
            ready => return ready.is_err() || ready == Ok(1),
        }
    }
}
