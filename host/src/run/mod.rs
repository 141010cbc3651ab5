//! Carries out a request: prepares it, opens sessions, and delivers the files.

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
