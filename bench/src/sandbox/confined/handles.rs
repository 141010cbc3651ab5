//! The handles of `wit/capabilities.wit` for the component: each call is passed on to the server in the store.

use wasmtime::Result;
use wasmtime::component::Resource;

use super::bindings::ftp_uploader::upload::capabilities::{
    Algorithm, Endpoint, Host, HostControlConnection, HostDataConnection, HostDataListener, HostListingConnection,
    HostProgress, HostSecret, HostSourceFile, IoError, Moved, Notice, SourceError, SpliceError, Step,
};
use super::{Handle, Handles, failed};

impl Handles {
    fn close(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl Host for Handles {}

impl HostControlConnection for Handles {
    fn receive(&mut self, _: Resource<Handle>, limit: u32) -> Result<Result<Vec<u8>, IoError>> {
        Ok(self.server.receive(limit).map_err(|_| IoError::TimedOut))
    }

    fn pending(&mut self, _: Resource<Handle>) -> Result<bool> {
        Ok(self.server.pending())
    }

    fn secure(&mut self, _: Resource<Handle>) -> Result<Result<(), IoError>> {
        Ok(Err(IoError::Insecure))
    }

    fn send(&mut self, _: Resource<Handle>, bytes: Vec<u8>) -> Result<Result<(), IoError>> {
        self.server.send(&bytes);
        Ok(Ok(()))
    }

    fn send_password(&mut self, _: Resource<Handle>, _: Resource<Handle>) -> Result<Result<(), IoError>> {
        self.server.send_password();
        Ok(Ok(()))
    }

    fn open_data(&mut self, _: Resource<Handle>, _: u16) -> Result<Result<Resource<Handle>, IoError>> {
        self.server.open_data();
        Ok(Ok(self.table.push(Handle)?))
    }

    fn listen_data(&mut self, _: Resource<Handle>) -> Result<Result<Resource<Handle>, IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn open_listing(&mut self, _: Resource<Handle>, _port: u16) -> Result<Result<Resource<Handle>, IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}

impl HostDataConnection for Handles {
    fn secure(&mut self, _: Resource<Handle>) -> Result<Result<(), IoError>> {
        Ok(Err(IoError::Insecure))
    }

    fn splice(
        &mut self,
        data: Resource<Handle>,
        source: Resource<Handle>,
        offset: u64,
        length: u64,
    ) -> Result<Result<Moved, SpliceError>> {
        // The look-up belongs to the measured cost: handles are not pointers.
        self.table.get(&source)?;
        self.table.get_mut(&data)?;
        Ok(Ok(match self.server.splice(offset, length) {
            0 => Moved::End,
            bytes => Moved::Bytes(bytes),
        }))
    }

    fn shutdown(&mut self, data: Resource<Handle>) -> Result<Result<(), IoError>> {
        self.table.get_mut(&data)?;
        self.server.shutdown();
        Ok(Ok(()))
    }

    fn finish(&mut self, data: Resource<Handle>) -> Result<Result<(), IoError>> {
        self.table.get_mut(&data)?;
        self.server.finish();
        Ok(Ok(()))
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.server.drop_data();
        self.close(handle)
    }
}

impl HostDataListener for Handles {
    fn endpoint(&mut self, _: Resource<Handle>) -> Result<Endpoint> {
        Err(failed("a listener that was denied"))
    }

    fn accept(&mut self, _: Resource<Handle>) -> Result<Result<Resource<Handle>, IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn accept_listing(&mut self, _: Resource<Handle>) -> Result<Result<Resource<Handle>, IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}

impl HostListingConnection for Handles {
    fn secure(&mut self, _: Resource<Handle>) -> Result<Result<(), IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn receive(&mut self, _: Resource<Handle>, _: u32) -> Result<Result<Vec<u8>, IoError>> {
        Ok(Err(IoError::Denied))
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}

impl HostSourceFile for Handles {
    fn size(&mut self, _: Resource<Handle>) -> Result<Option<u64>> {
        Ok(Some(self.server.file_size()))
    }

    fn prepare_digest(&mut self, _: Resource<Handle>, _: Algorithm) -> Result<()> {
        Ok(())
    }

    fn digest(&mut self, _: Resource<Handle>, _: Algorithm, _: u64) -> Result<Result<Vec<u8>, SourceError>> {
        Ok(Err(SourceError::Unreadable))
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}

impl HostSecret for Handles {
    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}

impl HostProgress for Handles {
    fn entered(&mut self, _: Resource<Handle>, _: Step) -> Result<()> {
        self.server.entered();
        Ok(())
    }

    fn noticed(&mut self, _: Resource<Handle>, _: Notice) -> Result<()> {
        Ok(())
    }

    fn drop(&mut self, handle: Resource<Handle>) -> Result<()> {
        self.close(handle)
    }
}
