//! `control-connection`: send a command, receive bytes, have the password sent, open a data connection to the same
//! machine. No method takes a host name or an address, and only `send-password` sends the password.

use wasmtime::component::Resource;

use crate::request::password::Password;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{HostControlConnection, IoError};
use crate::sandbox::call_error::{CallError, answer};
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::capabilities::data_listener::DataListener;
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
            let Self { control, tls, transfer, deadlines, limits, .. } = state;
            control.send(&bytes, &mut limits.calls, tls, transfer, deadlines)
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
        let connected = self.waiting(|state| {
            let Self { control, data_path, deadlines, limits, .. } = state;
            data_path.connect(port, control.stream(), &mut limits.calls, deadlines.connection())
        });
        self.lend_data_connection(connected)
    }

    fn listen_data(
        &mut self,
        _: Resource<ControlConnection>,
    ) -> wasmtime::Result<Result<Resource<DataListener>, IoError>> {
        match answer(DataListener::open(&self.data_path, self.control.stream(), &mut self.limits.calls))? {
            Ok(listener) => Ok(Ok(self.table.push(listener)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    fn drop(&mut self, handle: Resource<ControlConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.control.close();
        Ok(())
    }
}
