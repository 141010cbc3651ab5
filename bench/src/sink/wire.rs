//! A control connection as lines, in clear or inside TLS; and the beginning of a data connection inside TLS.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The number of bytes of a file inside TLS that are decrypted, so that small files end with close_notify.
const DECRYPTED: u64 = 1 << 20;

/// The lines of a control connection.
pub(super) enum Wire {
    /// In clear.
    Plain(BufReader<TcpStream>),
    /// Inside TLS.
    Secure(Box<BufReader<StreamOwned<ServerConnection, TcpStream>>>),
}

impl Wire {
    pub(super) fn plain(connection: TcpStream) -> Self {
        Self::Plain(BufReader::new(connection))
    }

    pub(super) fn is_secure(&self) -> bool {
        matches!(self, Self::Secure(_))
    }

    /// Starts TLS. The handshake takes place when the first line is read.
    pub(super) fn secure(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        let Self::Plain(reader) = self else { return Ok(()) };
        let connection = reader.get_ref().try_clone()?;
        let tls = ServerConnection::new(config).map_err(io::Error::other)?;
        *self = Self::Secure(Box::new(BufReader::new(StreamOwned::new(tls, connection))));
        Ok(())
    }

    /// Returns the next line without its end, or `None` at the end of the connection.
    pub(super) fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = match self {
            Self::Plain(reader) => reader.read_until(b'\n', &mut line)?,
            Self::Secure(reader) => reader.read_until(b'\n', &mut line)?,
        };
        Ok((read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    pub(super) fn say(&mut self, reply: &str) -> io::Result<()> {
        let line = format!("{reply}\r\n");
        match self {
            Self::Plain(reader) => reader.get_mut().write_all(line.as_bytes()),
            Self::Secure(reader) => {
                reader.get_mut().write_all(line.as_bytes())?;
                reader.get_mut().flush()
            }
        }
    }
}

/// Does the handshake, and receives the data after it. Returns the number of bytes if that was the whole file, or
/// `None` if there is more, which is not read.
pub(super) fn shake_hands(data: &mut TcpStream, config: Arc<ServerConfig>) -> io::Result<Option<u64>> {
    data.set_nodelay(true)?;
    let mut tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let (mut total, mut piece) = (0, [0; 16 * 1024]);
    while total < DECRYPTED {
        let came = tls.complete_io(data)?.0;
        let state = tls.process_new_packets().map_err(io::Error::other)?;
        while let Ok(count @ 1..) = tls.reader().read(&mut piece) {
            total += count as u64;
        }
        if state.peer_has_closed() || (came == 0 && !tls.is_handshaking()) {
            tls.send_close_notify();
            // A client that has closed the connection need not receive this.
            let _ = tls.write_tls(data);
            return Ok(Some(total));
        }
    }
    Ok(None)
}
