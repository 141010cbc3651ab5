//! What a request says about delivery: how hard to try, what may lie on the server meanwhile, what to make sure of.
//!
//! The rest of a request is `request.rs`; these wishes are carried out in `delivery/`.

use crate::bindings::exports::ftp_uploader::upload::upload::Verify as Asked;
use crate::delivery::Retry;
use crate::error::UploadError;
use crate::request::{Request, argument};

/// What the server is asked about a file that it has stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Its hash if the server has one that is known, else its size, if it tells that.
    #[default]
    Best,
    /// Its hash; a server without is not good enough.
    Hash,
    /// Its size; a server that does not tell it is not good enough.
    Size,
    /// Nothing: the server's final reply has to do.
    Nothing,
}

impl Verify {
    pub(crate) fn asked(self) -> Asked {
        match self {
            Self::Best | Self::Hash => Asked::Best,
            Self::Size => Asked::Size,
            Self::Nothing => Asked::Nothing,
        }
    }
}

impl Request {
    /// How often to try again what may work later. Default: three times.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Whether to go on where an earlier run was cut off, if what it left is the beginning of the file: as the server's hash
    /// proves, or, with [`atomic`](Self::atomic), as the temporary name says, which only this very version of the file has.
    /// Tries within one run follow the same rule.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Whether a file gets its name only when it is whole: it is stored under a temporary one and renamed.
    pub fn atomic(mut self, atomic: bool) -> Self {
        self.atomic = atomic;
        self
    }

    /// Whether, with [`atomic`](Self::atomic), a file of the same name is moved aside, and removed once ours has its name,
    /// where the server does not rename over it.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Whether the server shall choose a name that is not taken (STOU).
    pub fn unique(mut self, unique: bool) -> Self {
        self.unique = unique;
        self
    }

    /// What to ask the server about a stored file.
    pub fn verify(mut self, verify: Verify) -> Self {
        self.verify = verify;
        self
    }

    /// Adds words for the server's SITE command, such as `NAMEFMT 1`: sent in order after each login, before the directory
    /// is entered. A server that refuses them is not uploaded to.
    ///
    /// # Errors
    /// [`UploadError::Argument`] when no FTP command can carry them.
    pub fn site(mut self, parameters: impl Into<Vec<u8>>) -> Result<Self, UploadError> {
        self.site.push(argument("the text for SITE", parameters.into())?);
        Ok(self)
    }

    /// Whether to make the directory, and those above it, where they do not exist.
    pub fn create_directories(mut self, create: bool) -> Self {
        self.create_directories = create;
        self
    }

    /// Whether the file on the server gets the local one's time of last modification. A stream has none.
    pub fn preserve_time(mut self, preserve: bool) -> Self {
        self.preserve_time = preserve;
        self
    }

    /// The permissions of the file on the server: the lowest nine bits of a mode of POSIX.
    pub fn mode(mut self, mode: u16) -> Self {
        self.mode = Some(mode);
        self
    }
}
