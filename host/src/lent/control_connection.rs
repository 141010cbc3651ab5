//! `control-connection`: send a command, receive bytes, have the password sent, open a data connection to the same
//! machine, through the same proxy if there is one. No method names a host, and none can send the password but the one
//! that is for it.

use ftp_protocol::command::{asks_for_hash, is_one_command};
use wasmtime::component::Resource;

use super::{DataConnection, DataListener, Lent, answer, denied};
use crate::bindings::exports::ftp_uploader::upload::upload::Connection;
use crate::bindings::ftp_uploader::upload::capabilities::{HostControlConnection, IoError};
use crate::interrupt::Stop;
use crate::password::Password;
use crate::proxy::ProxyProblem;
use crate::socket::Socket;
use crate::stream::Stream;

/// The most bytes of one `receive`, whatever the guest asks for.
const MAX_RECEIVE: u32 = 65_536;

/// Ports below this are never data connections: a server that names one wants something else of us.
pub(crate) const FIRST_DATA_PORT: u16 = 1024;

/// The right to use the control connection, which is in [`Lent`].
pub struct ControlConnection;

impl Lent {
    fn receive_some(&mut self, limit: u32) -> Result<Vec<u8>, Stop> {
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default();
        loop {
            let given = self.echo.give(most);
            if !given.is_empty() {
                return Ok(given);
            }
            self.take_in(most)?;
        }
    }

    /// At least one byte from the server, for the transcript and for the guest.
    fn take_in(&mut self, most: usize) -> Result<(), Stop> {
        let most = most.min(self.budget.receive);
        if most == 0 {
            return Err(denied());
        }
        let mut buffer = vec![0; most];
        let control = self.control.as_mut().ok_or_else(denied)?;
        let read = control.read(&mut buffer, self.pace.due(), &self.stops);
        if let Err(Stop::Failed(error)) = &read {
            self.handshakes.refused(Connection::Control, &self.protection, error);
        }
        let count = read?;
        buffer.truncate(count);
        self.budget.receive -= count;
        self.transcript.received(&buffer, &self.password);
        self.echo.take(&buffer, &self.password);
        Ok(())
    }

    /// Whether `receive_some` would find something: bytes, or the end, in order or not.
    fn has_pending(&mut self) -> bool {
        let Some(control) = self.control.as_mut() else { return false };
        self.echo.holds_something() || control.has_more() || (control.socket().is_readable() && control.hear())
    }

    fn send_line(&mut self, line: &[u8]) -> Result<(), Stop> {
        let control = self.control.as_mut().ok_or_else(denied)?;
        if !self.protection.permits_line(control, line) || !self.budget.take_command() {
            return Err(denied());
        }
        self.pace.mark();
        if asks_for_hash(line) {
            self.pace.wait_for_hash_of(self.compared.unwrap_or(self.delivered.bytes));
        }
        self.echo.expect_no_more(&self.password);
        control.write_all(line, self.pace.due(), &self.stops)
    }

    fn send_pass(&mut self, password: &Resource<Password>) -> Result<(), Stop> {
        let line = self.table.get(password).map_err(|_| denied())?.pass_line();
        if std::mem::replace(&mut self.password_sent, true) {
            return Err(denied());
        }
        self.send_line(&line)?;
        self.echo.expect();
        self.transcript.sent_password();
        Ok(())
    }

    fn dial_data(&mut self, port: u16) -> Result<Socket, Stop> {
        if port < FIRST_DATA_PORT || !self.budget.take_connection() {
            return Err(denied());
        }
        self.proxy_problem = None;
        let control = self.control.as_ref().ok_or_else(denied)?;
        let due = self.pace.connection_due();
        let Some(tunnel) = &self.tunnel else {
            let mut address = control.peer();
            address.set_port(port);
            return Socket::connect(address, &self.route, due, &self.stops);
        };
        tunnel.open(port, &self.route, due, &self.stops).map_err(|stop| match stop {
            Stop::Failed(error) => {
                let kind = error.kind();
                self.proxy_problem = Some(ProxyProblem::found_in(error));
                Stop::Failed(kind.into())
            }
            stop => stop,
        })
    }
}

impl HostControlConnection for Lent {
    fn receive(&mut self, _: Resource<ControlConnection>, limit: u32) -> wasmtime::Result<Result<Vec<u8>, IoError>> {
        answer(self.waiting(|lent| lent.receive_some(limit)))
    }

    fn pending(&mut self, _: Resource<ControlConnection>) -> wasmtime::Result<bool> {
        Ok(self.has_pending())
    }

    fn secure(&mut self, _: Resource<ControlConnection>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(Self::secure_control))
    }

    fn send(&mut self, _: Resource<ControlConnection>, bytes: Vec<u8>) -> wasmtime::Result<Result<(), IoError>> {
        if !is_one_command(&bytes) {
            return Ok(Err(IoError::Denied));
        }
        let sent = self.waiting(|lent| lent.send_line(&bytes));
        if sent.is_ok() {
            self.transcript.sent(&bytes);
        }
        answer(sent)
    }

    fn send_password(
        &mut self,
        _: Resource<ControlConnection>,
        password: Resource<Password>,
    ) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|lent| lent.send_pass(&password)))
    }

    fn open_data(
        &mut self,
        _: Resource<ControlConnection>,
        port: u16,
    ) -> wasmtime::Result<Result<Resource<DataConnection>, IoError>> {
        match answer(self.waiting(|lent| lent.dial_data(port)))? {
            Ok(socket) => Ok(Ok(self.table.push(DataConnection::new(Stream::plain(socket), self.there))?)),
            Err(cause) => Ok(Err(cause)),
        }
    }

    fn listen_data(
        &mut self,
        _: Resource<ControlConnection>,
    ) -> wasmtime::Result<Result<Resource<DataListener>, IoError>> {
        match answer(self.listen())? {
            Ok(listener) => Ok(Ok(self.table.push(listener)?)),
            Err(cause) => Ok(Err(cause)),
        }
    }

    fn drop(&mut self, handle: Resource<ControlConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.control = None;
        Ok(())
    }
}
