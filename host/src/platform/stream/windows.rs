//! The reading end of a stream, such as a pipe. Windows cannot wait for a pipe and for sockets at once, so that a thread
//! reads the pipe and sends its bytes through a connection of this process with itself.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::fd::{AsFd, BorrowedFd};

use crate::platform::wake_up::pair;

/// The handle of a file or a pipe that a caller hands over.
pub type StreamHandle = std::os::windows::io::OwnedHandle;

/// The size of the thread's buffer, in bytes.
const PIECE: usize = 64 * 1024;

/// The way to the bytes of a stream. The thread ends with the stream, or with the process.
pub(crate) struct Pump {
    receiver: TcpStream,
    /// The error that has ended the thread, if the stream has not simply ended. It is set before the end is sent.
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Pump {
    /// Starts the thread that reads `file`.
    pub(crate) fn start(file: &File) -> io::Result<Self> {
        let (sender, receiver) = pair()?;
        receiver.set_nonblocking(true)?;
        let failed = Arc::default();
        let (file, told) = (file.try_clone()?, Arc::clone(&failed));
        thread::Builder::new().spawn(move || carry(&file, &sender, &told))?;
        Ok(Self { receiver, failed })
    }

    /// Reads the next bytes of the stream.
    pub(crate) fn read(&self, _: &File, into: &mut [u8]) -> io::Result<usize> {
        match (&self.receiver).read(into) {
            Ok(0) => match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(error) => Err(error),
                None => Ok(0),
            },
            read => read,
        }
    }

    /// Returns the socket that is readable when bytes of the stream or its end can be read.
    pub(crate) fn as_fd<'a>(&'a self, _: &'a File) -> BorrowedFd<'a> {
        self.receiver.as_fd()
    }
}

/// Sends the bytes of `file` to its end.
fn carry(mut file: &File, mut sender: &TcpStream, failed: &Mutex<Option<io::Error>>) {
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            // A writer that has closed its end (ERROR_BROKEN_PIPE) is `Ok(0)` in the standard library.
            Ok(0) => break,
            Ok(count) if sender.write_all(&piece[..count]).is_ok() => {}
            // The receiver was dropped: nobody wants the bytes.
            Ok(_) => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                break;
            }
        }
    }
    let _ = sender.shutdown(Shutdown::Write);
}
