//! The data connections of a scripted server: opens, reads, ends and records them.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::support::connection::{Connection, Overheard};
use crate::support::server_log::{Ending, ServerLog, Stored};
use crate::support::sockets::{accept, connect_from, has_cut, has_left, listen_with_small_window};
use crate::support::tls_server::Tls;

/// The size of a read.
const PIECE: usize = 64 << 10;

/// The listener for a data connection, and the connection that was accepted.
pub(crate) struct DataSide {
    host: IpAddr,
    listener: Option<TcpListener>,
    /// The address on which the client listens (active mode).
    client: Option<SocketAddr>,
    connection: Option<Connection>,
    overheard: Overheard,
}

impl DataSide {
    /// Nothing is open at first.
    pub(crate) fn new(host: IpAddr, overheard: &Overheard) -> Self {
        Self { host, listener: None, client: None, connection: None, overheard: Overheard::clone(overheard) }
    }

    /// Opens a port.
    pub(crate) fn open(&mut self) {
        self.listener = Some(listen_with_small_window(self.host));
    }

    /// Uses a port that is already open.
    pub(crate) fn open_on(&mut self, listener: TcpListener) {
        self.listener = Some(listener);
    }

    /// Returns the port for the reply to EPSV or PASV.
    pub(crate) fn port(&self) -> u16 {
        let listener = self.listener.as_ref().expect("the script opens a data port first");
        listener.local_addr().expect("a bound port").port()
    }

    /// Waits for the client to connect.
    pub(crate) fn accept(&mut self, server_log: &mut ServerLog) -> Result<(), String> {
        let listener = self.listener.take().expect("the script opens a data port first");
        self.begin(accept(&listener)?, server_log);
        Ok(())
    }

    /// Stores the address in an EPRT or PORT command. Returns `None` if the line is neither.
    pub(crate) fn aim(&mut self, line: &[u8]) -> Option<()> {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        self.client = Some(line.strip_prefix("EPRT ").map_or_else(|| port(line), extended_port)?);
        Some(())
    }

    /// Connects to the client's address.
    pub(crate) fn connect(&mut self, server_log: &mut ServerLog) -> Result<(), String> {
        let stream = self.connect_from(self.host)?;
        self.begin(stream, server_log);
        Ok(())
    }

    /// Connects to the client's address from another host, and claims that the client closes the connection.
    pub(crate) fn intrude(&mut self, from: IpAddr, server_log: &mut ServerLog) -> Result<(), String> {
        server_log.remark(&format!("someone comes from {from}"));
        match self.connect_from(from)?.read(&mut [0]) {
            Ok(0) => Ok(()),
            Err(error) if has_left(error.kind()) => Ok(()),
            found => Err(format!("someone else was let in: {found:?}")),
        }
    }

    fn connect_from(&self, source: IpAddr) -> Result<TcpStream, String> {
        let client = self.client.expect("the script hears an address first");
        connect_from(source, client).map_err(|error| format!("the client does not wait at {client}: {error}"))
    }

    fn begin(&mut self, stream: TcpStream, server_log: &mut ServerLog) {
        server_log.clients.push(stream.peer_addr().expect("a connected socket").ip());
        self.connection = Some(Connection::new(stream, &self.overheard));
        server_log.files.push(Stored::default());
        server_log.remark("data connection");
    }

    /// Starts TLS on the connection.
    pub(crate) fn secure(&mut self, tls: &Tls, server_log: &mut ServerLog) -> Result<(), String> {
        server_log.shake_hands("data", |record| self.connection().secure(tls, record))
    }

    /// Claims that the TLS handshake fails, and waits for the client to leave.
    pub(crate) fn fail_to_secure(&mut self, tls: &Tls, server_log: &mut ServerLog) -> Result<(), String> {
        if self.secure(tls, server_log).is_ok() {
            return Err("TLS has begun on the data connection, though it should not".to_owned());
        }
        self.connection().drain();
        self.close(server_log);
        Ok(())
    }

    /// Waits for the ClientHello and does not answer it.
    pub(crate) fn read_client_hello(&mut self, server_log: &mut ServerLog) -> Result<(), String> {
        server_log.shake_hands("data", |record| self.connection().read_client_hello(record).map(drop))
    }

    /// Sends bytes to the client, which no server does during an upload.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.connection().write_all(bytes).expect("the client takes it");
    }

    /// Sends a KeyUpdate, a record without data.
    pub(crate) fn refresh_keys(&mut self, server_log: &mut ServerLog) {
        server_log.remark("new keys on the data connection");
        if self.connection().refresh_keys().is_err() {
            server_log.remark("the client had left");
        }
    }

    /// Sends bytes outside TLS.
    pub(crate) fn slip_in(&mut self, bytes: &[u8]) {
        self.connection().slip_in(bytes).expect("the client is there");
    }

    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("the script accepts a data connection first")
    }

    /// Reads this many bytes.
    pub(crate) fn receive(&mut self, mut count: usize, server_log: &mut ServerLog) -> Result<(), String> {
        while count > 0 {
            match self.read(count.min(PIECE), server_log)? {
                0 => return Err(format!("the data connection ended {count} bytes too early")),
                found => count -= found,
            }
        }
        Ok(())
    }

    /// Reads to the end.
    pub(crate) fn receive_all(&mut self, server_log: &mut ServerLog) -> Result<(), String> {
        self.receive_slowly(PIECE, Duration::ZERO, server_log)
    }

    /// Reads to the end in pieces, with a pause after each.
    pub(crate) fn receive_slowly(
        &mut self,
        piece: usize,
        pause: Duration,
        server_log: &mut ServerLog,
    ) -> Result<(), String> {
        while self.read(piece, server_log)? > 0 {
            std::thread::sleep(pause);
        }
        Ok(())
    }

    /// Ends our direction of the connection.
    pub(crate) fn half_close(&mut self) {
        self.connection().half_close().expect("the client is there");
    }

    /// Closes the connection without reading the bytes that have arrived.
    pub(crate) fn close(&mut self, server_log: &mut ServerLog) {
        if let Some(connection) = self.end(Ending::Unseen, server_log) {
            connection.close();
        }
    }

    /// Resets the connection.
    pub(crate) fn reset(&mut self, server_log: &mut ServerLog) {
        if let Some(connection) = self.end(Ending::Unseen, server_log) {
            connection.reset();
        }
    }

    /// Reads at most `limit` bytes. At any kind of end it closes the connection and returns 0.
    fn read(&mut self, limit: usize, server_log: &mut ServerLog) -> Result<usize, String> {
        let Some(connection) = self.connection.as_mut() else { return Ok(0) };
        let mut piece = vec![0; limit];
        let ending = match connection.read(&mut piece) {
            Ok(0) => Ending::Closed,
            Ok(count) => {
                server_log.files.last_mut().expect("an accepted connection").bytes.extend(&piece[..count]);
                return Ok(count);
            }
            Err(error) if has_cut(error.kind()) => Ending::Cut,
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                server_log.remark(&format!("TLS is over on the data connection: {error}"));
                connection.drain();
                Ending::Cut
            }
            Err(error) if has_left(error.kind()) => Ending::Reset,
            Err(error) => return Err(format!("no data came: {error}")),
        };
        if let Some(connection) = self.end(ending, server_log) {
            connection.close();
        }
        Ok(0)
    }

    fn end(&mut self, ending: Ending, server_log: &mut ServerLog) -> Option<Connection> {
        let connection = self.connection.take()?;
        let stored = server_log.files.last_mut().expect("an accepted connection");
        stored.ending = ending;
        let remark = format!("data connection ended: {ending:?}, {} bytes", stored.bytes.len());
        server_log.remark(&remark);
        Some(connection)
    }
}

/// RFC 2428 §2.
fn extended_port(argument: &str) -> Option<SocketAddr> {
    let fields: Vec<&str> = argument.strip_prefix('|')?.strip_suffix('|')?.split('|').collect();
    let &[version, host, port] = fields.as_slice() else { return None };
    let address = SocketAddr::new(host.parse().ok()?, port.parse().ok()?);
    (version == if address.is_ipv4() { "1" } else { "2" }).then_some(address)
}

/// RFC 959 §4.1.2.
fn port(line: &str) -> Option<SocketAddr> {
    let numbers: Result<Vec<u8>, _> = line.strip_prefix("PORT ")?.split(',').map(str::parse).collect();
    let &[a, b, c, d, high, low] = numbers.ok()?.as_slice() else { return None };
    Some((Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low])).into())
}
