//! A stream as a source: bytes that come from a pipe, once and in order, held only until they are sent.
//!
//! Waiting for its writer is `lent/watch.rs`; what a stream has in common with a file is `source.rs`.

use std::fs::File;
use std::io::{self, Read};

/// How much is taken from the pipe at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// What has come from a stream and was not sent yet.
#[derive(Default)]
pub(crate) struct StreamSource {
    piece: Vec<u8>,
    /// How much of `piece` was sent.
    used: usize,
    /// How many bytes were sent of everything.
    sent: u64,
    ended: bool,
}

impl StreamSource {
    /// Whether nothing can be sent before more comes.
    pub(crate) fn is_empty(&self) -> bool {
        self.used == self.piece.len() && !self.ended
    }

    /// Whether everything was sent, and nothing more will come.
    pub(crate) fn is_spent(&self) -> bool {
        self.used == self.piece.len() && self.ended
    }

    /// How many bytes were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Takes in what `from` has; waits for it, if nobody has waited before.
    pub(crate) fn fill(&mut self, mut from: &File) -> io::Result<()> {
        self.piece.resize(PIECE, 0);
        self.used = 0;
        let read = match from.read(&mut self.piece) {
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

    /// The bytes from `offset` on, as far as they are here. What was sent is gone.
    pub(crate) fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset != self.sent {
            return Err(io::ErrorKind::NotSeekable.into());
        }
        let here = &self.piece[self.used..];
        let count = here.len().min(into.len());
        into[..count].copy_from_slice(&here[..count]);
        Ok(count)
    }

    /// So many bytes were sent.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.used += bytes;
        self.sent += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::OwnedFd;

    #[test]
    fn bytes_come_once_in_order_and_to_their_end() {
        let (reader, mut writer) = io::pipe().unwrap();
        let pipe = File::from(OwnedFd::from(reader));
        let (mut feed, mut piece) = (StreamSource::default(), [0; 4]);
        assert!(feed.is_empty() && !feed.is_spent());
        writer.write_all(b"abcdef").unwrap();
        drop(writer);
        feed.fill(&pipe).unwrap();
        assert_eq!((feed.read_at(&mut piece, 0).unwrap(), &piece), (4, b"abcd"));
        feed.consume(4);
        assert!(feed.read_at(&mut piece, 0).is_err());
        assert_eq!(feed.read_at(&mut piece, 4).unwrap(), 2);
        feed.consume(2);
        feed.fill(&pipe).unwrap();
        assert!(feed.is_spent() && !feed.is_empty());
        assert_eq!(feed.sent(), 6);
    }
}
