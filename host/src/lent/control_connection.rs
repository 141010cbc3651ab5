//! `control-connection`: send a command, receive bytes, have the password sent, open a data connection to the same
//! machine. No method names a host, and none can send the password but the one that is for it.

use std::io;
use std::net::SocketAddr;

use ftp_protocol::command::is_one_command;
use wasmtime::component::Resource;

use super::{DataConnection, Lent, answer};
use crate::bindings::ftp_uploader::upload::capabilities::{HostControlConnection, IoError};
use crate::interrupt::Stop;
use crate::password::Password;
use crate::socket::Socket;

/// The most bytes of one `receive`, whatever the guest asks for.
const MAX_RECEIVE: u32 = 65_536;

/// Ports below this are never data connections: a server that names one wants something else of us.
const FIRST_DATA_PORT: u16 = 1024;

/// The right to use the control connection, which is in [`Lent`].
pub struct ControlConnection;

/// What one call of the guest may use up on the control connection.
pub(crate) struct Budget {
    /// Bytes to receive: some dozens of the longest replies.
    receive: usize,
    /// Data connections to open: EPSV, PASV, and room for more careful guests.
    connections: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { receive: 2 * 1024 * 1024, connections: 8 }
    }
}

impl Lent {
    /// The control connection, unless the guest has dropped it.
    pub(super) fn control(&self) -> Result<&Socket, Stop> {
        self.control.as_ref().ok_or_else(denied)
    }

    fn receive_some(&mut self, limit: u32) -> Result<Vec<u8>, Stop> {
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default().min(self.budget.receive);
        if most == 0 {
            return Err(denied());
        }
        let mut buffer = vec![0; most];
        let count = self.control()?.read(&mut buffer, self.pace.due(), self.interrupt.as_ref())?;
        buffer.truncate(count);
        self.budget.receive -= count;
        self.transcript.received(&buffer);
        Ok(buffer)
    }

    fn send_line(&mut self, line: &[u8]) -> Result<(), Stop> {
        self.pace.mark();
        self.control()?.write_all(line, self.pace.due(), self.interrupt.as_ref())
    }

    fn send_pass(&mut self, password: &Resource<Password>) -> Result<(), Stop> {
        let line = self.table.get(password).map_err(|_| denied())?.pass_line();
        if std::mem::replace(&mut self.password_sent, true) {
            return Err(denied());
        }
        self.transcript.sent_password();
        self.send_line(&line)
    }

    fn dial_data(&mut self, port: u16) -> Result<Socket, Stop> {
        if port < FIRST_DATA_PORT || self.budget.connections == 0 {
            return Err(denied());
        }
        self.budget.connections -= 1;
        let address = SocketAddr::new(self.control()?.peer().ip(), port);
        Socket::connect(address, self.pace.connection_due(), self.interrupt.as_ref())
    }
}

impl HostControlConnection for Lent {
    fn receive(&mut self, _: Resource<ControlConnection>, limit: u32) -> wasmtime::Result<Result<Vec<u8>, IoError>> {
        answer(self.waiting(|lent| lent.receive_some(limit)))
    }

    fn send(&mut self, _: Resource<ControlConnection>, bytes: Vec<u8>) -> wasmtime::Result<Result<(), IoError>> {
        if !is_one_command(&bytes) {
            return Ok(Err(IoError::Denied));
        }
        self.transcript.sent(&bytes);
        answer(self.waiting(|lent| lent.send_line(&bytes)))
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
            Ok(socket) => Ok(Ok(self.table.push(DataConnection::new(socket))?)),
            Err(cause) => Ok(Err(cause)),
        }
    }

    fn drop(&mut self, handle: Resource<ControlConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.control = None;
        Ok(())
    }
}

fn denied() -> Stop {
    Stop::Failed(io::ErrorKind::PermissionDenied.into())
}
