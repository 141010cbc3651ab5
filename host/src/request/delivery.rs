//! Options for delivery: retries, temporary names, proof, directories and attributes. `run/` carries them out.

use std::time::Duration;

use ftp_delivery::defaults;

/// Options for delivery. Build them from [`Delivery::default`] and set fields.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Delivery {
    /// The limits of retrying. Default: three retries.
    pub retry: Retry,
    /// Continue an upload that an earlier run left incomplete, if the bytes on the server are proved to be the
    /// beginning of the file. The proof is the server's hash; or, with [`atomic`](Self::atomic), the temporary name,
    /// which is derived from this version of the file. Retries within one run follow the same rule.
    pub resume: bool,
    /// Store each file under a temporary name, and rename it when it is complete.
    pub atomic: bool,
    /// With [`atomic`](Self::atomic), if the server does not rename over an existing file: move that file aside, and
    /// remove it after the new file has its name.
    pub replace: bool,
    /// Let the server choose a name that is not taken (STOU).
    pub unique: bool,
    /// The proof that is required of a stored file.
    pub verify: Verify,
    /// Create the directory, and its parents, if they do not exist.
    pub create_directories: bool,
    /// Set the time of last modification of the file on the server to the time of the local file (MFMT, MDTM or SITE
    /// UTIME). No effect on a stream.
    pub preserve_time: bool,
    /// The permissions of the file on the server: the lowest nine bits of a POSIX mode (SITE CHMOD). Default: the
    /// server decides.
    pub mode: Option<u16>,
}

/// The proof that is required of a stored file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verify {
    /// The hash if the server offers a known algorithm, else the size if the server reports it.
    #[default]
    Best,
    /// The hash; the upload fails if the server offers none.
    Hash,
    /// The size; the upload fails if the server does not report it.
    Size,
    /// None: the server's final reply is enough.
    Nothing,
}

/// The limits of retrying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The maximum number of retries of one file. Default: 3.
    pub limit: u32,
    /// The wait before the first retry; later waits are longer. Default: 1 s.
    pub delay: Duration,
    /// No retry begins after the whole request has taken this long. Default: no limit.
    pub max_time: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self { limit: defaults::RETRIES, delay: defaults::RETRY_DELAY, max_time: None }
    }
}
