//! Writing to standard output and standard error. Windows cannot tell if a write to a pipe or a console would block, so
//! that a reader that stops reading can delay a run.

use std::io::{self, Stderr, Stdout, Write};
use std::time::Duration;

/// Returns true: it is not known.
pub fn stderr_is_ready(_: &Stderr, _: Duration) -> bool {
    true
}

/// Returns true: it is not known.
pub fn stdout_is_ready(_: &Stdout, _: Duration) -> bool {
    true
}

/// Writes `piece` to standard output, and returns its length.
pub fn write_some(mut stdout: &Stdout, piece: &[u8]) -> io::Result<usize> {
    stdout.write_all(piece)?;
    stdout.flush()?;
    Ok(piece.len())
}
