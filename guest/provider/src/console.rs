//! Writes lines to stderr. Used by the provider and, through `#[path]`, by the front. Errors of stderr are ignored,
//! because they must not change the outcome.

use wasip2::cli::stderr::get_stderr;

/// The limit of `blocking-write-and-flush`; more bytes would be a trap.
const MOST: usize = 4096;

/// Writes one line.
pub(crate) fn say(line: &str) {
    let stderr = get_stderr();
    for portion in [line, "\n"].concat().as_bytes().chunks(MOST) {
        let _ = stderr.blocking_write_and_flush(portion);
    }
}
