//! The facts about one run that messages mention: names as the user typed them, and the options that change the advice.

use std::ffi::OsString;
use std::sync::OnceLock;

/// The facts about one run that messages mention. It contains no secret. It is made before the run and shared between
/// the display and the messages; only [`note_empty_password`](Self::note_empty_password) changes it later.
pub struct Context {
    /// HOST as it was typed. It was parsed, so it contains no user information such as a password.
    pub host: String,
    /// USERNAME.
    pub user: Vec<u8>,
    /// REMOTEDIR.
    pub directory: Vec<u8>,
    /// The number of files to store, standard input included.
    pub count: usize,
    /// The name under which standard input is stored.
    pub stream_name: Option<OsString>,
    /// `--atomic`.
    pub atomic: bool,
    /// `--replace`.
    pub replace: bool,
    /// `--active`.
    pub active: bool,
    /// `--proxy`.
    pub behind_proxy: bool,
    /// `--cert`.
    pub client_certificate: bool,
    /// True if the upload is, or may be, in clear text. It is decided before the server's name is resolved.
    pub may_be_clear: bool,
    /// True if REMOTEDIR is the name of a local file: the user may have forgotten REMOTEDIR after a list of files.
    pub last_is_local_file: bool,
    /// Set when the password was read and is empty.
    pub empty_password: OnceLock<()>,
}

impl Context {
    /// Notes that the password is empty, which explains why a server refuses it.
    pub fn note_empty_password(&self) {
        let _ = self.empty_password.set(());
    }

    /// Returns true if the password is empty.
    pub fn password_is_empty(&self) -> bool {
        self.empty_password.get().is_some()
    }
}
