//! The failures of a connection through a proxy: to the proxy, in the exchange with it, or from the proxy to the
//! server.

use std::io;
use std::net::SocketAddr;

use ftp_text::system_error::without_code;

use crate::report::server_text::ServerText;

/// The reason why a proxy did not provide a connection to the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyProblem {
    /// The proxy's name cannot be resolved to an address.
    #[error("its name cannot be resolved: {}", without_code(.0))]
    Unresolved(io::Error),
    /// None of the proxy's addresses accepted a connection.
    #[error("cannot connect to {address}: {}", without_code(error))]
    Unreachable {
        /// The address that was tried last.
        address: SocketAddr,
        /// The error for that address.
        error: io::Error,
    },
    /// The proxy sent no complete answer: the connection was closed or reset, or the time limit was reached
    /// (`TimedOut`).
    #[error("it sent no complete answer: {}", without_code(.0))]
    Lost(io::Error),
    /// The answer does not follow the proxy protocol, or is too long.
    #[error("its answer does not follow the proxy protocol")]
    Misbehaved,
    /// The proxy requires a user name and a password, and none are set ([`Proxy::auth`](crate::Proxy::auth)).
    #[error("it requires a user name and a password")]
    AuthWanted,
    /// The proxy refused the user name and the password, or offers no authentication method that uses them.
    #[error("it refuses the user name or the password")]
    AuthRefused,
    /// The proxy did not connect to the server.
    #[error("it does not connect to the server: {0}")]
    Refused(ProxyRefusal),
}

/// The reason that a proxy gives for refusing a connection: a reply field of SOCKS (RFC 1928 §6), or an HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyRefusal {
    /// SOCKS 1: general failure.
    #[error("general failure")]
    Failure,
    /// SOCKS 2: the proxy's rules do not allow the connection.
    #[error("not allowed")]
    NotAllowed,
    /// SOCKS 3: the network is unreachable.
    #[error("network unreachable")]
    NetworkUnreachable,
    /// SOCKS 4: the host is unreachable. Proxies also send this for a name that they cannot resolve.
    #[error("host unreachable")]
    HostUnreachable,
    /// SOCKS 5: the server refused the connection.
    #[error("connection refused")]
    ConnectionRefused,
    /// SOCKS 6: the time to live (TTL) expired.
    #[error("the time to live expired")]
    Expired,
    /// SOCKS 7 and 8: the proxy does not support the command or the type of the address. Also if the server's name is
    /// longer than 255 bytes.
    #[error("not supported")]
    NotSupported,
    /// HTTP: a status other than 2xx, 401 and 407.
    #[error("{code} {text}")]
    Status {
        /// The status code.
        code: u16,
        /// The reason phrase, at most 200 bytes; it may be empty.
        text: ServerText,
    },
}

impl ProxyProblem {
    /// Returns true if another try may succeed.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            // An error made by `net/route.rs`, not by the system: this machine does not have the address or interface.
            Self::Unreachable { error, .. } => error.get_ref().is_none(),
            Self::Unresolved(_) | Self::Lost(_) => true,
            Self::Misbehaved | Self::AuthWanted | Self::AuthRefused => false,
            Self::Refused(refusal) => refusal.is_temporary(),
        }
    }
}

impl ProxyProblem {
    /// Returns true if the address of the proxy or of the server is probably wrong: the proxy's name does not exist, or
    /// nothing listens there. A name that the proxy cannot resolve is not told apart from a failure of the network.
    pub(crate) fn means_wrong_address(&self) -> bool {
        match self {
            Self::Unresolved(error) => error.kind() == io::ErrorKind::NotFound,
            Self::Unreachable { error, .. } => error.kind() == io::ErrorKind::ConnectionRefused,
            Self::Refused(refusal) => *refusal == ProxyRefusal::ConnectionRefused,
            Self::Lost(_) | Self::Misbehaved | Self::AuthWanted | Self::AuthRefused => false,
        }
    }
}

impl ProxyRefusal {
    /// Returns true if another try may succeed.
    fn is_temporary(&self) -> bool {
        match self {
            Self::NotAllowed | Self::NotSupported => false,
            // RFC 9110 §15.5: 4xx is an error of the client, which recurs, except for 408 (timeout) and 429 (too many
            // requests).
            Self::Status { code, .. } => matches!(code, 408 | 429 | 500..),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_problems_are_distinguished_from_lasting_ones() {
        let status = |code| ProxyRefusal::Status { code, text: ServerText(Vec::new()) };
        let is_temporary = |refusal| ProxyProblem::Refused(refusal).is_temporary();
        let temporary = [status(408), status(429), status(502), ProxyRefusal::ConnectionRefused];
        assert!(temporary.map(is_temporary) == [true; 4]);
        assert!([status(400), status(403), status(302), ProxyRefusal::NotAllowed].map(is_temporary) == [false; 4]);
        assert!(ProxyProblem::Lost(io::ErrorKind::TimedOut.into()).is_temporary());
        assert!(!ProxyProblem::AuthRefused.is_temporary());
    }
}
