//! A pinned public key: a hash that identifies a server's key independently of the other contents of its certificate.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Base64Unpadded, Encoding};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::server::ParsedCertificate;
use sha2::{Digest, Sha256};

/// A pin: the SHA-256 hash of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4).
///
/// It is parsed from `sha256:` and the hash in base64 (with or without padding) or in hexadecimal digits, and shown in
/// base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// The error for text that is not a [`Pin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pin is \"sha256:\" and a SHA-256 hash in base64 (44 characters) or hexadecimal (64 digits)")]
pub struct NotAPin;

impl Pin {
    /// Returns the pin of the key in `certificate`, or `None` if the certificate cannot be parsed.
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
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
        // curl writes `sha256//HASH`; `sha256://HASH` is accepted here.
        let digest = digest.strip_prefix("//").unwrap_or(digest);
        let mut hash = [0; 32];
        let valid = match digest.len() {
            64 => base16ct::mixed::decode(digest, &mut hash).is_ok(),
            43 => Base64Unpadded::decode(digest, &mut hash).is_ok_and(|bytes| bytes.len() == 32),
            _ => Base64::decode(digest, &mut hash).is_ok_and(|bytes| bytes.len() == 32),
        };
        if valid { Ok(Self(hash)) } else { Err(NotAPin) }
    }
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
    fn a_pin_is_parsed_in_every_form_and_shown_in_one() {
        let shown = "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let digits: String = (0..32).map(|byte: u8| format!("{byte:02x}")).collect();
        let unpadded = shown.trim_end_matches('=');
        for text in [shown, unpadded, &shown.replace(':', "://"), &format!("sha256:{digits}")] {
            assert_eq!(text.parse::<Pin>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn malformed_pins_are_refused() {
        for text in ["", "sha256:", "sha1:AAEC", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "sha256:AAEC"] {
            assert_eq!(text.parse::<Pin>(), Err(NotAPin), "{text:?}");
        }
        assert_eq!(format!("sha256:{}", "g".repeat(64)).parse::<Pin>(), Err(NotAPin));
        assert_eq!(format!("sha256:{}", "é".repeat(32)).parse::<Pin>(), Err(NotAPin));
    }
}
