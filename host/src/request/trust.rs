//! The rule by which a server's certificate is accepted, as the user gives it. `net/tls/pinning_verifier.rs` applies it.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::request::identity::{NotCredentials, certificates};
use crate::request::pin::Pin;

/// What makes a server's certificate a good one.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// It is valid now, for the server's name, and issued by an authority that this platform trusts.
    #[default]
    Platform,
    /// The same, with these authorities instead.
    Authorities(Authorities),
    /// Its key is one of these. Names, dates and issuers do not matter then.
    Pins(Vec<Pin>),
    /// Nothing. Anyone between here and the server can pose as it, and learn the password.
    Anything,
}

/// Authorities to trust; and servers, as far as their own certificates are among them.
#[derive(Clone, Debug)]
pub struct Authorities {
    pub(crate) roots: Arc<RootCertStore>,
    /// The same certificates, whole.
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}

impl Authorities {
    /// All certificates in `pem`, whatever else stands between them. A server that shows one of them is trusted as well, if
    /// the certificate is for its name and valid now: most servers with a certificate that they have signed themselves.
    ///
    /// # Errors
    /// When there is none, or one of them cannot be used.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NotCredentials> {
        let mut roots = RootCertStore::empty();
        let certificates = certificates(pem)?;
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|_| NotCredentials::Certificate)?;
        }
        Ok(Self { roots: Arc::new(roots), certificates: certificates.into() })
    }
}
