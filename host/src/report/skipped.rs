//! The files and directories of a tree that are left out because they cannot be uploaded.

use std::io;
use std::path::PathBuf;

use ftp_protocol::argument::NotAnArgument;
use ftp_text::system_error::without_code;

use crate::platform::file::OpenProblem;
use crate::report::error::SourceProblem;

/// A file, a directory or a link of a tree ([`Put::tree`](crate::Put::tree)) that is left out, although no rule excludes
/// it. The contents of such a directory are left out, too, and not listed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// The path of the tree, as the caller gave it, joined with the path inside the tree.
    pub path: PathBuf,
    /// The reason.
    pub why: SkipReason,
}

/// The reason why a part of a tree is left out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// A symbolic link, and links are not followed ([`Links::Skip`](crate::Links::Skip)).
    #[error("it is a symbolic link")]
    Link,
    /// A symbolic link with an absolute target, or with a target outside the tree.
    #[error("it is a symbolic link that leads out of the directory")]
    OutsideTree,
    /// A symbolic link whose target does not exist.
    #[error("it is a symbolic link that leads nowhere")]
    BrokenLink,
    /// A symbolic link that leads to itself, or to a directory above it.
    #[error("it is a symbolic link that leads back to itself or to a directory above it")]
    Loop,
    /// A directory that so many symbolic links lead to that it was uploaded under 1000 names already.
    #[error("symbolic links lead to it in too many ways")]
    TooManyPaths,
    /// A named pipe, a socket or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// No FTP command can carry the name.
    #[error("its name {0}; no FTP command can carry that")]
    Name(NotAnArgument),
    /// The path is longer than the system, or an FTP command, can carry.
    #[error("its path is too long")]
    PathTooLong,
    /// The file or directory cannot be opened or read.
    #[error("{}", without_code(.0))]
    Unreadable(io::Error),
    /// It was removed or replaced during the run.
    #[error("it was removed or replaced meanwhile")]
    Vanished,
    /// The system reports a wrong size, because the content is generated when it is read.
    #[error("its size is not known")]
    UnknownSize,
}

impl Skipped {
    /// For callers that make one themselves, such as in tests of their own messages.
    pub fn new(path: impl Into<PathBuf>, why: SkipReason) -> Self {
        Self { path: path.into(), why }
    }
}

impl SkipReason {
    /// Returns the reason to leave out a file of a tree that cannot be opened because of `problem`.
    ///
    /// # Errors
    /// The problem itself, if it is a failure: it concerns the whole process, or part of the file may be on the server.
    pub(crate) fn of(problem: SourceProblem) -> Result<Self, SourceProblem> {
        match problem {
            SourceProblem::Unreadable(error) => Self::of_open(error).map_err(SourceProblem::Unreadable),
            SourceProblem::Directory | SourceProblem::Replaced => Ok(Self::Vanished),
            SourceProblem::NotAFile => Ok(Self::NotAFile),
            SourceProblem::UnknownSize => Ok(Self::UnknownSize),
            SourceProblem::Shrank | SourceProblem::Changed | SourceProblem::Failed | SourceProblem::SameName { .. } => {
                Err(problem)
            }
        }
    }

    /// Returns the reason for an error of opening a file or a directory beneath a tree.
    ///
    /// # Errors
    /// The error itself, if this process or the system has no more descriptors or memory.
    pub(crate) fn of_open(error: io::Error) -> Result<Self, io::Error> {
        match OpenProblem::of(&error) {
            // A link has taken its place.
            OpenProblem::Missing | OpenProblem::Link => Ok(Self::Vanished),
            OpenProblem::Outside => Ok(Self::OutsideTree),
            OpenProblem::Special => Ok(Self::NotAFile),
            OpenProblem::TooLong => Ok(Self::PathTooLong),
            OpenProblem::Exhausted => Err(error),
            OpenProblem::Other => Ok(Self::Unreadable(error)),
        }
    }
}
