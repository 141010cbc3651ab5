//! The client's certificate and private key, parsed from PEM, for servers that ask for a certificate.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Who we are, to a server that asks for a certificate. It cannot be printed: there is a private key in it.
#[derive(Clone)]
pub struct ClientIdentity(Arc<CertifiedKey>);

impl ClientIdentity {
    /// The first private key of `key`, and the certificates of `certificate`, ours first.
    ///
    /// # Errors
    /// When one of the two is missing or cannot be used, or the key is not the certificate's.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, NotCredentials> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            pem::Error::NoItemsFound if is_encrypted(key) => NotCredentials::EncryptedKey,
            pem::Error::NoItemsFound => NotCredentials::NoKey,
            _ => NotCredentials::Key,
        })?;
        let pair = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => NotCredentials::Mismatch,
            rustls::Error::InvalidCertificate(_) => NotCredentials::Certificate,
            _ => NotCredentials::Key,
        })?;
        Ok(Self(Arc::new(pair)))
    }

    pub(crate) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

/// Why some PEM text is not what it was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCredentials {
    /// There is no `BEGIN CERTIFICATE` in it.
    #[error("there is no certificate in it (PEM, BEGIN CERTIFICATE)")]
    NoCertificate,
    /// A certificate cannot be read.
    #[error("a certificate in it cannot be read")]
    Certificate,
    /// There is no private key in it.
    #[error("there is no private key in it (PEM, BEGIN PRIVATE KEY)")]
    NoKey,
    /// The key is of a kind that is not known here.
    #[error("the private key in it cannot be used")]
    Key,
    /// The key wants a passphrase.
    #[error("the private key in it is encrypted, which this program cannot read")]
    EncryptedKey,
    /// Key and certificate do not belong together.
    #[error("the private key is not that of the certificate")]
    Mismatch,
}

/// All certificates in `pem`, in their order.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NotCredentials> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|_| NotCredentials::Certificate)?;
    if found.is_empty() { Err(NotCredentials::NoCertificate) } else { Ok(found) }
}

fn is_encrypted(pem: &[u8]) -> bool {
    pem.windows(9).any(|window| window == b"ENCRYPTED")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::trust::Authorities;

    #[test]
    fn text_without_certificate_or_key_says_what_is_missing() {
        assert_eq!(Authorities::from_pem(b"hello").err(), Some(NotCredentials::NoCertificate));
        let garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(Authorities::from_pem(garbage).err(), Some(NotCredentials::Certificate));
        assert_eq!(ClientIdentity::from_pem(garbage, b"").err(), Some(NotCredentials::NoKey));
        let locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(ClientIdentity::from_pem(garbage, locked).err(), Some(NotCredentials::EncryptedKey));
    }
}
