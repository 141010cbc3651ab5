//! Whom to believe: the platform's authorities, given ones, pinned keys, or anyone; and who we are, where a server asks
//! for a certificate.
//!
//! Only parses what the user gives. What comes of it is `judge.rs`; read that next.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64ct::{Base64, Base64Unpadded, Encoding};
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, SubjectPublicKeyInfoDer};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};

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
    pub(super) roots: Arc<RootCertStore>,
    /// The same certificates, whole.
    pub(super) certificates: Arc<[CertificateDer<'static>]>,
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

    pub(super) fn key(&self) -> Arc<CertifiedKey> {
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

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NotCredentials> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|_| NotCredentials::Certificate)?;
    if found.is_empty() { Err(NotCredentials::NoCertificate) } else { Ok(found) }
}

fn is_encrypted(pem: &[u8]) -> bool {
    pem.windows(9).any(|window| window == b"ENCRYPTED")
}

/// A public key, by its hash: `sha256:` and the SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 §2.4) in
/// base64, or in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// Some text is no [`Pin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not sha256: and a SHA-256 hash in base64 (44 characters) or hexadecimal (64 digits)")]
pub struct NotAPin;

impl Pin {
    /// The pin of the key in `certificate`, if that can be read at all.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        Some(Self::of_key(&parsed.subject_public_key_info()))
    }

    fn of_key(key: &SubjectPublicKeyInfoDer<'_>) -> Self {
        Self(Sha256::digest(key.as_ref()).into())
    }
}

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, NotAPin> {
        let digest = text.strip_prefix("sha256:").ok_or(NotAPin)?;
        // The way in which curl writes it.
        let digest = digest.strip_prefix("//").unwrap_or(digest);
        let mut hash = [0; 32];
        let read = match digest.len() {
            64 => base16(digest, &mut hash),
            43 => Base64Unpadded::decode(digest, &mut hash).is_ok_and(|bytes| bytes.len() == 32),
            _ => Base64::decode(digest, &mut hash).is_ok_and(|bytes| bytes.len() == 32),
        };
        if read { Ok(Self(hash)) } else { Err(NotAPin) }
    }
}

fn base16(digits: &str, hash: &mut [u8; 32]) -> bool {
    let value = |digit: u8| (digit as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.as_bytes().chunks(2).zip(hash).all(|(pair, byte)| match (value(pair[0]), value(pair[1])) {
        (Some(high), Some(low)) => {
            *byte = high << 4 | low;
            true
        }
        _ => false,
    })
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", Base64::encode_string(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_in_every_form_and_shown_in_one() {
        let shown = "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let digits: String = (0..32).map(|byte: u8| format!("{byte:02x}")).collect();
        let unpadded = shown.trim_end_matches('=');
        for text in [shown, unpadded, &shown.replace(':', "://"), &format!("sha256:{digits}")] {
            assert_eq!(text.parse::<Pin>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_pin_is_refused() {
        for text in ["", "sha256:", "sha1:AAEC", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "sha256:AAEC"] {
            assert_eq!(text.parse::<Pin>(), Err(NotAPin), "{text:?}");
        }
        assert_eq!(format!("sha256:{}", "g".repeat(64)).parse::<Pin>(), Err(NotAPin));
        assert_eq!(format!("sha256:{}", "é".repeat(32)).parse::<Pin>(), Err(NotAPin));
    }

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
