//! The data connections of a scripted server: opened, read, ended in all ways, and recorded.
//!
//! Next: `visit.rs`, the record.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::sockets::{accept, has_left, listen_with_small_window, reset};
use crate::visit::{Ending, Stored, Visit};

/// The port that waits for a data connection, and the connection that came.
pub(crate) struct DataSide {
    host: IpAddr,
    listener: Option<TcpListener>,
    stream: Option<TcpStream>,
}

impl DataSide {
    /// Nothing is open yet.
    pub(crate) fn new(host: IpAddr) -> Self {
        Self { host, listener: None, stream: None }
    }

    /// Opens a port.
    pub(crate) fn open(&mut self) {
        self.listener = Some(listen_with_small_window(self.host));
    }

    /// Uses a port that is open.
    pub(crate) fn open_on(&mut self, listener: TcpListener) {
        self.listener = Some(listener);
    }

    /// The port to tell the client.
    pub(crate) fn port(&self) -> u16 {
        let listener = self.listener.as_ref().expect("the script opens a data port first");
        listener.local_addr().expect("a bound port").port()
    }

    /// Waits for the client to connect.
    pub(crate) fn accept(&mut self, visit: &mut Visit) -> Result<(), String> {
        let listener = self.listener.take().expect("the script opens a data port first");
        self.stream = Some(accept(&listener)?);
        visit.files.push(Stored::default());
        visit.remark("data connection");
        Ok(())
    }

    /// Sends something to the client, against all custom.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let stream = self.stream.as_mut().expect("the script accepts a data connection first");
        stream.write_all(bytes).expect("the client takes it");
    }

    /// Reads this many bytes.
    pub(crate) fn receive(&mut self, mut count: usize, visit: &mut Visit) -> Result<(), String> {
        while count > 0 {
            match self.read(count.min(PIECE), visit)? {
                0 => return Err(format!("the data connection ended {count} bytes too early")),
                found => count -= found,
            }
        }
        Ok(())
    }

    /// Reads to the end.
    pub(crate) fn receive_all(&mut self, visit: &mut Visit) -> Result<(), String> {
        self.receive_slowly(PIECE, Duration::ZERO, visit)
    }

    /// Reads to the end in pieces, with a pause after each.
    pub(crate) fn receive_slowly(&mut self, piece: usize, pause: Duration, visit: &mut Visit) -> Result<(), String> {
        while self.read(piece, visit)? > 0 {
            std::thread::sleep(pause);
        }
        Ok(())
    }

    /// Closes the connection, without a look at what else has come.
    pub(crate) fn close(&mut self, visit: &mut Visit) {
        drop(self.end(Ending::Unseen, visit));
    }

    /// Resets the connection.
    pub(crate) fn reset(&mut self, visit: &mut Visit) {
        if let Some(stream) = self.end(Ending::Unseen, visit) {
            reset(stream);
        }
    }

    /// Reads at most `limit` bytes; at the end, of whatever kind, closes the connection and returns 0.
    fn read(&mut self, limit: usize, visit: &mut Visit) -> Result<usize, String> {
        let Some(stream) = self.stream.as_mut() else { return Ok(0) };
        let mut piece = vec![0; limit];
        let ending = match stream.read(&mut piece) {
            Ok(0) => Ending::Closed,
            Ok(count) => {
                visit.files.last_mut().expect("an accepted connection").bytes.extend(&piece[..count]);
                return Ok(count);
            }
            Err(error) if has_left(error.kind()) => Ending::Reset,
            Err(error) => return Err(format!("no data came: {error}")),
        };
        drop(self.end(ending, visit));
        Ok(0)
    }

    fn end(&mut self, ending: Ending, visit: &mut Visit) -> Option<TcpStream> {
        let stream = self.stream.take()?;
        let stored = visit.files.last_mut().expect("an accepted connection");
        stored.ending = ending;
        let remark = format!("data connection ended: {ending:?}, {} bytes", stored.bytes.len());
        visit.remark(&remark);
        Some(stream)
    }
}

/// Read at once.
const PIECE: usize = 64 << 10;
