//! Carries out a request: prepares it, opens sessions, and delivers the files.

mod actions;
mod announce;
pub(crate) mod check;
mod connect;
mod directories;
mod existing;
mod flights;
pub(crate) mod grants;
mod idle_sessions;
mod leftover;
mod local_names;
mod outcome;
mod passwords;
pub(crate) mod plan;
pub(crate) mod prepared;
mod put_file;
mod queue;
mod receipt;
mod refused;
mod retry;
mod session;
pub(crate) mod sync;
mod temporary_name;
pub(crate) mod uploader;
mod worker;
mod workers;
