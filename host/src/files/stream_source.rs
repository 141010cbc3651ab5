//! The buffer of a stream: bytes from a pipe, which are read once and in order, and held only until they are sent.
//!
//! `sandbox/transfer/wait.rs` waits for the writer. `source.rs` has the common interface of streams and files.

use std::io;

/// The size of the buffer, in bytes.
const PIECE: usize = 256 * 1024;

/// The bytes of a stream that were read and are not sent yet.
#[derive(Default)]
pub(crate) struct StreamSource {
    piece: Vec<u8>,
    /// The number of bytes of `piece` that were sent.
    used: usize,
    /// The number of bytes of the whole stream that were sent.
    sent: u64,
    /// True if the writer has closed the stream.
    ended: bool,
}

impl StreamSource {
    /// Returns true if no byte can be sent before the writer has written more.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == self.piece.len() && !self.ended
    }

    /// Returns true if the stream has ended and every byte was sent.
    pub(crate) fn is_spent(&self) -> bool {
        self.used == self.piece.len() && self.ended
    }

    /// Returns the number of bytes sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Reads the next bytes by `read`. It blocks if there are none yet and the stream is in blocking mode.
    pub(crate) fn fill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<()> {
        self.piece.resize(PIECE, 0);
        self.used = 0;
        let read = match read(&mut self.piece) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock || error.kind() == io::ErrorKind::Interrupted => {
                self.piece.clear();
                return Ok(());
            }
            read => read,
        };
        self.piece.truncate(*read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    /// Copies bytes from `offset` on into `into`, and returns their number.
    ///
    /// # Errors
    /// `NotSeekable` if `offset` is not that of the first byte not sent: sent bytes are not kept.
    pub(crate) fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset != self.sent {
            return Err(io::ErrorKind::NotSeekable.into());
        }
        let unsent = &self.piece[self.used..];
        let count = unsent.len().min(into.len());
        into[..count].copy_from_slice(&unsent[..count]);
        Ok(count)
    }

    /// Notes that this number of bytes was sent.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.used += bytes;
        self.sent += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn bytes_are_read_once_in_order_and_to_the_end() {
        let (mut pipe, mut writer) = io::pipe().unwrap();
        let (mut stream, mut piece) = (StreamSource::default(), [0; 4]);
        assert!(stream.is_empty() && !stream.is_spent());
        writer.write_all(b"abcdef").unwrap();
        drop(writer);
        stream.fill(|into| pipe.read(into)).unwrap();
        assert_eq!((stream.read_at(&mut piece, 0).unwrap(), &piece), (4, b"abcd"));
        stream.consume(4);
        assert!(stream.read_at(&mut piece, 0).is_err());
        assert_eq!(stream.read_at(&mut piece, 4).unwrap(), 2);
        stream.consume(2);
        stream.fill(|into| pipe.read(into)).unwrap();
        assert!(stream.is_spent() && !stream.is_empty());
        assert_eq!(stream.sent(), 6);
    }
}
