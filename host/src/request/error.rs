//! The errors of an invalid request: the caller's mistakes, found before any file or connection is opened.

use std::path::PathBuf;

use ftp_protocol::argument::NotAnArgument;

/// The reason why a [`Request`](crate::Request) cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No FTP command can carry the text.
    #[error("{text} {why}")]
    Argument {
        /// The role of the text, such as `the user name`.
        text: &'static str,
        /// The rule that it breaks.
        why: NotAnArgument,
    },
    /// The name for a stream contains a directory.
    #[error("{name:?} is not a plain name")]
    NotAName {
        /// The name.
        name: PathBuf,
    },
    /// Two files would be stored under one name.
    #[error("{one:?} and {other:?} have the same name")]
    SameName {
        /// The file that was added first.
        one: PathBuf,
        /// The file that was added later.
        other: PathBuf,
    },
    /// Active mode was combined with a proxy. The server would have to connect to this machine, and the supported
    /// proxies do not forward incoming connections.
    #[error("active mode cannot be used through a proxy")]
    ActiveThroughProxy,
}
