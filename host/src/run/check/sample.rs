//! The content of the temporary file. It is made before the process is confined.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::files::run_state::Scratch;
use crate::files::source::Source;
use crate::report::error::UploadError;

/// The purpose of the file, for somebody who finds it.
const TEXT: &[u8] = b"A temporary file of `ftp-uploader check`. It can be removed.\n";

/// The content, and its first half.
pub(crate) struct Sample {
    pub(crate) half: Arc<Source>,
    pub(crate) whole: Arc<Source>,
}

impl Sample {
    /// Makes the content: a text, and every byte, so that a server that changes bytes changes its size or its hash.
    ///
    /// # Errors
    /// [`UploadError::Fault`] if the system has no memory for it.
    pub(crate) fn new() -> Result<Self, UploadError> {
        let bytes: Vec<u8> = TEXT.iter().copied().chain(0..=u8::MAX).collect();
        Ok(Self { half: source(&bytes[..bytes.len() / 2])?, whole: source(&bytes)? })
    }
}

fn source(bytes: &[u8]) -> Result<Arc<Source>, UploadError> {
    let memory = |error: io::Error| UploadError::Fault(format!("there is no memory for a file: {error}"));
    Scratch::new().map_err(memory)?.source(|write| write(bytes), PathBuf::from("the temporary file"))
}
