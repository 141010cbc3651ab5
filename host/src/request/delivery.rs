//! Options for delivery: retries, temporary names, proof, directories and attributes. `run/` carries them out.

use std::num::NonZeroUsize;
use std::time::Duration;

use ftp_delivery::defaults;

/// Options for delivery. Build them from [`Delivery::default`] and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// The most connections at the same time. Fewer are used if the files are not worth them, or if the server accepts
    /// no more. With more than one, files may be stored in another order than they were named. Default: 4.
    pub jobs: NonZeroUsize,
    /// End the run after the first failure of a file, and send nothing if a named file or directory cannot be read.
    /// Default: the other files are tried.
    pub fail_fast: bool,
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
    /// Do not send a file if its name is taken on the server ([`UploadReport::already_there`](crate::UploadReport)). The
    /// server is asked before anything is stored: for the listing of each directory, and for the sizes of the files that
    /// are not listed. A file is sent only if the answers can only mean that it is not there; otherwise it fails with
    /// [`UploadError::MayExist`](crate::UploadError::MayExist). A file that somebody else stores meanwhile is overwritten.
    /// An incomplete file counts as one that is there: use it with [`atomic`](Self::atomic), so that no incomplete file
    /// has its name. No effect with [`unique`](Self::unique), and in [`Sync`](crate::Sync).
    pub skip_existing: bool,
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

impl Default for Delivery {
    fn default() -> Self {
        Self {
            jobs: defaults::JOBS,
            fail_fast: false,
            retry: Retry::default(),
            resume: false,
            atomic: false,
            replace: false,
            unique: false,
            skip_existing: false,
            verify: Verify::default(),
            create_directories: false,
            preserve_time: false,
            mode: None,
        }
    }
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
    /// Retry also if the first attempt of a run to connect is refused, or if the name of the server or of the proxy does
    /// not exist. Default: such a run ends at once, because the address is probably wrong. Later in a run, and if a name
    /// server fails temporarily, there are retries in any case.
    pub connection_refused: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self { limit: defaults::RETRIES, delay: defaults::RETRY_DELAY, max_time: None, connection_refused: false }
    }
}
