//! The local file, and the data connections of the server.

use super::server::Server;
use crate::native::{Algorithm, Data, IoError, Listing, Moved, Source, SourceError, SourceFile, SpliceError};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

/// The length and the content of the local file.
pub(super) const OURS: &[u8] = b"hello";

/// A listing. The server says that it was sent when the connection has ended.
pub(super) struct Incoming {
    server: Rc<Server>,
    data: RefCell<VecDeque<u8>>,
}

impl Incoming {
    pub(super) fn new(server: Rc<Server>) -> Self {
        let data = RefCell::new(server.listing());
        Self { server, data }
    }
}

impl Listing for Incoming {
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn receive(&self, _: u32) -> Result<Vec<u8>, IoError> {
        let mut data = self.data.borrow_mut();
        let count = data.len().min(5);
        Ok(data.drain(..count).collect())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.server.in_transfer.get() {
            self.server.has_sent();
        }
    }
}

/// A connection that stores the local file.
pub(super) struct Stream(pub(super) Rc<Server>);

impl Data for Stream {
    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn splice(&self, _: &SourceFile, offset: u64, _: u64) -> Result<Moved, SpliceError> {
        if self.0.has_said_more() && self.0.script.choice(2) == 1 {
            return Ok(Moved::Heard);
        }
        let Some(storing) = &mut *self.0.storing.borrow_mut() else {
            return if offset == OURS.len() as u64 { Ok(Moved::End) } else { Ok(Moved::Bytes(OURS.len() as u64)) };
        };
        let rest = &OURS[offset as usize..];
        storing.1.extend_from_slice(rest);
        if rest.is_empty() { Ok(Moved::End) } else { Ok(Moved::Bytes(rest.len() as u64)) }
    }

    fn shutdown(&self) -> Result<(), IoError> {
        self.0.stores();
        Ok(())
    }

    fn finish(&self) -> Result<(), IoError> {
        Ok(())
    }
}

/// The local file.
pub(super) struct Local;

impl Source for Local {
    fn size(&self) -> Option<u64> {
        Some(OURS.len() as u64)
    }

    fn prepare_digest(&self, _: Algorithm) {}

    fn digest(&self, _: Algorithm, _: u64) -> Result<Vec<u8>, SourceError> {
        Ok(hash(OURS))
    }
}

/// FNV-1a instead of CRC-32, because both sides only have to compute the same function.
pub(super) fn hash(bytes: &[u8]) -> Vec<u8> {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.to_be_bytes().to_vec()
}
