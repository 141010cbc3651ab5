//! The errors of an invalid request: the caller's mistakes, found before any file or connection is opened.

use std::path::PathBuf;

use ftp_protocol::argument::NotAnArgument;
use ftp_text::escape::Escaped;

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
    /// The text is not Unicode, and so has no form in which it could be sent: on Windows, a name with half of a surrogate
    /// pair, or bytes that are not UTF-8.
    #[error("{text} is not valid Unicode")]
    NotUnicode {
        /// The role of the text, such as `the file's name`.
        text: &'static str,
    },
    /// The name for a stream contains a directory.
    #[error("{} is not a plain name", Escaped(name.as_os_str().as_encoded_bytes()))]
    NotAName {
        /// The name.
        name: PathBuf,
    },
    /// Two files would be stored under one name.
    #[error("{} and {} have the same name", Escaped(one.as_os_str().as_encoded_bytes()), Escaped(other.as_os_str().as_encoded_bytes()))]
    SameName {
        /// The file that was added first.
        one: PathBuf,
        /// The file that was added later.
        other: PathBuf,
    },
    /// The path of the manifest leads out of the directory of the job.
    #[error("the path of the manifest does not lie in the remote directory")]
    NotBeneath {
        /// The path.
        path: Vec<u8>,
    },
    /// An option of [`SyncOptions`](crate::SyncOptions) needs a manifest, and there is none.
    #[error("comparing by a manifest, and removing only what it names, need a manifest")]
    NoManifest,
    /// A file was added to a request that does not store single files.
    #[error("only a request that stores files can take another file")]
    NotAnUpload,
    /// A rule for directories is empty or malformed.
    #[error("the rule {} is malformed: {why}", Escaped(rule.as_bytes()))]
    Rule {
        /// The rule, as it was given.
        rule: String,
        /// The mistake in it.
        why: String,
    },
    /// Active mode was combined with a proxy. The server would have to connect to this machine, and the supported
    /// proxies do not forward incoming connections.
    #[error("active mode cannot be used through a proxy")]
    ActiveThroughProxy,
}
