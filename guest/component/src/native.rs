//! The handles of `wit/capabilities.wit` for a native build, because the types that wit-bindgen generates reach a host
//! only from inside WebAssembly. A fuzzer, a test or a bench implements these traits, which match the resources method
//! by method; enums and records are the generated ones. The WIT documents each method.

use std::boxed::Box;
use std::vec::Vec;

pub use crate::bindings::ftp_uploader::upload::capabilities::{
    Algorithm, Endpoint, IoError, Moved, Notice, SourceError, SpliceError, Step,
};

/// `control-connection`, owned.
pub type ControlConnection = Box<dyn Control>;
/// `data-listener`, owned.
pub type DataListener = Box<dyn Listener>;
/// `data-connection`, owned.
pub type DataConnection = Box<dyn Data>;
/// `listing-connection`, owned.
pub type ListingConnection = Box<dyn Listing>;
/// `source-file`, owned.
pub type SourceFile = Box<dyn Source>;
/// `progress`, owned.
pub type Progress = Box<dyn Witness>;

/// `secret`: the conversation only passes it on; [`Control::send_password`] knows the password that it stands for.
#[derive(Debug, Default)]
pub struct Secret;

/// `control-connection`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Control {
    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError>;
    fn pending(&self) -> bool;
    fn secure(&self) -> Result<(), IoError>;
    fn send(&self, bytes: &[u8]) -> Result<(), IoError>;
    fn send_password(&self, password: &Secret) -> Result<(), IoError>;
    fn open_data(&self, port: u16) -> Result<DataConnection, IoError>;
    fn listen_data(&self) -> Result<DataListener, IoError>;
    fn open_listing(&self, port: u16) -> Result<ListingConnection, IoError>;
}

/// `data-listener`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Listener {
    fn endpoint(&self) -> Endpoint;
    fn accept(&self) -> Result<DataConnection, IoError>;
    fn accept_listing(&self) -> Result<ListingConnection, IoError>;
}

/// `listing-connection`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Listing {
    fn secure(&self) -> Result<(), IoError>;
    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError>;
}

/// `data-connection`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Data {
    fn secure(&self) -> Result<(), IoError>;
    fn splice(&self, source: &SourceFile, offset: u64, length: u64) -> Result<Moved, SpliceError>;
    fn shutdown(&self) -> Result<(), IoError>;
    fn finish(&self) -> Result<(), IoError>;
}

/// `source-file`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Source {
    fn size(&self) -> Option<u64>;
    fn prepare_digest(&self, algorithm: Algorithm);
    fn digest(&self, algorithm: Algorithm, length: u64) -> Result<Vec<u8>, SourceError>;
}

/// `progress`.
#[allow(missing_docs, reason = "documented in wit/capabilities.wit")]
pub trait Witness {
    fn entered(&self, step: Step);
    fn noticed(&self, notice: Notice);
}
