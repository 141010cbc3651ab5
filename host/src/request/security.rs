//! Options for TLS: whether it is used, which servers are trusted, and the client's certificate.

use ftp_protocol::server::Scheme;

use crate::request::identity::ClientIdentity;
use crate::request::trust::Trust;

/// Options for TLS. Build them from [`Security::default`] and set fields.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Security {
    /// The use of TLS. Default: `None`, the scheme of the server's address decides; without a scheme it is
    /// [`Tls::UnlessLoopback`].
    pub tls: Option<Tls>,
    /// The rule by which the server's certificate is accepted. Default: [`Trust::Platform`].
    pub trust: Trust,
    /// The client's certificate, for a server that asks for one. Default: none.
    pub identity: Option<ClientIdentity>,
}

/// How both connections are protected. None of these falls back to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// As [`Explicit`](Self::Explicit), but not to this very machine, where clear text does no harm: to `localhost`, a
    /// name that ends with `.localhost`, or a loopback address. Another name is not this machine, whatever it resolves to.
    #[default]
    UnlessLoopback,
    /// TLS once the server has greeted (AUTH TLS, RFC 4217). Nothing else is sent in clear.
    Explicit,
    /// TLS from the first byte. The port is 990 unless another one is given.
    Implicit,
    /// Everything, the password included, is sent in clear.
    Off,
}

impl Tls {
    /// What an address asks for by its scheme.
    pub(crate) fn asked_by(scheme: Option<Scheme>) -> Self {
        match scheme {
            None => Tls::default(),
            Some(Scheme::Ftp) => Tls::Off,
            Some(Scheme::Ftpes) => Tls::Explicit,
            Some(Scheme::Ftps) => Tls::Implicit,
        }
    }
}
