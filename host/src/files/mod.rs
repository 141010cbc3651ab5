//! The local files and streams, and the directories, beneath which files are opened one at a time.

mod file_state;
pub(crate) mod local_file;
pub(crate) mod run_state;
pub(crate) mod source;
mod stream_source;
pub(crate) mod tree;
