//! Output to standard error that cannot block an upload. A pipe without a reader, or a stopped terminal, must not delay
//! a run or its end: a write happens only if it cannot block, and lines that cannot be written in time are left out.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::output::clock;
use crate::platform::output::stderr_is_ready;

/// The longest wait of a line for space in the pipe. After one line has waited without success, further lines are left
/// out at once, until there is space again.
const LINE_TIMEOUT: Duration = Duration::from_secs(1);

/// The same for the last lines, which explain the exit code.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(2);

/// The number of bytes that a pipe accepts without blocking when poll(2) reports it writable (PIPE_BUF, pipe(7)).
const PIECE: usize = 4096;

/// The number of lines left out since the last line that was written.
static LEFT_OUT: Mutex<usize> = Mutex::new(0);

/// True with `--timestamps`.
static HAS_TIMES: AtomicBool = AtomicBool::new(false);

/// Lets each line begin with the time from now on.
pub fn add_times() {
    HAS_TIMES.store(true, Ordering::Relaxed);
}

/// Returns the lines of `text` with the time before each of them, if that is wanted.
pub fn with_time(text: &str) -> Cow<'_, str> {
    if !HAS_TIMES.load(Ordering::Relaxed) {
        return text.into();
    }
    let now = clock::now();
    let lines: Vec<_> = text.lines().map(|line| format!("{now} {line}")).collect();
    lines.join("\n").into()
}

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

/// Writes text as it is, and waits for space up to the limit of a line.
pub fn write_text(text: &str) {
    write_by(text, Instant::now() + LINE_TIMEOUT);
}

fn write(line: &str, until: Instant) {
    write_by(&format!("{}\n", with_time(line)), until);
}

fn write_by(text: &str, until: Instant) {
    for piece in text.as_bytes().chunks(PIECE) {
        // An error here must not change the outcome of the run.
        if !is_ready_by(until) || io::stderr().write_all(piece).is_err() {
            return;
        }
    }
}

fn is_ready_by(until: Instant) -> bool {
    stderr_is_ready(&io::stderr(), until.saturating_duration_since(Instant::now()))
}
