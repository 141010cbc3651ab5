//! Carrying out a request: preparing it, opening sessions, and delivering its files.

mod connect;
pub(crate) mod grants;
mod outcome;
pub(crate) mod prepared;
mod put_file;
mod receipt;
mod retry;
mod temporary_name;
pub(crate) mod uploader;
mod worker;
mod workers;
