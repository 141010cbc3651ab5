//! Documents on standard output: what a script reads must not be taken for complete if it could not be written.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::output::stderr;

/// True if a document could not be written.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Writes a document. A reader that has seen enough, such as `head`, is no error.
pub fn print(text: &[u8]) {
    let mut output = io::stdout();
    if let Err(error) = output.write_all(text).and_then(|()| output.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        FAILED.store(true, Ordering::Relaxed);
        stderr::say_last(&format!("ftp-uploader: Cannot write to standard output. {error}."));
    }
}

/// Returns true if a document could not be written.
pub fn has_failed() -> bool {
    FAILED.load(Ordering::Relaxed)
}
