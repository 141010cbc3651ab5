//! Lines on stderr. Used by the provider and, through `#[path]`, by the front. An output that is closed or full is
//! not heard of: it cannot change the outcome.

use wasip2::cli::stderr::get_stderr;

/// What `blocking-write-and-flush` takes at most; more would be a trap.
const MOST: usize = 4096;

/// Writes one line.
pub(crate) fn say(line: &str) {
    let stderr = get_stderr();
    for portion in [line, "\n"].concat().as_bytes().chunks(MOST) {
        let _ = stderr.blocking_write_and_flush(portion);
    }
}
