//! The protection of a session, and the rule that is checked in spite of the guest's own behaviour: if TLS is required,
//! only AUTH is sent without TLS.

use ftp_protocol::command::asks_for_tls;

use crate::net::stream::Stream;
use crate::net::tls::TlsClient;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload::Protection as GuestProtection;

/// The protection of the connections of one session.
pub(crate) enum Protection {
    /// None.
    Clear,
    /// TLS after AUTH.
    Explicit(TlsClient),
    /// TLS from the first byte.
    Implicit(TlsClient),
}

impl Protection {
    /// Returns the protection that the guest must ask the server for.
    pub(crate) fn for_guest(&self) -> GuestProtection {
        match self {
            Self::Clear => GuestProtection::Clear,
            Self::Explicit(_) => GuestProtection::Explicit,
            Self::Implicit(_) => GuestProtection::Implicit,
        }
    }

    /// Returns the TLS client, unless the session has no protection.
    pub(crate) fn client(&self) -> Option<&TlsClient> {
        match self {
            Self::Clear => None,
            Self::Explicit(client) | Self::Implicit(client) => Some(client),
        }
    }

    /// Returns true if `stream` has the protection that commands and data need.
    pub(super) fn permits(&self, stream: &Stream) -> bool {
        matches!(self, Self::Clear) || stream.is_secure()
    }

    /// Returns true if `line` may be sent over `stream`.
    pub(super) fn permits_line(&self, stream: &Stream, line: &[u8]) -> bool {
        self.permits(stream) || (matches!(self, Self::Explicit(_)) && asks_for_tls(line))
    }
}
