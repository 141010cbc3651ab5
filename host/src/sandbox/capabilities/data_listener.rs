//! `data-listener`: a port to which the server connects (PORT, EPRT; RFC 959 §3.3). It exists only if the user allows
//! active mode, and accepts only the machine at the other end of the control connection.
//!
//! Anyone who reaches this machine can connect to the port. Connections from other machines are closed without a byte,
//! and the wait for the server continues.

use std::io;
use std::net::{IpAddr, SocketAddr};

use rustix::event::PollFlags;
use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::net::socket::{Listener, Socket};
use crate::net::stream::Stream;
use crate::net::wait::{Deadline, wait};
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Endpoint, HostDataListener, IoError};
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::call_error::CallError;
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::capabilities::listing_connection::ListingConnection;
use crate::sandbox::state::GuestState;
use crate::sandbox::state::data_path::DataPath;

/// The most connections that wait to be accepted.
const BACKLOG: usize = 16;

/// A port that is open for the server. Dropping it closes the port.
pub struct DataListener(Listener);

impl DataListener {
    /// Opens a port on the local address of the control connection.
    pub(super) fn open(
        data_path: &DataPath,
        control: Option<&Stream>,
        budget: &mut CallBudget,
    ) -> Result<Self, CallError> {
        data_path.listen(control, budget, BACKLOG).map(Self)
    }

    /// Returns the address as text, and the port.
    pub(super) fn endpoint(&self) -> (String, u16) {
        let address = self.0.address();
        (address.ip().to_canonical().to_string(), address.port())
    }

    /// Waits for a connection from the machine at the other end of `control`.
    ///
    /// # Errors
    /// `ConnectionRefused` if the server sends something on `control` instead.
    fn accept_server(&self, control: &mut Stream, deadline: Deadline<'_>) -> Result<Socket, WaitError> {
        let server = machine(control.peer());
        let mut control_ready = false;
        loop {
            // Accept first: a server that has connected may have sent a reply, too.
            if let Some(socket) = self.accept_from(server)? {
                return Ok(socket);
            }
            if control_ready {
                return Err(WaitError::Failed(io::ErrorKind::ConnectionRefused.into()));
            }
            if deadline.has_passed() {
                return Err(WaitError::timed_out());
            }
            control_ready = self.wait_for_connection(control, deadline)?;
        }
    }

    /// Accepts the connections that wait, and returns the first one from `server`. The others are closed.
    fn accept_from(&self, server: (IpAddr, u32)) -> io::Result<Option<Socket>> {
        // At most a full backlog: strangers who keep connecting must not delay the check of the deadline.
        for _ in 0..BACKLOG {
            match self.0.accept()? {
                Some(socket) if machine(socket.peer()) == server => return Ok(Some(socket)),
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Waits for a connection or for something to read on `control`. Returns true if `control` can be read.
    fn wait_for_connection(&self, control: &mut Stream, deadline: Deadline<'_>) -> Result<bool, WaitError> {
        // Bytes that TLS has decrypted already do not make the socket readable.
        if control.has_more() {
            return Ok(true);
        }
        let both = [(self.0.as_fd(), PollFlags::IN), (control.as_fd(), PollFlags::IN)];
        let [_, control_ready] = wait(both, deadline)?;
        Ok(control_ready && control.has_text_after_receiving())
    }
}

/// Returns the identity of a machine: its address and, for a link-local one, the interface that leads to it.
fn machine(address: SocketAddr) -> (IpAddr, u32) {
    let scope = if let SocketAddr::V6(address) = address { address.scope_id() } else { 0 };
    (address.ip().to_canonical(), scope)
}

impl GuestState {
    /// Waits for the server's connection to `handle`.
    fn accept_data(&mut self, handle: &Resource<DataListener>) -> Result<Socket, CallError> {
        self.waiting(|state| {
            let Self { table, control, deadlines, limits, .. } = state;
            let listener = table.get(handle).map_err(|_| CallError::Denied)?;
            if !limits.calls.take_connection() {
                return Err(CallError::Denied);
            }
            let control = control.stream_mut().ok_or(CallError::Denied)?;
            Ok(listener.accept_server(control, deadlines.connection())?)
        })
    }
}

impl HostDataListener for GuestState {
    fn endpoint(&mut self, handle: Resource<DataListener>) -> wasmtime::Result<Endpoint> {
        let (host, port) = self.table.get(&handle)?.endpoint();
        Ok(Endpoint { host, port })
    }

    fn accept(
        &mut self,
        handle: Resource<DataListener>,
    ) -> wasmtime::Result<Result<Resource<DataConnection>, IoError>> {
        let (accepted, offset) = (self.accept_data(&handle), self.transfer.offset());
        self.lend_connection(accepted, |stream| DataConnection::new(stream, offset))
    }

    fn accept_listing(
        &mut self,
        handle: Resource<DataListener>,
    ) -> wasmtime::Result<Result<Resource<ListingConnection>, IoError>> {
        let accepted = self.check_listing().and_then(|()| self.accept_data(&handle));
        self.lend_connection(accepted, ListingConnection::new)
    }

    fn drop(&mut self, handle: Resource<DataListener>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancellation;
    use crate::net::route::Route;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    fn connect_by(route: &Route, to: SocketAddr) -> Socket {
        let cancellation = Cancellation::default();
        Socket::connect(to, route, Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation)).unwrap()
    }

    /// A control connection and its other end, and a listener for this other end.
    fn conversation() -> (Stream, TcpStream, DataListener) {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let control = connect_by(&Route::default(), server.local_addr().unwrap());
        let here = SocketAddr::new(control.tcp().local_addr().unwrap().ip(), 0);
        let listener = DataListener(Listener::open(here, &Route::default(), BACKLOG).unwrap());
        (Stream::plain(control), server.accept().unwrap().0, listener)
    }

    fn connect_from(source: &str, to: SocketAddr) -> TcpStream {
        let route = Route { source: Some(source.parse().unwrap()), ..Route::default() };
        connect_by(&route, to).tcp().try_clone().unwrap()
    }

    fn accept_server(
        listener: &DataListener,
        control: &mut Stream,
        milliseconds: u64,
    ) -> Result<Socket, io::ErrorKind> {
        let cancellation = Cancellation::default();
        let deadline = Deadline::new(Instant::now() + Duration::from_millis(milliseconds), &cancellation);
        listener.accept_server(control, deadline).map_err(|error| match error {
            WaitError::Failed(error) => error.kind(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn strangers_are_turned_away_and_the_server_is_let_in() {
        if TcpListener::bind("127.0.0.2:0").is_err() {
            // This system has no second local address.
            return;
        }
        let (mut control, _server, listener) = conversation();
        let mut stranger = connect_from("127.0.0.2", listener.0.address());
        let server = connect_from("127.0.0.1", listener.0.address());
        let accepted = accept_server(&listener, &mut control, 10_000).unwrap();
        assert_eq!(accepted.peer(), server.local_addr().unwrap());
        stranger.set_nonblocking(false).unwrap();
        assert!(!matches!(stranger.read(&mut [0]), Ok(1..)));
    }

    #[test]
    fn nobody_is_waited_for_longer_than_agreed() {
        let (mut control, _server, listener) = conversation();
        assert_eq!(accept_server(&listener, &mut control, 50).unwrap_err(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_server_that_speaks_instead_is_heard_at_once() {
        let (mut control, mut server, listener) = conversation();
        server.write_all(b"425 No\r\n").unwrap();
        assert_eq!(accept_server(&listener, &mut control, 10_000).unwrap_err(), io::ErrorKind::ConnectionRefused);
        // If it has connected as well, the connection is accepted.
        let connected = connect_from("127.0.0.1", listener.0.address());
        let accepted = accept_server(&listener, &mut control, 10_000).unwrap();
        assert_eq!(accepted.peer(), connected.local_addr().unwrap());
    }

    #[test]
    fn the_port_is_closed_with_its_handle() {
        let (_control, _server, listener) = conversation();
        let address = listener.0.address();
        drop(listener);
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
