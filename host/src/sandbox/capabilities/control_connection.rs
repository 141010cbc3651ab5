//! `control-connection`: send commands, receive bytes, have the password sent, open a data connection to the same
//! machine. No method takes a host name or an address, and only `send-password` sends the password.

use wasmtime::component::Resource;

use crate::request::password::Password;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{HostControlConnection, IoError};
use crate::sandbox::call_error::{CallError, answer};
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::capabilities::data_listener::DataListener;
use crate::sandbox::capabilities::listing_connection::ListingConnection;
use crate::sandbox::state::GuestState;

/// The right to use the control connection, which is in [`GuestState`].
pub struct ControlConnection;

impl HostControlConnection for GuestState {
    fn receive(&mut self, _: Resource<ControlConnection>, limit: u32) -> wasmtime::Result<Result<Vec<u8>, IoError>> {
        answer(self.waiting(|state| {
            let Self { control, tls, deadlines, limits, .. } = state;
            control.receive(limit, &mut limits.calls, tls, deadlines)
        }))
    }

    fn pending(&mut self, _: Resource<ControlConnection>) -> wasmtime::Result<bool> {
        Ok(self.control.has_pending())
    }

    fn secure(&mut self, _: Resource<ControlConnection>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|state| {
            let Self { control, tls, deadlines, progress, .. } = state;
            tls.secure_control(control.stream_mut(), deadlines, progress)
        }))
    }

    fn send(&mut self, _: Resource<ControlConnection>, bytes: Vec<u8>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|state| {
            let Self { control, tls, transfer, deadlines, limits, progress, .. } = state;
            control.send(&bytes, &mut limits.calls, tls, transfer, deadlines)?;
            progress.command_sent();
            Ok(())
        }))
    }

    fn send_password(
        &mut self,
        _: Resource<ControlConnection>,
        password: Resource<Password>,
    ) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|state| {
            let Self { table, control, tls, deadlines, limits, .. } = state;
            let password = table.get(&password).map_err(|_| CallError::Denied)?;
            control.send_password(password, &mut limits.calls, tls, deadlines)
        }))
    }

    fn open_data(
        &mut self,
        _: Resource<ControlConnection>,
        port: u16,
    ) -> wasmtime::Result<Result<Resource<DataConnection>, IoError>> {
        let (connected, offset) = (self.connect_data(port), self.transfer.offset());
        self.lend_connection(connected, |stream| DataConnection::new(stream, offset))
    }

    fn listen_data(
        &mut self,
        _: Resource<ControlConnection>,
    ) -> wasmtime::Result<Result<Resource<DataListener>, IoError>> {
        match answer(DataListener::open(&self.data_path, self.control.stream(), &mut self.limits.calls))? {
            Ok(listener) => {
                let (host, port) = listener.endpoint();
                self.control.authority_mut().listens(&host, port);
                Ok(Ok(self.table.push(listener)?))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    fn open_listing(
        &mut self,
        _: Resource<ControlConnection>,
        port: u16,
    ) -> wasmtime::Result<Result<Resource<ListingConnection>, IoError>> {
        let connected = self.check_listing().and_then(|()| self.connect_data(port));
        self.lend_connection(connected, ListingConnection::new)
    }

    fn drop(&mut self, handle: Resource<ControlConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.control.close();
        Ok(())
    }
}
