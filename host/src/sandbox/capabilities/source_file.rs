//! `source-file`: a file that was opened before the guest existed. The guest learns its size and hashes of it, and
//! nothing else.

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::files::source::Source;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{Algorithm, HostSourceFile, SourceError};
use crate::sandbox::call_error::{ContractViolation, end_of_guest};
use crate::sandbox::state::GuestState;
use crate::sandbox::transfer::deadlines::Deadlines;

/// The right to have one file sent.
pub struct SourceFile(pub(crate) Arc<Source>);

impl SourceFile {
    /// Returns the hash of the first `length` bytes: the one computed during the transfer, or a new one.
    fn digest(
        source: &Source,
        algorithm: Algorithm,
        length: u64,
        deadlines: &Deadlines,
    ) -> Result<Result<Vec<u8>, SourceError>, WaitError> {
        if let Some(hash) = source.digest_on_the_way(algorithm.into(), length) {
            return Ok(Ok(hash));
        }
        match source.digest(algorithm.into(), length, || deadlines.check_cancellation()) {
            Ok(hash) => Ok(hash.ok_or(SourceError::Shrank)),
            Err(WaitError::Failed(_)) => Ok(Err(SourceError::Unreadable)),
            Err(error @ (WaitError::Interrupted | WaitError::OutOfTime)) => Err(error),
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
        if !self.limits.calls.take_digest() {
            return Err(wasmtime::Error::new(ContractViolation("more hashes than one call may need")));
        }
        let length = length.min(source.length());
        if !self.transfer.permits_digest(&source, length) {
            return Err(wasmtime::Error::new(ContractViolation("the hash of a piece that nobody compares")));
        }
        self.waiting(|state| SourceFile::digest(&source, algorithm, length, &state.deadlines)).map_err(end_of_guest)
    }

    fn drop(&mut self, handle: Resource<SourceFile>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}
