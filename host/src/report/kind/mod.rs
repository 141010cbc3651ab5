//! Stable words for programs: one for each kind of error, cause, step and note. `docs/events.md` lists them, and a test
//! compares the lists. A word that was published keeps its meaning.
//!
//! An error has up to three words: its `kind`, the `cause` within that kind, and the `reason` of the cause.

mod errors;
mod problems;
#[cfg(test)]
mod tests;
mod values;

use std::io;

use crate::report::error::{SourceProblem, UploadError};
use crate::report::proxy_problem::ProxyProblem;
use crate::report::server_text::ServerText;
use crate::report::step::{Connection, Violation};
use crate::report::sync::SyncProblem;
use crate::report::tls_problem::TlsProblem;

/// Defines the words of a type as a method without a wildcard, and the list of them for the tests.
macro_rules! words {
    ($(#[$text:meta])* $type:ty, $method:ident, $list:ident, $($pattern:pat => $word:literal),+ $(,)?) => {
        impl $type {
            $(#[$text])*
            pub fn $method(&self) -> &'static str {
                match self { $($pattern => $word),+ }
            }
        }

        #[cfg(test)]
        pub(super) const $list: &[&str] = &[$($word),+];
    };
}
use words;

impl UploadError {
    /// Returns the word for the cause within the [`kind`](Self::kind); `None` if the kind says everything.
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Source { problem, .. } => Some(problem.kind()),
            Self::Unresolved { error, .. } | Self::Unreachable { error, .. } => Some(of_io(error)),
            Self::Proxy { problem, .. } => Some(problem.kind()),
            Self::Tls { problem, .. } => Some(problem.kind()),
            Self::Misbehaved { what, .. } => Some(what.kind()),
            Self::Broken { cause, .. } | Self::Unconfirmed { cause, .. } => Some(cause.kind()),
            Self::MayExist { why } => Some(why.kind()),
            Self::Sync(problem) => Some(problem.kind()),
            Self::NoTls { .. }
            | Self::NotResumed { .. }
            | Self::Refused { .. }
            | Self::Unknown
            | Self::Mismatch { .. }
            | Self::Corrupt { .. }
            | Self::Missing
            | Self::Unverified
            | Self::CannotRename
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::NotMade { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::Fault(_) => None,
        }
    }

    /// Returns the word for the reason of the [`cause`](Self::cause); `None` if the cause says everything.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Source { problem: SourceProblem::Unreadable(error), .. } => Some(of_io(error)),
            Self::Tls { problem: TlsProblem::Certificate { why, .. }, .. } => Some(why.kind()),
            Self::Proxy { problem, .. } => match problem {
                ProxyProblem::Unresolved(error)
                | ProxyProblem::Unreachable { error, .. }
                | ProxyProblem::Lost(error) => Some(of_io(error)),
                ProxyProblem::Refused(refusal) => Some(refusal.kind()),
                ProxyProblem::Misbehaved | ProxyProblem::AuthWanted | ProxyProblem::AuthRefused => None,
            },
            Self::Misbehaved { what: Violation::AnotherProtocol(protocol), .. } => Some(protocol.kind()),
            Self::Sync(SyncProblem::Refused(refusal)) => Some(problems::of_plan(refusal)),
            Self::Sync(SyncProblem::Obstructed(conflict)) => Some(problems::of_conflict(*conflict)),
            Self::Source { .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::NoTls { .. }
            | Self::NotResumed { .. }
            | Self::Refused { .. }
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
            | Self::MayExist { .. }
            | Self::NotMade { .. }
            | Self::Sync(_)
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::Fault(_) => None,
        }
    }

    /// Returns the connection that failed, if the error is about one.
    pub fn connection(&self) -> Option<Connection> {
        let (Self::Proxy { connection, .. } | Self::Tls { connection, .. } | Self::Broken { connection, .. }) = self
        else {
            return None;
        };
        Some(*connection)
    }

    /// Returns the code and the text of the reply that is the error, if it is one.
    pub fn reply(&self) -> Option<(u16, &ServerText)> {
        let (Self::NoTls { code, text }
        | Self::NotResumed { code, text }
        | Self::Refused { code, text, .. }
        | Self::NotRenamed { code, text, .. }
        | Self::TemporaryRefused { code, text, .. }
        | Self::NotMade { code, text, .. }
        | Self::Sync(SyncProblem::NoLock { code, text } | SyncProblem::NotRemoved { code, text })) = self
        else {
            return None;
        };
        Some((*code, text))
    }
}

/// The words for errors of the system. Kinds that need no answer of their own are `other`.
const OF_SYSTEM: [(io::ErrorKind, &str); 10] = [
    (io::ErrorKind::NotFound, "not_found"),
    (io::ErrorKind::PermissionDenied, "permission_denied"),
    (io::ErrorKind::ConnectionRefused, "refused"),
    (io::ErrorKind::ConnectionReset, "reset"),
    (io::ErrorKind::UnexpectedEof, "closed"),
    (io::ErrorKind::TimedOut, "timed_out"),
    (io::ErrorKind::HostUnreachable, "host_unreachable"),
    (io::ErrorKind::NetworkUnreachable, "network_unreachable"),
    (io::ErrorKind::AddrNotAvailable, "address_not_available"),
    (io::ErrorKind::InvalidFilename, "invalid_name"),
];

/// The word for an error that is in no row of [`OF_SYSTEM`].
const OTHER: &str = "other";

/// Returns the word for an error of the system.
fn of_io(error: &io::Error) -> &'static str {
    OF_SYSTEM.iter().find(|(kind, _)| *kind == error.kind()).map_or(OTHER, |(_, word)| word)
}
