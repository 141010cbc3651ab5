//! The reading end of a stream, such as a pipe, which the host waits for beside its sockets.

use std::fs::File;
use std::io::{self, Read};

use rustix::fd::{AsFd, BorrowedFd};

/// The handle of a file, a pipe or a socket that a caller hands over.
pub type StreamHandle = std::os::fd::OwnedFd;

/// The way to the bytes of a stream. On Unix a pipe can be waited for, and is read where it is.
pub(crate) struct Pump;

impl Pump {
    /// Prepares reading `file`.
    pub(crate) fn start(_: &File) -> io::Result<Self> {
        Ok(Self)
    }

    /// Reads the next bytes of `file`.
    pub(crate) fn read(&self, mut file: &File, into: &mut [u8]) -> io::Result<usize> {
        file.read(into)
    }

    /// Returns the descriptor that is readable when bytes of `file` or its end can be read.
    pub(crate) fn as_fd<'a>(&'a self, file: &'a File) -> BorrowedFd<'a> {
        file.as_fd()
    }
}
