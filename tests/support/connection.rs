//! A connection of a scripted server, in clear or with TLS, which records the bytes that cross the network.
//!
//! When it starts TLS, and with which settings, is decided by the script.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use rustls::server::{Accepted, Acceptor};
use rustls::{HandshakeKind, ServerConnection};

use crate::support::server_log::{Agreement, Handshake};
use crate::support::sockets::reset;
use crate::support::tls_server::Tls;

const LONGEST_TAP: usize = 64 << 10;

/// A connection to the client.
pub(crate) struct Connection {
    tapped: Tapped,
    tls: Option<ServerConnection>,
    /// True if close_notify is sent before the connection is closed.
    sends_close_notify: bool,
}

/// The bytes read from a client's connections as they crossed the network, limited to the first 64 KiB of each.
pub(crate) type Overheard = Rc<RefCell<Vec<u8>>>;

impl Connection {
    /// Wraps a connection, which starts in clear.
    pub(crate) fn new(stream: TcpStream, overheard: &Overheard) -> Self {
        let tapped = Tapped { stream, overheard: Rc::clone(overheard), room: LONGEST_TAP };
        Self { tapped, tls: None, sends_close_notify: false }
    }

    /// Returns true if the connection uses TLS.
    pub(crate) fn is_protected(&self) -> bool {
        self.tls.is_some()
    }

    /// Waits for the ClientHello and completes the handshake. Fills in `record` with everything known at its end, or at
    /// its failure.
    pub(crate) fn secure(&mut self, tls: &Tls, record: &mut Handshake) -> Result<(), String> {
        let accepted = self.read_client_hello(record)?;
        let mut connection = match accepted.into_connection(tls.config()) {
            Ok(connection) => connection,
            Err((error, mut alert)) => {
                let _ = alert.write_all(&mut self.tapped);
                return Err(error.to_string());
            }
        };
        self.shake_hands(&mut connection, tls.hangs_up()).map_err(|error| error.to_string())?;
        record.agreement = Some(Agreement {
            version: connection.protocol_version().expect("a handshake that is over"),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            client_certificate: connection.peer_certificates().is_some(),
        });
        self.tls = Some(connection);
        self.sends_close_notify = tls.sends_close_notify();
        Ok(())
    }

    /// Sends the server's last flight in one piece: the end of the handshake, tickets, and close_notify if `hangs_up`.
    fn shake_hands(&mut self, connection: &mut ServerConnection, hangs_up: bool) -> io::Result<()> {
        while connection.is_handshaking() {
            write_all(connection, &mut self.tapped)?;
            if connection.read_tls(&mut self.tapped)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Err(error) = connection.process_new_packets() {
                let _ = write_all(connection, &mut self.tapped);
                return Err(io::Error::other(error));
            }
        }
        if hangs_up {
            connection.send_close_notify();
        }
        let mut last = Vec::new();
        write_all(connection, &mut last)?;
        self.tapped.write_all(&last)
    }

    /// Waits for the ClientHello and does not answer it.
    pub(crate) fn read_client_hello(&mut self, record: &mut Handshake) -> Result<Accepted, String> {
        let mut acceptor = Acceptor::default();
        loop {
            match acceptor.read_tls(&mut self.tapped) {
                Ok(0) => return Err("the client left before it greeted".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(format!("the client did not greet: {error}")),
            }
            match acceptor.accept() {
                Ok(Some(accepted)) => {
                    let hello = accepted.client_hello();
                    record.server_name = hello.server_name().map(str::to_owned);
                    let protocols = hello.alpn().into_iter().flatten();
                    record.protocols = protocols.map(|name| name.escape_ascii().to_string()).collect();
                    return Ok(accepted);
                }
                Ok(None) => {}
                Err((error, _)) => return Err(format!("the client's greeting makes no sense: {error}")),
            }
        }
    }

    /// Sends bytes outside TLS, as an attacker on the network could.
    pub(crate) fn slip_in(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tapped.write_all(bytes)
    }

    /// Returns the TLS records for these bytes without sending them.
    pub(crate) fn encrypted(&mut self, bytes: &[u8]) -> Vec<u8> {
        let connection = self.tls.as_mut().expect("the script secures the connection first");
        connection.writer().write_all(bytes).expect("a buffer that is empty");
        let mut records = Vec::new();
        write_all(connection, &mut records).expect("a vector takes all");
        records
    }

    /// Sends a KeyUpdate, a record without application data (TLS 1.3).
    pub(crate) fn refresh_keys(&mut self) -> io::Result<()> {
        let connection = self.tls.as_mut().expect("the script secures the connection first");
        connection.refresh_traffic_keys().map_err(io::Error::other)?;
        write_all(connection, &mut self.tapped)
    }

    /// Reads and discards bytes until the client leaves.
    pub(crate) fn drain(&mut self) {
        while matches!(self.tapped.read(&mut [0; 4096]), Ok(1..)) {}
    }

    /// Closes the connection, after close_notify if the server's settings say so.
    pub(crate) fn close(mut self) {
        if let Some(connection) = self.tls.as_mut().filter(|_| self.sends_close_notify) {
            connection.send_close_notify();
            // The client may have left.
            let _ = write_all(connection, &mut self.tapped);
        }
    }

    /// Ends our direction of the TCP connection, without close_notify.
    pub(crate) fn half_close(&self) -> io::Result<()> {
        self.tapped.stream.shutdown(std::net::Shutdown::Write)
    }

    /// Resets the connection, as a crash of the server would.
    pub(crate) fn reset(self) {
        reset(self.tapped.stream);
    }
}

impl Read for Connection {
    /// With TLS, 0 means close_notify followed by FIN, and `UnexpectedEof` means FIN alone.
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let Some(connection) = self.tls.as_mut() else { return self.tapped.read(piece) };
        let count = rustls::Stream::new(connection, &mut self.tapped).read(piece)?;
        if count > 0 {
            return Ok(count);
        }
        match self.tapped.read(&mut [0; 1])? {
            0 => Ok(0),
            _ => Err(io::Error::other("the client goes on behind its close_notify")),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.tls.as_mut() {
            Some(connection) => rustls::Stream::new(connection, &mut self.tapped).write(bytes),
            None => self.tapped.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.tls.as_mut() {
            Some(connection) => rustls::Stream::new(connection, &mut self.tapped).flush(),
            None => self.tapped.flush(),
        }
    }
}

fn write_all(connection: &mut ServerConnection, target: &mut impl Write) -> io::Result<()> {
    while connection.wants_write() {
        connection.write_tls(target)?;
    }
    Ok(())
}

/// A socket whose incoming bytes are recorded.
struct Tapped {
    stream: TcpStream,
    overheard: Overheard,
    /// The number of bytes that may still be recorded.
    room: usize,
}

impl Read for Tapped {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(piece)?;
        let heard = count.min(self.room);
        self.room -= heard;
        self.overheard.borrow_mut().extend(&piece[..heard]);
        Ok(count)
    }
}

impl Write for Tapped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
