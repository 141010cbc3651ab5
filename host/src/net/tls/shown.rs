//! The certificate that a server shows, for a report: also one that is refused. Nothing here decides about trust.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode as _;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::net::tls::TlsClient;
use crate::net::tls::certificate::{alternative_names, has_short_key};
use crate::net::tls::pinning_verifier::PinningVerifier;
use crate::report::check::Certificate;
use crate::request::pin::Pin;

/// The most names that are reported. A certificate with more would fill the report.
const MAX_NAMES: usize = 100;

/// A view of the certificate on a control connection, which lasts longer than the connection.
pub(crate) struct ShownCertificate(Arc<PinningVerifier>);

impl TlsClient {
    /// Returns a view of the certificate that the server will show.
    pub(crate) fn shown(&self) -> ShownCertificate {
        ShownCertificate(Arc::clone(&self.verifier))
    }
}

impl ShownCertificate {
    /// Returns the certificate; `None` if the server has shown none, or if it cannot be parsed.
    pub(crate) fn parsed(&self) -> Option<Certificate> {
        parse(self.0.first_seen()?)
    }
}

fn parse(der: &CertificateDer<'_>) -> Option<Certificate> {
    let parsed = x509_cert::Certificate::from_der(der).ok()?;
    let body = parsed.tbs_certificate();
    let validity = body.validity();
    Some(Certificate {
        subject: body.subject().to_string(),
        issuer: body.issuer().to_string(),
        self_signed: body.subject() == body.issuer(),
        names: alternative_names(body).into_iter().take(MAX_NAMES).collect(),
        not_before: validity.not_before.to_unix_duration().as_secs(),
        not_after: validity.not_after.to_unix_duration().as_secs(),
        key: key(body.subject_public_key_info()),
        pin: Pin::of(der).filter(|_| !has_short_key(der)),
    })
}

/// Returns the type of the key, by the object identifiers of RFC 3279, RFC 5480 and RFC 8410.
fn key(key: &SubjectPublicKeyInfoOwned) -> String {
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as().ok());
    let curve = curve.map(|curve: x509_cert::der::asn1::ObjectIdentifier| curve.to_string());
    match (key.algorithm.oid.to_string().as_str(), curve.as_deref()) {
        ("1.2.840.113549.1.1.1", _) => match modulus(key) {
            Some(bits) => format!("RSA, {bits} bits"),
            None => "RSA".to_owned(),
        },
        ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => "ECDSA, P-256".to_owned(),
        ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => "ECDSA, P-384".to_owned(),
        ("1.2.840.10045.2.1", Some("1.3.132.0.35")) => "ECDSA, P-521".to_owned(),
        ("1.2.840.10045.2.1", _) => "ECDSA".to_owned(),
        ("1.3.101.112", _) => "Ed25519".to_owned(),
        (other, _) => format!("of type {other}"),
    }
}

/// Returns the number of bits of the modulus of an RSA key (RFC 8017, appendix A.1.1), which is its first integer.
fn modulus(key: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    use x509_cert::der::asn1::AnyRef;
    use x509_cert::der::{Header, Reader, SliceReader};

    let mut reader = SliceReader::new(key.subject_public_key.as_bytes()?).ok()?;
    Header::decode(&mut reader).ok()?;
    let modulus = AnyRef::decode(&mut reader).ok()?;
    let _ = reader.remaining_len();
    let bytes = modulus.value();
    let first = bytes.iter().position(|&byte| byte != 0)?;
    Some((bytes.len() - first) * 8 - usize::try_from(bytes[first].leading_zeros()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(names: &[&str]) -> Certificate {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        parse(made.cert.der()).unwrap()
    }

    #[test]
    fn names_addresses_and_the_key_are_read() {
        let certificate = shown(&["a.example", "127.0.0.1", "::1"]);
        assert_eq!(certificate.names, ["a.example", "127.0.0.1", "::1"]);
        assert_eq!(certificate.key, "ECDSA, P-256");
        assert!(certificate.self_signed && certificate.pin.is_some());
        assert!(certificate.not_before < certificate.not_after);
    }

    #[test]
    fn other_bytes_are_no_certificate() {
        for bytes in [&b""[..], b"\x30", b"\x30\x82\xff\xff", &[0; 1000]] {
            assert_eq!(parse(&CertificateDer::from(bytes)), None);
        }
        let made = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
        let whole = made.cert.der().to_vec();
        for end in 0..whole.len() {
            assert_eq!(parse(&CertificateDer::from(&whole[..end])), None, "{end}");
        }
        // A changed byte may leave it a certificate, but never panics.
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            let _ = parse(&CertificateDer::from(changed));
        }
    }

    #[test]
    fn the_bits_of_an_rsa_key_are_counted_without_leading_zeros() {
        let certificate = |pem: &str| {
            use rustls::pki_types::pem::PemObject;
            parse(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap()
        };
        let short = certificate(crate::net::tls::pinning_verifier::tests::SHORT);
        assert_eq!((short.key.as_str(), short.pin), ("RSA, 1024 bits", None));
        let long = certificate(crate::net::tls::pinning_verifier::tests::LONG);
        assert_eq!((long.key.as_str(), long.pin.is_some(), long.subject.as_str()), ("RSA, 2048 bits", true, "CN=o"));
    }
}
