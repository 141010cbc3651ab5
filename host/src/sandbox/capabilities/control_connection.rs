//! `control-connection`: send a command, receive bytes, have the password sent, open a data connection to the same
//! machine, through the same proxy if there is one. No method names a host, and none can send the password but the one
//! that is for it.

use ftp_protocol::command::{asks_for_hash, is_one_command};
use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::report::proxy_problem::ProxyProblem;
use crate::report::step::Connection;
use crate::request::password::Password;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{HostControlConnection, IoError};
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::capabilities::data_listener::DataListener;
use crate::sandbox::state::{GuestState, answer, denied};

/// The most bytes of one `receive`, whatever the guest asks for.
const MAX_RECEIVE: u32 = 65_536;

/// Ports below this are never data connections: a server that names one wants something else of us.
pub(crate) const FIRST_DATA_PORT: u16 = 1024;

/// The right to use the control connection, which is in [`GuestState`].
pub struct ControlConnection;

impl GuestState {
    fn receive_some(&mut self, limit: u32) -> Result<Vec<u8>, WaitError> {
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default();
        loop {
            let given = self.redactor.give(most);
            if !given.is_empty() {
                return Ok(given);
            }
            self.take_in(most)?;
        }
    }

    /// At least one byte from the server, for the transcript and for the guest.
    fn take_in(&mut self, most: usize) -> Result<(), WaitError> {
        let most = most.min(self.budget.receive);
        if most == 0 {
            return Err(denied());
        }
        let mut buffer = vec![0; most];
        let control = self.control.as_mut().ok_or_else(denied)?;
        let read = control.read(&mut buffer, self.deadlines.due(), &self.cancellation);
        if let Err(WaitError::Failed(error)) = &read {
            self.handshakes.refused(Connection::Control, &self.protection, error);
        }
        let count = read?;
        buffer.truncate(count);
        self.budget.receive -= count;
        self.transcript.received(&buffer, &self.password);
        self.redactor.take(&buffer, |line| self.password.masked_in_reply(line));
        Ok(())
    }

    /// Whether `receive_some` would find something: bytes, or the end, in order or not.
    fn has_pending(&mut self) -> bool {
        let Some(control) = self.control.as_mut() else { return false };
        self.redactor.holds_something() || control.has_more() || (control.socket().is_readable() && control.hear())
    }

    fn send_line(&mut self, line: &[u8]) -> Result<(), WaitError> {
        let control = self.control.as_mut().ok_or_else(denied)?;
        if !self.protection.permits_line(control, line) || !self.budget.take_command() {
            return Err(denied());
        }
        self.deadlines.mark();
        if asks_for_hash(line) {
            self.deadlines.wait_for_hash_of(self.compared.unwrap_or(self.delivered.bytes));
        }
        self.redactor.expect_no_more(|line| self.password.masked_in_reply(line));
        control.write_all(line, self.deadlines.due(), &self.cancellation)
    }

    fn send_pass(&mut self, password: &Resource<Password>) -> Result<(), WaitError> {
        let line = self.table.get(password).map_err(|_| denied())?.pass_line();
        if std::mem::replace(&mut self.password_sent, true) {
            return Err(denied());
        }
        self.send_line(&line)?;
        self.redactor.expect();
        self.transcript.sent_password();
        Ok(())
    }

    fn dial_data(&mut self, port: u16) -> Result<Socket, WaitError> {
        if port < FIRST_DATA_PORT || !self.budget.take_connection() {
            return Err(denied());
        }
        self.proxy_problem = None;
        let control = self.control.as_ref().ok_or_else(denied)?;
        let due = self.deadlines.connection_due();
        let Some(tunnel) = &self.tunnel else {
            let mut address = control.peer();
            address.set_port(port);
            return Socket::connect(address, &self.route, due, &self.cancellation);
        };
        tunnel.open(port, &self.route, due, &self.cancellation).map_err(|stop| match stop {
            WaitError::Failed(error) => {
                let kind = error.kind();
                self.proxy_problem = Some(ProxyProblem::found_in(error));
                WaitError::Failed(kind.into())
            }
            stop => stop,
        })
    }
}

impl HostControlConnection for GuestState {
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
