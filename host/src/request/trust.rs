//! The user's rule for accepting a server's certificate. `net/tls/pinning_verifier.rs` applies it.

use std::fmt;
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

/// Decides about a certificate that [`Trust::Platform`] or [`Trust::Authorities`] does not accept, for example by asking
/// a person. It is called on the thread that connects, at most once for each key; time that it takes counts for the time
/// limits of the run.
pub trait AskTrust: fmt::Debug + Send + Sync {
    /// Returns true if the key of this certificate is to be trusted for the run, as if it was pinned.
    fn accepts(&self, certificate: &UntrustedCertificate) -> bool;
}

/// A certificate that is not trusted. Its texts come from the server: escape them before they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UntrustedCertificate {
    /// The reason why it is not trusted, in words, for example `its issuer is not trusted here`.
    pub reason: String,
    /// The names and addresses for which it is issued. Empty if it has none.
    pub names: Vec<String>,
    /// The first and the last second in which it is valid, each in seconds since 1970; `None` if they cannot be read.
    pub validity: Option<(u64, u64)>,
    /// The pin of its key.
    pub pin: Pin,
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
