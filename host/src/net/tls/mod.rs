//! TLS with one server. Its terms are read once, before the first connection. Each control connection gets a client,
//! which its data connections share, so that they resume its session and no other.
//!
//! `net/stream.rs` moves the bytes. No type of rustls is in the public API.

mod asked;
mod certificate;
mod diagnosis;
mod pinning_verifier;
mod sessions;
mod shown;

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::sign::SingleCertAndKey;
use rustls::version::TLS12;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion};

use crate::report::event::Secured;
use crate::report::tls_problem::TlsProblem;
use crate::request::identity::ClientIdentity;
use crate::request::security::Security;

use asked::Asked;
use pinning_verifier::{PinningVerifier, Rule};
use sessions::Sessions;
pub(crate) use shown::ShownCertificate;

/// The protocol inside TLS (RFC 7301; `ftp` is registered with IANA). With it, a server of another protocol refuses the
/// handshake, which prevents the ALPACA attack.
const ALPN: &[u8] = b"ftp";

/// The versions of TLS to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    /// TLS 1.3, and TLS 1.2 for servers that do not support it.
    Safe,
    /// TLS 1.2, whose sessions can be resumed any number of times.
    Tls12,
}

/// The newer of the two versions.
const TLS_1_3: &str = "TLS 1.3";

/// The terms of TLS with one server. All files and the platform's authorities were read: nothing is opened later.
pub(crate) struct TlsTerms {
    provider: Arc<CryptoProvider>,
    name: ServerName<'static>,
    rule: Rule,
    /// The answers about certificates that the rule does not accept, for all connections of the run.
    asked: Option<Arc<Asked>>,
    identity: Option<ClientIdentity>,
}

/// TLS for one control connection and its data connections.
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    verifier: Arc<PinningVerifier>,
    sessions: Arc<Sessions>,
    name: ServerName<'static>,
}

impl TlsTerms {
    /// Returns the terms for the server named `host`.
    ///
    /// # Errors
    /// If no certificate can be valid for `host`, or the platform has no roots. Nothing was sent.
    pub(crate) fn new(host: &str, options: &Security) -> Result<Self, TlsProblem> {
        let provider = Arc::new(ring::default_provider());
        let (name, rule) = (server_name(host)?, Rule::of(&options.trust, &provider)?);
        let asked = options.ask.clone().map(|ask| Arc::new(Asked::new(ask)));
        Ok(Self { provider, name, rule, asked, identity: options.identity.clone() })
    }

    /// Returns a client for one control connection and its data connections.
    ///
    /// # Errors
    /// If rustls refuses the configuration. Nothing was sent.
    pub(crate) fn client(&self, versions: Versions) -> Result<TlsClient, TlsProblem> {
        let verifier = Arc::new(PinningVerifier::new(self.rule.clone(), self.asked.clone(), &self.provider));
        let sessions = Arc::new(Sessions::new());
        let mut config = config(Arc::clone(&self.provider), Arc::clone(&verifier), self.identity.as_ref(), versions)?;
        config.resumption = Resumption::store(Arc::clone(&sessions) as Arc<_>);
        Ok(TlsClient { config: Arc::new(config), verifier, sessions, name: self.name.clone() })
    }
}

impl TlsClient {
    /// Returns a new connection, on which no byte was sent.
    pub(crate) fn connection(&self) -> io::Result<ClientConnection> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(invalid_data)
    }

    /// Returns true if `last` has resumed the session, and no ticket is left for the next data connection.
    pub(crate) fn has_used_all_tickets(&self, last: &Secured) -> bool {
        last.resumed && last.version == TLS_1_3 && self.sessions.tickets() == 0
    }

    /// Returns the problem of TLS in the error of a handshake; `None` if the connection itself failed.
    pub(crate) fn problem(&self, error: &io::Error) -> Option<TlsProblem> {
        let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
        Some(TlsProblem::of(error, self.verifier.first_seen()))
    }
}

/// Returns the name for SNI and the certificate, without the trailing dot (RFC 6066 §3).
fn server_name(host: &str) -> Result<ServerName<'static>, TlsProblem> {
    let name = host.strip_suffix('.').unwrap_or(host);
    ServerName::try_from(name.to_owned()).map_err(|_| TlsProblem::NoName)
}

fn config(
    provider: Arc<CryptoProvider>,
    verifier: Arc<PinningVerifier>,
    identity: Option<&ClientIdentity>,
    versions: Versions,
) -> Result<ClientConfig, TlsProblem> {
    let unfit = |error: rustls::Error| TlsProblem::Other(error.to_string());
    let offered = match versions {
        Versions::Safe => rustls::DEFAULT_VERSIONS,
        Versions::Tls12 => &[&TLS12],
    };
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(offered).map_err(unfit)?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.key()))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// Returns the protection of `connection`, whose handshake is complete.
pub(crate) fn secured(connection: &ClientConnection) -> Secured {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => TLS_1_3,
        // No older version was offered.
        _ => "TLS 1.2",
    };
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    Secured { version, cipher_suite: suite.unwrap_or_default(), resumed }
}

/// Carries an error of rustls through code that knows only `io::Error`.
pub(crate) fn invalid_data(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_servers_are_names_in_certificates() {
        for host in ["ftp.example.org", "ftp.example.org.", "my_host", "127.0.0.1", "::1"] {
            assert!(server_name(host).is_ok(), "{host}");
        }
        assert!(matches!(server_name("b\u{fc}cher.example"), Err(TlsProblem::NoName)));
    }
}
