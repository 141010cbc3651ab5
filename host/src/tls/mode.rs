//! Whether there is TLS, and when it begins.

use ftp_protocol::server::Scheme;

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
