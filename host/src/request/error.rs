//! The errors of a request that can never be carried out: the caller's mistakes, found before anything is opened or sent.

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
    /// The name for a stream is a path.
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
    /// Active mode needs a connection from the server, which no proxy of ours can pass on.
    #[error("active mode does not go through a proxy")]
    ActiveThroughProxy,
}
