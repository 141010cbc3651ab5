//! Options for TLS: its use, the rule for the server's certificate, and the client's certificate.

use std::sync::Arc;

use ftp_protocol::server::Scheme;

use crate::request::identity::ClientIdentity;
use crate::request::trust::{AskTrust, Trust};

/// Options for TLS. Build them from [`Security::default`] and set fields.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Security {
    /// The use of TLS. Default: `None`, the scheme of the server's address decides. Without a scheme it is
    /// [`Tls::Explicit`] if the other two options are set, else [`Tls::UnlessLoopback`].
    pub tls: Option<Tls>,
    /// The rule for accepting the server's certificate; no effect without TLS. Default: [`Trust::Platform`].
    pub trust: Trust,
    /// Decides about a certificate that [`trust`](Self::trust) does not accept; no effect with [`Trust::Pins`] and
    /// [`Trust::Anything`]. Default: `None`, it is refused.
    pub ask: Option<Arc<dyn AskTrust>>,
    /// The client's certificate, for a server that asks for one. Default: none.
    pub identity: Option<ClientIdentity>,
}

impl Security {
    /// Returns true if an option is set that has no effect without TLS.
    pub(crate) fn has_certificates(&self) -> bool {
        !matches!(self.trust, Trust::Platform) || self.identity.is_some() || self.ask.is_some()
    }
}

/// The use of TLS on both connections. No value falls back to another: if TLS cannot be set up, the upload fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// [`Off`](Self::Off) for a server on this machine, and [`Explicit`](Self::Explicit) for all others. A server is on
    /// this machine if its name is `localhost`, ends with `.localhost` or is a loopback address, and all its addresses
    /// are loopback addresses. Other names are not, even if they resolve to loopback addresses; and no server behind a
    /// proxy is.
    #[default]
    UnlessLoopback,
    /// TLS after the server's greeting (AUTH TLS, RFC 4217 §4). Only AUTH is sent in clear text.
    Explicit,
    /// TLS from the first byte, by default on port 990.
    Implicit,
    /// No TLS: everything, including the password, is sent in clear text.
    Off,
}

impl Tls {
    /// Returns the use of TLS that the scheme of an address selects.
    pub(crate) fn asked_by(scheme: Option<Scheme>) -> Self {
        match scheme {
            None => Tls::default(),
            Some(Scheme::Ftp) => Tls::Off,
            Some(Scheme::Ftpes) => Tls::Explicit,
            Some(Scheme::Ftps) => Tls::Implicit,
        }
    }
}
