//! The text of a reply of the server, as errors quote it.

use std::fmt;

use ftp_text::escape::Escaped;

/// Untrusted text from a server or a proxy, cut off after 512 bytes. `Display` and `Debug` escape it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerText(pub(crate) Vec<u8>);

/// For errors that a caller makes itself, such as in tests of its own messages. Any bytes are allowed.
impl From<&[u8]> for ServerText {
    fn from(text: &[u8]) -> Self {
        Self(text.to_vec())
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0).fmt(f)
    }
}

impl fmt::Debug for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped(&self.0), f)
    }
}
