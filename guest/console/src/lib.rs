//! Lines on the standard streams of a component on WASI 0.2, for the provider and the front.
//!
//! An error of writing is ignored: an output that is closed or full must not change the outcome of an upload.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

use wasip2::cli::stderr::get_stderr;
use wasip2::cli::stdout::get_stdout;
use wasip2::io::streams::OutputStream;

/// The most bytes that `blocking-write-and-flush` accepts; more is a trap.
const MOST: usize = 4096;

/// Writes one line on the standard error stream: progress, results and errors.
pub fn say(line: &str) {
    write(&get_stderr(), line);
}

/// Writes one line on the standard output stream: an answer that the user has asked for.
pub fn answer(line: &str) {
    write(&get_stdout(), line);
}

fn write(stream: &OutputStream, line: &str) {
    for portion in [line, "\n"].concat().as_bytes().chunks(MOST) {
        let _ = stream.blocking_write_and_flush(portion);
    }
}
