//! The failures of a proxy: on the way to it, in the exchange with it, or on its way to the server.

use std::io;
use std::net::SocketAddr;

use crate::report::error::ServerText;

/// Why a proxy gave us no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyProblem {
    /// Its name leads to no address.
    #[error("it cannot be resolved: {0}")]
    Unresolved(io::Error),
    /// None of its addresses accepts a connection.
    #[error("cannot connect to {address}: {error}")]
    Unreachable {
        /// The address that was tried last.
        address: SocketAddr,
        /// What became of it.
        error: io::Error,
    },
    /// It gave no whole answer: it hung up, or its time was up (`TimedOut`).
    #[error("it gave no answer: {0}")]
    Lost(io::Error),
    /// What it said is not the protocol that it was said to speak, or too long.
    #[error("it does not answer in its protocol")]
    Misbehaved,
    /// It wants a user and a password, and was given none.
    #[error("it wants a user and a password")]
    AuthWanted,
    /// It does not take the user and the password that it was given.
    #[error("it refuses the user or the password")]
    AuthRefused,
    /// It cannot, or will not, connect to the server.
    #[error("it gives no connection to the server: {0}")]
    Refused(ProxyRefusal),
}

/// What a proxy says of a connection that it does not give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyRefusal {
    /// SOCKS 1: it does not say more.
    #[error("general failure")]
    Failure,
    /// SOCKS 2: its rules forbid it.
    #[error("not allowed")]
    NotAllowed,
    /// SOCKS 3.
    #[error("network unreachable")]
    NetworkUnreachable,
    /// SOCKS 4; also for a name that it cannot resolve.
    #[error("host unreachable")]
    HostUnreachable,
    /// SOCKS 5.
    #[error("connection refused")]
    ConnectionRefused,
    /// SOCKS 6.
    #[error("the time to live expired")]
    Expired,
    /// SOCKS 7 and 8: it cannot do what is asked, or not with this kind of address.
    #[error("not supported")]
    NotSupported,
    /// HTTP, with a status other than 2xx and 407.
    #[error("{code} {text}")]
    Status {
        /// The status code.
        code: u16,
        /// The reason, which may be empty.
        text: ServerText,
    },
}

impl ProxyProblem {
    /// Whether it may be gone the next time.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            // In words of our own (`../route.rs`): an address or interface of this machine is not what was said.
            Self::Unreachable { error, .. } => error.get_ref().is_none(),
            Self::Unresolved(_) | Self::Lost(_) => true,
            Self::Misbehaved | Self::AuthWanted | Self::AuthRefused => false,
            Self::Refused(refusal) => refusal.may_pass(),
        }
    }
}

impl ProxyRefusal {
    fn may_pass(&self) -> bool {
        match self {
            Self::NotAllowed | Self::NotSupported => false,
            // RFC 9110 §15.5: 4xx is our doing, but for those that are about time.
            Self::Status { code, .. } => matches!(code, 408 | 429 | 500..),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_gone_the_next_time_is_told_from_what_will_not() {
        let status = |code| ProxyRefusal::Status { code, text: ServerText(Vec::new()) };
        let may_pass = |refusal| ProxyProblem::Refused(refusal).may_pass();
        assert!([status(408), status(429), status(502), ProxyRefusal::ConnectionRefused].map(may_pass) == [true; 4]);
        assert!([status(400), status(403), status(302), ProxyRefusal::NotAllowed].map(may_pass) == [false; 4]);
        assert!(ProxyProblem::Lost(io::ErrorKind::TimedOut.into()).may_pass());
        assert!(!ProxyProblem::AuthRefused.may_pass());
    }
}
