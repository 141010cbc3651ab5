//! Lines on the standard error stream of a component on WASI 0.2, for the provider and the front.
//!
//! An error of writing is ignored: an output that is closed or full must not change the outcome of an upload.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

use wasip2::cli::stderr::get_stderr;

/// The most bytes that `blocking-write-and-flush` accepts; more is a trap.
const MOST: usize = 4096;

/// Writes one line.
pub fn say(line: &str) {
    let stderr = get_stderr();
    for portion in [line, "\n"].concat().as_bytes().chunks(MOST) {
        let _ = stderr.blocking_write_and_flush(portion);
    }
}
