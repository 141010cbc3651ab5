//! `source-file`: a file that was opened before the guest existed. The guest learns its size and hashes of it, and nothing
//! else.

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Algorithm, HostSourceFile, SourceError};
use crate::sandbox::state::{ContractViolation, GuestState, stopped};

/// The right to have one file sent.
pub struct SourceFile(pub(crate) Arc<Source>);

impl GuestState {
    fn digest(
        &mut self,
        source: &Source,
        algorithm: Algorithm,
        length: u64,
    ) -> Result<Result<Vec<u8>, SourceError>, WaitError> {
        if let Some(hash) = source.digest_on_the_way(algorithm.into(), length) {
            return Ok(Ok(hash));
        }
        match source.digest(algorithm.into(), length, || self.go_on()) {
            Ok(hash) => Ok(hash.ok_or(SourceError::Shrank)),
            Err(WaitError::Failed(_)) => Ok(Err(SourceError::Unreadable)),
            Err(stop) => Err(stop),
        }
    }
}

impl HostSourceFile for GuestState {
    fn size(&mut self, handle: Resource<SourceFile>) -> wasmtime::Result<Option<u64>> {
        Ok(self.table.get(&handle)?.0.size())
    }

    fn prepare_digest(&mut self, handle: Resource<SourceFile>, algorithm: Algorithm) -> wasmtime::Result<()> {
        self.table.get(&handle)?.0.prepare_digest(algorithm.into());
        Ok(())
    }

    fn digest(
        &mut self,
        handle: Resource<SourceFile>,
        algorithm: Algorithm,
        length: u64,
    ) -> wasmtime::Result<Result<Vec<u8>, SourceError>> {
        let source = Arc::clone(&self.table.get(&handle)?.0);
        if !self.budget.take_digest() {
            return Err(wasmtime::Error::new(ContractViolation("more hashes than one call may need")));
        }
        let length = length.min(source.length());
        // Whoever knows the hash of each beginning of a file knows the file.
        if source.left(length) > 0 && self.compared != Some(length) {
            return Err(wasmtime::Error::new(ContractViolation("the hash of a piece that nobody compares")));
        }
        self.waiting(|lent| lent.digest(&source, algorithm, length)).map_err(stopped)
    }

    fn drop(&mut self, handle: Resource<SourceFile>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
