//! Receives the one file that the embedder permits to receive, in portions.

use crate::bindings::exports::ftp_uploader::upload::upload::{Argument as Which, Portion, UploadError};
use crate::capabilities::ListingConnection;
use crate::receiving::Receiving;
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use ftp_protocol::command::Retrieval;

/// The most bytes of a portion.
const MAX_PORTION: usize = 65_536;

impl Conversation {
    /// Receives the file called `name`, and returns the first portion.
    pub fn fetch(&mut self, name: &[u8]) -> Result<Portion, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        let data = self.retrieve(Retrieval::Retr(name), false)?;
        self.portion(data)
    }

    /// Returns the next portion of the file.
    pub fn next_portion(&mut self) -> Result<Portion, UploadError> {
        match self.receiving.take() {
            Some(Receiving::File(data)) => self.portion(data),
            other => {
                self.receiving = other;
                Err(UploadError::Invalid(Which::Unfinished))
            }
        }
    }

    fn portion(&mut self, data: ListingConnection) -> Result<Portion, UploadError> {
        let mut bytes = Vec::new();
        while bytes.len() < MAX_PORTION {
            match data.receive((MAX_PORTION - bytes.len()) as u32) {
                Ok(received) if received.is_empty() => {
                    // Some servers send the final reply only after this side has closed, too.
                    drop(data);
                    self.confirm_received(bytes.is_empty())?;
                    return Ok(Portion { bytes, more: false });
                }
                Ok(received) => bytes.extend(received),
                Err(cause) => {
                    drop(data);
                    return Err(self.cut_by(cause));
                }
            }
        }
        self.receiving = Some(Receiving::File(data));
        Ok(Portion { bytes, more: true })
    }
}
