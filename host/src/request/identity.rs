//! The client's certificate and private key, parsed from PEM, for servers that ask for a certificate.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// The client's certificate chain and private key, for a server that asks for a certificate in the TLS handshake. It
/// has no `Debug`, because it contains a private key.
#[derive(Clone)]
pub struct ClientIdentity(Arc<CertifiedKey>);

impl ClientIdentity {
    /// Parses PEM: all certificates of `certificate`, the client's own first, and the first private key of `key`.
    ///
    /// # Errors
    /// If a certificate or the key is missing or cannot be used, or if the key does not match the certificate.
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

    /// Returns the certificates and the key, for rustls.
    pub(crate) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

/// The reason why PEM text cannot be used as certificates or as a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCredentials {
    /// The text contains no `BEGIN CERTIFICATE`.
    #[error("there is no certificate in it (PEM, BEGIN CERTIFICATE)")]
    NoCertificate,
    /// A certificate cannot be parsed.
    #[error("a certificate in it cannot be read")]
    Certificate,
    /// The text contains no private key.
    #[error("there is no private key in it (PEM, BEGIN PRIVATE KEY)")]
    NoKey,
    /// The key cannot be parsed, or its type is not supported.
    #[error("the private key in it cannot be used")]
    Key,
    /// The key is encrypted with a passphrase, which is not supported.
    #[error("the private key in it is encrypted, which this program cannot read")]
    EncryptedKey,
    /// The private key does not match the public key of the certificate.
    #[error("the private key does not match the certificate")]
    Mismatch,
}

/// Returns all certificates in `pem`, in their order.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NotCredentials> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|_| NotCredentials::Certificate)?;
    if found.is_empty() { Err(NotCredentials::NoCertificate) } else { Ok(found) }
}

/// Returns true if `pem` mentions encryption, as the head of an encrypted private key does.
fn is_encrypted(pem: &[u8]) -> bool {
    pem.windows(9).any(|window| window == b"ENCRYPTED")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::trust::Authorities;

    #[test]
    fn the_error_for_text_without_certificate_or_key_names_the_missing_part() {
        assert_eq!(Authorities::from_pem(b"hello").err(), Some(NotCredentials::NoCertificate));
        let garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(Authorities::from_pem(garbage).err(), Some(NotCredentials::Certificate));
        assert_eq!(ClientIdentity::from_pem(garbage, b"").err(), Some(NotCredentials::NoKey));
        let locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(ClientIdentity::from_pem(garbage, locked).err(), Some(NotCredentials::EncryptedKey));
    }
}
