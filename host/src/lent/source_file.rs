//! `source-file`: a file that was opened before the guest existed. The guest learns its size and nothing else.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::Lent;
use crate::bindings::ftp_uploader::upload::capabilities::HostSourceFile;
use crate::source::Source;

/// The right to have one file sent.
pub struct SourceFile(pub(crate) Arc<Source>);

impl HostSourceFile for Lent {
    fn size(&mut self, handle: Resource<SourceFile>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&handle)?.0.size())
    }

    fn drop(&mut self, handle: Resource<SourceFile>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
