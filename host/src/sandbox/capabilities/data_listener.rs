//! `data-listener`: a port on which the server is awaited (PORT, EPRT; RFC 959 §3.3). Only the machine at the other end
//! of the control connection gets in, and only where the user has asked for it.
//!
//! Anyone who can reach this machine can knock; one who is turned away learns nothing, and the wait goes on.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::time::Instant;

use rustix::event::PollFlags;
use wasmtime::component::Resource;

use crate::cancel::{Cancellation, WaitError};
use crate::net::socket::{Listener, Socket};
use crate::net::stream::Stream;
use crate::net::wait::wait;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Endpoint, HostDataListener, IoError};
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::state::{GuestState, answer, denied};

/// A port that is open for the server, until it is dropped.
pub struct DataListener(Listener);

/// How many may wait to be let in at a time.
const BACKLOG: usize = 16;

impl DataListener {
    /// Waits for `control`'s other end to connect, or to say something.
    fn await_server(
        &self,
        control: &mut Stream,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<Socket, WaitError> {
        let server = machine(control.peer());
        let mut spoke = false;
        loop {
            // Before anything else: one who has connected may have said something as well.
            if let Some(socket) = self.let_in(server)? {
                return Ok(socket);
            }
            if spoke {
                return Err(WaitError::Failed(io::ErrorKind::ConnectionRefused.into()));
            }
            if Instant::now() >= until {
                return Err(WaitError::Failed(io::ErrorKind::TimedOut.into()));
            }
            spoke = self.hear(control, until, cancellation)?;
        }
    }

    /// The server, if it is among those who wait; all others are turned away.
    fn let_in(&self, server: (IpAddr, u32)) -> io::Result<Option<Socket>> {
        // As many as can have been waiting: strangers who keep coming do not keep the wait from its end.
        for _ in 0..BACKLOG {
            match self.0.accept()? {
                Some(socket) if machine(socket.peer()) == server => return Ok(Some(socket)),
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }

    /// Waits for someone to come, or for words on the control connection; whether it was these.
    fn hear(&self, control: &mut Stream, until: Instant, cancellation: &Cancellation) -> Result<bool, WaitError> {
        // What TLS has decrypted already is not to be seen on the socket.
        if control.has_more() {
            return Ok(true);
        }
        let both = [(self.0.as_fd(), PollFlags::IN), (control.as_fd(), PollFlags::IN)];
        let [_, spoke] = wait(both, until, cancellation)?;
        Ok(spoke && control.hear())
    }
}

/// A machine by its address; the same link-local address is another machine on another interface.
fn machine(address: SocketAddr) -> (IpAddr, u32) {
    let scope = if let SocketAddr::V6(address) = address { address.scope_id() } else { 0 };
    (address.ip().to_canonical(), scope)
}

impl GuestState {
    /// Opens a port on the address from which the control connection comes.
    pub(super) fn listen(&mut self) -> Result<DataListener, WaitError> {
        let control = self.control.as_ref().ok_or_else(denied)?;
        if !self.active || !self.budget.take_connection() {
            return Err(denied());
        }
        let mut address = control.socket().tcp().local_addr()?;
        address.set_port(0);
        Ok(DataListener(Listener::open(address, &self.route, BACKLOG)?))
    }

    fn accept_data(&mut self, handle: &Resource<DataListener>) -> Result<Socket, WaitError> {
        let listener = self.table.get(handle).map_err(|_| denied())?;
        if !self.budget.take_connection() {
            return Err(denied());
        }
        let control = self.control.as_mut().ok_or_else(denied)?;
        listener.await_server(control, self.deadlines.connection_due(), &self.cancellation)
    }
}

impl HostDataListener for GuestState {
    fn endpoint(&mut self, handle: Resource<DataListener>) -> wasmtime::Result<Endpoint> {
        let address = self.table.get(&handle)?.0.address();
        Ok(Endpoint { host: address.ip().to_canonical().to_string(), port: address.port() })
    }

    fn accept(
        &mut self,
        handle: Resource<DataListener>,
    ) -> wasmtime::Result<Result<Resource<DataConnection>, IoError>> {
        match answer(self.waiting(|lent| lent.accept_data(&handle)))? {
            Ok(socket) => Ok(Ok(self.table.push(DataConnection::new(Stream::plain(socket), self.there))?)),
            Err(cause) => Ok(Err(cause)),
        }
    }

    fn drop(&mut self, handle: Resource<DataListener>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::route::Route;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    /// A control connection and its other end, and a port that waits for this other end.
    fn conversation() -> (Stream, TcpStream, DataListener) {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = Instant::now() + Duration::from_secs(10);
        let control =
            Socket::connect(server.local_addr().unwrap(), &Route::default(), far, &Cancellation::default()).unwrap();
        let here = SocketAddr::new(control.tcp().local_addr().unwrap().ip(), 0);
        let listener = DataListener(Listener::open(here, &Route::default(), BACKLOG).unwrap());
        (Stream::plain(control), server.accept().unwrap().0, listener)
    }

    fn connect_from(source: &str, to: SocketAddr) -> TcpStream {
        let route = Route { source: Some(source.parse().unwrap()), ..Route::default() };
        let far = Instant::now() + Duration::from_secs(10);
        Socket::connect(to, &route, far, &Cancellation::default()).unwrap().tcp().try_clone().unwrap()
    }

    fn await_server(listener: &DataListener, control: &mut Stream, milliseconds: u64) -> Result<Socket, io::ErrorKind> {
        let until = Instant::now() + Duration::from_millis(milliseconds);
        listener.await_server(control, until, &Cancellation::default()).map_err(|stop| match stop {
            WaitError::Failed(error) => error.kind(),
            other => panic!("{other:?}"),
        })
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn strangers_are_turned_away_and_the_server_is_let_in() {
        let (mut control, _server, listener) = conversation();
        let mut stranger = connect_from("127.0.0.2", listener.0.address());
        let server = connect_from("127.0.0.1", listener.0.address());
        let came = await_server(&listener, &mut control, 10_000).unwrap();
        assert_eq!(came.peer(), server.local_addr().unwrap());
        stranger.set_nonblocking(false).unwrap();
        assert!(!matches!(stranger.read(&mut [0]), Ok(1..)));
    }

    #[test]
    fn nobody_is_waited_for_longer_than_agreed() {
        let (mut control, _server, listener) = conversation();
        assert_eq!(await_server(&listener, &mut control, 50).unwrap_err(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_server_that_speaks_instead_is_heard_at_once() {
        let (mut control, mut server, listener) = conversation();
        server.write_all(b"425 No\r\n").unwrap();
        assert_eq!(await_server(&listener, &mut control, 10_000).unwrap_err(), io::ErrorKind::ConnectionRefused);
        // Not so if it has come all the same.
        let came = connect_from("127.0.0.1", listener.0.address());
        assert_eq!(await_server(&listener, &mut control, 10_000).unwrap().peer(), came.local_addr().unwrap());
    }

    #[test]
    fn the_port_is_closed_with_its_handle() {
        let (_control, _server, listener) = conversation();
        let address = listener.0.address();
        drop(listener);
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
