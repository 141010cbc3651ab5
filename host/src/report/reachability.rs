//! The attempts to connect that failed: a wrong address, or a server that has no place for another session.

use std::io;

use crate::report::error::UploadError;
use crate::report::step::Step;

impl UploadError {
    /// Returns true if the address is probably wrong: the name does not exist, or nothing listens there. At the first
    /// attempt of a run to connect, no retry follows.
    pub(crate) fn means_wrong_address(&self) -> bool {
        match self {
            Self::Unresolved { error, .. } => error.kind() == io::ErrorKind::NotFound,
            Self::Unreachable { error, .. } => error.kind() == io::ErrorKind::ConnectionRefused,
            Self::Proxy { problem, .. } => problem.means_wrong_address(),
            Self::Refused { .. }
            | Self::Source { .. }
            | Self::Tls { .. }
            | Self::NoTls { .. }
            | Self::NotResumed { .. }
            | Self::Misbehaved { .. }
            | Self::Broken { .. }
            | Self::Unconfirmed { .. }
            | Self::Unknown
            | Self::Mismatch { .. }
            | Self::Corrupt { .. }
            | Self::Missing
            | Self::Unverified
            | Self::CannotRename
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::NotMade { .. }
            | Self::MayExist { .. }
            | Self::Sync(_)
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::Fault(_) => false,
        }
    }

    /// Returns true if the server accepts no further session while others of the same user are open: it refuses the
    /// connection, the greeting, or a login whose password it has accepted for another session.
    pub(crate) fn is_without_place(&self) -> bool {
        match self {
            Self::Refused { step: Step::Greeting | Step::Login, .. } => true,
            Self::Unreachable { error, .. } => error.kind() == io::ErrorKind::ConnectionRefused,
            Self::Refused { .. }
            | Self::Source { .. }
            | Self::Proxy { .. }
            | Self::Tls { .. }
            | Self::NoTls { .. }
            | Self::NotResumed { .. }
            | Self::Unresolved { .. }
            | Self::Misbehaved { .. }
            | Self::Broken { .. }
            | Self::Unconfirmed { .. }
            | Self::Unknown
            | Self::Mismatch { .. }
            | Self::Corrupt { .. }
            | Self::Missing
            | Self::Unverified
            | Self::CannotRename
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::NotMade { .. }
            | Self::MayExist { .. }
            | Self::Sync(_)
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::Fault(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_does_not_exist_and_a_refused_connection_mean_a_wrong_address() {
        let server = || "h".parse().unwrap();
        let unresolved = |kind: io::ErrorKind| UploadError::Unresolved { server: server(), error: kind.into() };
        let unreachable = |kind: io::ErrorKind| UploadError::Unreachable {
            address: "192.0.2.1:21".parse().unwrap(),
            error: kind.into(),
        };
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NotFound, Other, TimedOut};
        assert!(unresolved(NotFound).means_wrong_address() && unreachable(ConnectionRefused).means_wrong_address());
        assert!([TimedOut, Other].into_iter().all(|kind| !unresolved(kind).means_wrong_address()));
        assert!([TimedOut, HostUnreachable].into_iter().all(|kind| !unreachable(kind).means_wrong_address()));
        assert!(!UploadError::Unknown.means_wrong_address());
    }
}
