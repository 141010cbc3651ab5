//! `secret`: a handle to the password. The guest can only pass it to `send-password`.

use wasmtime::component::Resource;

use crate::request::password::Password;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::HostSecret;
use crate::sandbox::state::GuestState;

impl HostSecret for GuestState {
    fn drop(&mut self, handle: Resource<Password>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
