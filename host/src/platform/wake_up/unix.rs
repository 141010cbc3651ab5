//! A descriptor that ends every wait of this process from another thread: a pipe.

use std::io::{self, PipeReader, PipeWriter, Write};

use rustix::fd::{AsFd, BorrowedFd};

/// Becomes readable when it is rung, and stays so: nobody reads the byte.
#[derive(Debug)]
pub(crate) struct WakeUp {
    writer: PipeWriter,
    readable: PipeReader,
}

impl WakeUp {
    /// Returns one that was not rung.
    ///
    /// # Errors
    /// If the process cannot open two more descriptors.
    pub(crate) fn new() -> io::Result<Self> {
        let (readable, writer) = io::pipe()?;
        Ok(Self { writer, readable })
    }

    /// Makes the descriptor readable. Call it once.
    pub(crate) fn ring(&self) {
        // One byte always fits into an empty pipe.
        let _ = (&self.writer).write(&[0]);
    }

    /// Returns the descriptor to wait for.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.readable.as_fd()
    }
}
