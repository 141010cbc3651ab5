//! The local files and streams, which are opened once, before anything is sent.

mod file_state;
pub(crate) mod source;
mod stream_source;
