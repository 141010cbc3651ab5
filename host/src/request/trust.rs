//! The user's rule for accepting a server's certificate. `net/tls/pinning_verifier.rs` applies it.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::request::identity::{NotCredentials, certificates};
use crate::request::pin::Pin;

/// The rule for accepting a server's certificate.
///
/// With every rule, a data connection that shows another certificate than the control connection is refused.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The certificate is valid now, for the server's name, and issued by an authority that this platform trusts.
    #[default]
    Platform,
    /// As [`Platform`](Self::Platform), with these authorities instead of the platform's.
    Authorities(Authorities),
    /// The certificate's public key has one of these pins. Name, dates and issuer are not checked.
    Pins(Vec<Pin>),
    /// Every certificate is accepted. An attacker on the network path can impersonate the server and learn the
    /// password. The signature of the handshake is verified nevertheless, if the type and the length of the key are
    /// supported.
    Anything,
}

/// Certificates to trust: those of authorities, and those of individual servers.
#[derive(Clone, Debug)]
pub struct Authorities {
    pub(crate) roots: Arc<RootCertStore>,
    /// The same certificates, to compare a server's certificate with.
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}

impl Authorities {
    /// Parses all certificates in `pem`; other text between them is ignored. A server that shows one of these
    /// certificates itself is trusted, too, if the certificate is for its name and valid now. So a self-signed
    /// certificate can be given here.
    ///
    /// # Errors
    /// If `pem` contains no certificate, or one that cannot be used.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NotCredentials> {
        let mut roots = RootCertStore::empty();
        let certificates = certificates(pem)?;
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|_| NotCredentials::Certificate)?;
        }
        Ok(Self { roots: Arc::new(roots), certificates: certificates.into() })
    }
}
