//! The report of a check: what the server is and offers, and whether an upload would work.
//!
//! Each question has a [`Finding`]. `advice.rs` derives the options that suit the server.

mod advice;
mod certificate;
mod finding;

use std::net::SocketAddr;

use crate::report::event::Secured;
use crate::report::server_text::ServerText;
use crate::report::step::Algorithm;
use crate::report::summary::Remains;
use crate::request::security::Tls;

pub use advice::Advice;
pub use certificate::{Certificate, CertificateTrust};
pub use finding::{Finding, Problem};

/// What a server is and offers, as far as a run of [`Check`](crate::Check) has come. Texts of the server are untrusted,
/// and shown escaped.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct CheckReport {
    /// True if everything that changes something on the server was left out.
    pub read_only: bool,
    /// The address of the server; `None` behind a proxy, and if there is no connection.
    pub address: Option<SocketAddr>,
    /// The lines of the server's greeting. If TLS begins after AUTH, they were sent in clear text.
    pub greeting: Vec<ServerText>,
    /// TLS on the control connection.
    pub tls: TlsFindings,
    /// The login, with the user's SITE commands.
    pub login: Finding<()>,
    /// The extensions that the server lists in its reply to FEAT (RFC 2389), one for each line.
    pub features: Vec<ServerText>,
    /// The directory of the check, which was entered.
    pub directory: Finding<()>,
    /// A data connection.
    pub data: Finding<DataConnection>,
    /// The listing of the directory.
    pub listing: Finding<Listing>,
    /// Several commands that are sent at once, and answered in their order.
    pub flights: Finding<()>,
    /// The temporary file; nothing of it is asked if the check is read only.
    pub file: FileFindings,
    /// Sessions at the same time.
    pub connections: Connections,
}

/// The findings about TLS.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct TlsFindings {
    /// The use of TLS in this check: [`Tls::Off`], [`Tls::Explicit`] or [`Tls::Implicit`]; `None` if it was not begun.
    pub used: Option<Tls>,
    /// The parameters of the control connection.
    pub control: Option<Secured>,
    /// The parameters of the first data connection. [`Secured::resumed`] is true if the server has resumed the session of
    /// the control connection.
    pub data: Option<Secured>,
    /// TLS 1.2. If the server prefers TLS 1.3, a session of its own was opened for this question.
    pub tls_1_2: Finding<()>,
    /// TLS 1.3.
    pub tls_1_3: Finding<()>,
    /// The server's certificate, also if it was refused; `None` if there was none, or if it cannot be parsed.
    pub certificate: Option<Box<Certificate>>,
    /// The result of checking the certificate by [`Trust`](crate::Trust).
    pub trust: CertificateTrust,
    /// True if the check used no TLS, and the reply to FEAT says that the server has it (RFC 4217 §6).
    pub is_offered: bool,
}

/// A data connection that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataConnection {
    /// The command that opened it: `EPSV`, `PASV`, `EPRT` or `PORT`.
    pub command: &'static str,
}

/// The listing of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The number of entries.
    pub entries: usize,
    /// True if it was made by MLSD (RFC 3659 §7), whose form is defined.
    pub by_mlsd: bool,
}

/// The findings about the temporary file.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FileFindings {
    /// Storing it (STOR).
    pub store: Finding<()>,
    /// Continuing an incomplete file.
    pub resume: Finding<Resuming>,
    /// The size that the server reports (SIZE).
    pub size: Finding<()>,
    /// The hash that the server computes.
    pub hash: Finding<Algorithm>,
    /// The time of last modification that the server tells, and so its clock.
    pub time: Finding<Clock>,
    /// Setting the time of last modification: the command that did it, `MFMT`, `MDTM` or `SITE UTIME`.
    pub set_time: Finding<&'static str>,
    /// Renaming (RNFR, RNTO).
    pub rename: Finding<()>,
    /// Removing (DELE).
    pub remove: Finding<()>,
    /// The name under which the file remains, or may remain; empty if it was removed.
    pub remains: Vec<Remains>,
}

/// The way in which a server continues an incomplete file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resuming {
    /// From any byte on (REST, RFC 3659 §5).
    Rest,
    /// At its end (APPE).
    Append,
}

/// The clock of the server, compared with that of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Clock {
    /// The command that told the time: `MDTM` or `MLSD`.
    pub command: &'static str,
    /// The least time by which the server's clock can be ahead, in milliseconds; negative if it is behind.
    pub earliest: i64,
    /// The greatest. The difference to [`earliest`](Self::earliest) is more than a second, because servers round times
    /// down to whole seconds; the time that storing took is added.
    pub latest: i64,
}

impl Clock {
    /// Returns the clock of a server that tells `seconds` since 1970 for a file that was written between the times
    /// `before` and `after` of this machine, in milliseconds since 1970.
    pub(crate) fn of(command: &'static str, seconds: u64, before: i64, after: i64) -> Self {
        let told = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
        Self { command, earliest: told.saturating_sub(after), latest: told.saturating_add(999).saturating_sub(before) }
    }

    /// Returns true if both clocks may show the same time.
    pub fn may_agree(&self) -> bool {
        self.earliest <= 0 && self.latest >= 0
    }
}

/// Sessions at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// The number of sessions that were logged in at the same time.
    pub open: usize,
    /// The number that was tried, and never exceeded: [`Delivery::jobs`](crate::Delivery::jobs).
    pub tried: usize,
    /// The reason why another one was not opened.
    pub refused: Option<Problem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_known_up_to_the_rounding_and_the_time_of_storing() {
        let clock = Clock::of("MDTM", 100, 100_200, 100_300);
        assert_eq!((clock.earliest, clock.latest), (-300, 799));
        assert!(clock.may_agree());
        let ahead = Clock::of("MDTM", 3700, 100_200, 100_300);
        assert_eq!((ahead.earliest, ahead.latest), (3_599_700, 3_600_799));
        assert!(!ahead.may_agree() && !Clock::of("MDTM", 98, 100_200, 100_300).may_agree());
    }

    #[test]
    fn a_time_beyond_all_bounds_is_no_overflow() {
        let clock = Clock::of("MLSD", u64::MAX, i64::MIN, i64::MAX);
        assert!(!clock.may_agree() || clock.earliest == 0);
    }
}
