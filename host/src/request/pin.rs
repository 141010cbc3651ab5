//! A pinned public key: a hash that identifies a server's key independently of the other contents of its certificate.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Base64Unpadded, Encoding};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::server::ParsedCertificate;
use sha2::{Digest, Sha256};

/// The digests whose names people write before a hash, with the length of each in bytes.
const DIGESTS: [(&str, usize); 6] =
    [("MD5", 16), ("SHA-1", 20), ("SHA-224", 28), ("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64)];

/// The length of the longest of the [`DIGESTS`] in bytes.
const LONGEST: usize = 64;

/// A pin: the SHA-256 hash of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4).
///
/// It is parsed from `sha256:` (or `sha256//`, as curl writes it) and the hash in base64 (with or without padding) or in
/// hexadecimal digits, which may be in pairs between colons. Hexadecimal digits may also stand alone, or behind
/// `sha256 Fingerprint=`, as openssl prints them. It is shown in base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// The error for text that is not a [`Pin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAPin {
    /// The text is not a hash in one of the accepted forms.
    #[error("a pin is \"sha256:\" and the SHA-256 hash of a key, in base64 (44 characters) or hexadecimal (64 digits)")]
    Malformed,
    /// The text is a hash of this other kind, such as the fingerprint that `openssl x509 -fingerprint` prints.
    #[error(
        "this is a fingerprint of the kind {0}, and a pin is the SHA-256 hash of the key; leave it out, and the error \
             about an untrusted certificate prints the pin"
    )]
    OtherDigest(&'static str),
}

impl Pin {
    /// Returns the pin of the key in `certificate`, or `None` if the certificate cannot be parsed.
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        Some(Self::of_key(&parsed.subject_public_key_info()))
    }

    fn of_key(key: &SubjectPublicKeyInfoDer<'_>) -> Self {
        Self(Sha256::digest(key.as_ref()).into())
    }

    /// Returns true if this is not the hash of a key, but the SHA-256 fingerprint of `certificate`.
    pub(crate) fn is_fingerprint_of(&self, certificate: &CertificateDer<'_>) -> bool {
        self.0 == *Sha256::digest(certificate)
    }
}

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, NotAPin> {
        let (named, hash) = split(text);
        let mut bytes = [0; LONGEST];
        let from_digits = hexadecimal(hash, &mut bytes);
        // Base64 without a name before it could be anything, for example a password.
        let length = from_digits.or_else(|| named.and_then(|_| base64(hash, &mut bytes))).ok_or(NotAPin::Malformed)?;
        match DIGESTS.iter().find(|digest| digest.1 == length) {
            Some((_, 32)) if named.is_none_or(|name| name == "SHA-256") => {
                bytes.first_chunk().map(|hash| Self(*hash)).ok_or(NotAPin::Malformed)
            }
            Some((kind, _)) if named.is_none_or(|name| name == *kind || name == "SHA-256") => {
                Err(NotAPin::OtherDigest(kind))
            }
            Some(_) | None => Err(NotAPin::Malformed),
        }
    }
}

/// Splits the name of a digest off: `sha256:…`, `sha256//…`, `sha256://…`, or `sha256 Fingerprint=…`.
fn split(text: &str) -> (Option<&'static str>, &str) {
    let end = text.find([':', '/', ' ']).unwrap_or(0);
    let (name, rest) = text.split_at(end);
    let plain = |name: &str| name.replace('-', "");
    let known = DIGESTS.iter().find(|digest| plain(digest.0).eq_ignore_ascii_case(&plain(name)));
    let hash = known.and_then(|_| {
        // curl writes `sha256//HASH`; `sha256://HASH` is accepted, too.
        let after_colon = rest.strip_prefix(':').map(|hash| hash.strip_prefix("//").unwrap_or(hash));
        after_colon.or_else(|| rest.strip_prefix("//")).or_else(|| rest.split_once('=').and_then(fingerprint))
    });
    known.zip(hash).map_or((None, text), |((name, _), hash)| (Some(name), hash))
}

/// Returns the part behind the sign of equality if the part before it is the word that openssl writes.
fn fingerprint<'a>((word, hash): (&str, &'a str)) -> Option<&'a str> {
    word.trim_start().eq_ignore_ascii_case("fingerprint").then_some(hash)
}

/// Decodes hexadecimal digits, all together or in pairs between colons. Returns the number of bytes.
fn hexadecimal(text: &str, bytes: &mut [u8; LONGEST]) -> Option<usize> {
    if text.contains(':') && text.split(':').any(|pair| pair.len() != 2) {
        return None;
    }
    let digits = text.replace(':', "");
    base16ct::mixed::decode(digits, bytes).ok().map(<[u8]>::len)
}

/// Decodes base64, with or without padding. Returns the number of bytes.
fn base64(text: &str, bytes: &mut [u8; LONGEST]) -> Option<usize> {
    let decoded = Base64::decode(text, bytes).map(<[u8]>::len);
    decoded.or_else(|_| Base64Unpadded::decode(text, bytes).map(<[u8]>::len)).ok()
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
    fn a_pin_is_parsed_as_curl_and_openssl_write_it() {
        let shown = "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let pairs: Vec<_> = (0..32).map(|byte: u8| format!("{byte:02X}")).collect();
        let (pairs, digits) = (pairs.join(":"), pairs.concat());
        let forms = [
            shown.replace(':', "//"),
            shown.replace("sha256:", "SHA256:"),
            shown.replace("sha256", "SHA-256"),
            pairs.clone(),
            digits,
            format!("sha256:{pairs}"),
            format!("SHA256 Fingerprint={pairs}"),
            format!("sha256 Fingerprint={}", pairs.to_lowercase()),
        ];
        for text in forms {
            assert_eq!(text.parse::<Pin>().map(|pin| pin.to_string()).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn malformed_pins_are_refused() {
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let pairs = ["AB"; 32].join(":");
        let texts = ["", "sha256:", "sha256", "sha256//", "sha1:AAEC", base64, "sha256:AAEC", "sha256 Fingerprint="];
        for text in texts {
            assert_eq!(text.parse::<Pin>(), Err(NotAPin::Malformed), "{text:?}");
        }
        let hash = format!("sha256:{base64}");
        let more = [format!("sha256:{}", "*".repeat(64)), format!("sha256:{}", "é".repeat(32)), format!("{hash} ")];
        let pairs = [
            format!("{pairs}:"),
            format!(":{pairs}"),
            pairs.replacen(':', "", 1),
            format!("sha1:{pairs}"),
            hash + "AAAA",
        ];
        for text in more.iter().chain(&pairs) {
            assert_eq!(text.parse::<Pin>(), Err(NotAPin::Malformed), "{text:?}");
        }
    }

    #[test]
    fn a_fingerprint_of_another_kind_is_told_by_its_name() {
        let pairs = |count| vec!["0F"; count].join(":");
        for (name, count) in [("MD5", 16), ("SHA-1", 20), ("SHA-224", 28), ("SHA-384", 48), ("SHA-512", 64)] {
            let label = name.replace('-', "");
            for text in [
                pairs(count),
                pairs(count).replace(':', ""),
                format!("sha256:{}", pairs(count)),
                format!("{label} Fingerprint={}", pairs(count)),
                format!("{}:{}", label.to_lowercase(), pairs(count)),
            ] {
                assert_eq!(text.parse::<Pin>(), Err(NotAPin::OtherDigest(name)), "{text:?}");
            }
        }
        assert!(pairs(21).parse::<Pin>() == Err(NotAPin::Malformed));
    }
}
