//! The data connections of the scripted server.

use super::server::{SIZE, Server};
use crate::native::{
    Data, DataConnection, Endpoint, IoError, Listener, Listing, ListingConnection, Moved, SourceFile, SpliceError,
};
use std::borrow::ToOwned;
use std::boxed::Box;
use std::rc::Rc;
use std::vec::Vec;

/// A connection that sends the local file.
pub(super) struct Connection(pub(super) Rc<Server>);

impl Data for Connection {
    fn secure(&self) -> Result<(), IoError> {
        self.0.notes("[secure]");
        Ok(())
    }

    fn splice(&self, _: &SourceFile, offset: u64, _: u64) -> Result<Moved, SpliceError> {
        if let Some(error) = self.0.spliced.get() {
            return Err(error);
        }
        if offset < SIZE {
            self.0.notes("[bytes]");
            return Ok(Moved::Bytes(SIZE - offset));
        }
        Ok(Moved::End)
    }

    fn shutdown(&self) -> Result<(), IoError> {
        self.0.notes("[shutdown]");
        let reply = self.0.stored.borrow().clone();
        self.0.says(&reply);
        Ok(())
    }

    fn finish(&self) -> Result<(), IoError> {
        self.0.notes("[finish]");
        Ok(())
    }
}

/// A connection that receives a listing or a file. When it has ended or was dropped, the server sends its final reply.
pub(super) struct Incoming(pub(super) Rc<Server>);

impl Listing for Incoming {
    fn secure(&self) -> Result<(), IoError> {
        self.0.notes("[secure]");
        self.0.secured.get()
    }

    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        let mut data = self.0.sending.borrow_mut();
        let count = data.len().min(self.0.portion.get()).min(limit as usize);
        let bytes: Vec<u8> = data.drain(..count).collect();
        if bytes.is_empty() { self.0.ended.get().map(|()| bytes) } else { Ok(bytes) }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.0.in_transfer.take() {
            let reply = self.0.sent.borrow().clone();
            self.0.says(&reply);
        }
    }
}

/// A local port.
pub(super) struct Listening(pub(super) Rc<Server>);

impl Listener for Listening {
    fn endpoint(&self) -> Endpoint {
        Endpoint { host: "192.0.2.1".to_owned(), port: 50_001 }
    }

    fn accept(&self) -> Result<DataConnection, IoError> {
        self.0.notes("[accept]");
        self.0.dialled.get().map(|()| Box::new(Connection(Rc::clone(&self.0))) as DataConnection)
    }

    fn accept_listing(&self) -> Result<ListingConnection, IoError> {
        self.0.notes("[accept listing]");
        self.0.dialled.get().map(|()| Box::new(Incoming(Rc::clone(&self.0))) as ListingConnection)
    }
}
