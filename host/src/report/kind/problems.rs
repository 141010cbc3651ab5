//! The words for problems of proxies, TLS and `sync`.

use ftp_plan::Refusal;
use ftp_plan::operations::ConflictKind;

use super::words;

use crate::report::proxy_problem::{ProxyProblem, ProxyRefusal};
use crate::report::sync::SyncProblem;
use crate::report::tls_problem::{CertificateProblem, TlsProblem};

words!(
    /// Returns a stable word for the problem.
    ProxyProblem, kind, PROXY,
    Self::Unresolved(_) => "unresolved",
    Self::Unreachable { .. } => "unreachable",
    Self::Lost(_) => "lost",
    Self::Misbehaved => "protocol_violation",
    Self::AuthWanted => "credentials_wanted",
    Self::AuthRefused => "credentials_refused",
    Self::Refused(_) => "refused",
);

words!(
    /// Returns a stable word for the refusal.
    ProxyRefusal, kind, PROXY_REFUSALS,
    Self::Failure => "failure",
    Self::NotAllowed => "not_allowed",
    Self::NetworkUnreachable => "network_unreachable",
    Self::HostUnreachable => "host_unreachable",
    Self::ConnectionRefused => "connection_refused",
    Self::Expired => "expired",
    Self::NotSupported => "not_supported",
    Self::Status { .. } => "http_status",
);

words!(
    /// Returns a stable word for the problem.
    TlsProblem, kind, TLS,
    Self::Certificate { .. } => "certificate",
    Self::TooOld => "too_old",
    Self::NothingInCommon => "nothing_in_common",
    Self::ClientCertificate => "client_certificate",
    Self::Alert(_) => "alert",
    Self::NotTls => "not_tls",
    Self::NoName => "no_name",
    Self::NoRoots => "no_authorities",
    Self::Other(_) => "other",
);

words!(
    /// Returns a stable word for the problem.
    CertificateProblem, kind, CERTIFICATES,
    Self::Expired(_) => "expired",
    Self::NotValidYet => "not_valid_yet",
    Self::WrongName(_) => "wrong_name",
    Self::NameInSubject(_) => "name_in_subject",
    Self::UnknownIssuer => "unknown_issuer",
    Self::SelfSigned => "self_signed",
    Self::Authority => "authority",
    Self::ShortKey => "short_key",
    Self::UnknownKey => "unknown_key",
    Self::NotItsKey => "not_its_key",
    Self::NotPinned => "not_pinned",
    Self::PinnedFingerprint => "pinned_fingerprint",
    Self::Changed => "changed",
    Self::Unfit(_) => "unfit",
);

words!(
    /// Returns a stable word for the problem.
    SyncProblem, kind, SYNC,
    Self::Refused(_) => "plan_refused",
    Self::Locked { .. } => "locked",
    Self::NoLock { .. } => "no_lock",
    Self::CutShort => "cut_short",
    Self::NotRemembered => "not_remembered",
    Self::LockRemains => "lock_remains",
    Self::Obstructed(_) => "obstructed",
    Self::NotRemoved { .. } => "not_removed",
);

/// The words for refused plans.
#[cfg(test)]
pub(super) const PLANS: &[&str] = &["source_empty", "most_removed", "too_many_removed", "case_collision"];

/// Returns the word for a refused plan.
pub(super) fn of_plan(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::EmptySource { .. } => "source_empty",
        Refusal::MostRemoved { .. } => "most_removed",
        Refusal::TooManyRemoved { .. } => "too_many_removed",
        Refusal::CaseCollision { .. } => "case_collision",
    }
}

/// The words for entries that are in the way.
#[cfg(test)]
pub(super) const CONFLICTS: &[&str] = &["file_for_directory", "directory_for_file"];

/// Returns the word for an entry that is in the way.
pub(super) fn of_conflict(conflict: ConflictKind) -> &'static str {
    match conflict {
        ConflictKind::FileForDirectory => "file_for_directory",
        ConflictKind::DirectoryForFile => "directory_for_file",
    }
}
