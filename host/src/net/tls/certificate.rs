//! Reads properties of a certificate for the error about one that is refused. Nothing here decides about trust.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, OtherError};
use webpki::EndEntityCert;
use x509_cert::TbsCertificate;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// `rsaEncryption` (RFC 8017, appendix A.1) in DER.
const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The lower bound for the size in bytes of a SubjectPublicKeyInfo with an RSA key of 2048 bits.
const RSA_2048: usize = 256 + 32;

/// `id-at-commonName` (RFC 5280, appendix A.1) in DER.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// Returns true if the key is an RSA key with fewer than 2048 bits. ring reports every signature of such a key as bad.
pub(super) fn has_short_key(certificate: &CertificateDer<'_>) -> bool {
    let Ok(parsed) = EndEntityCert::try_from(certificate) else { return false };
    let key = parsed.subject_public_key_info();
    key.len() < RSA_2048 && key.windows(RSA.len()).any(|window| window == RSA)
}

/// Returns true if the subject is the issuer.
pub(super) fn is_signed_by_itself(certificate: &CertificateDer<'_>) -> bool {
    EndEntityCert::try_from(certificate).is_ok_and(|parsed| parsed.issuer() == parsed.subject())
}

/// Returns true if webpki refuses the certificate because it is that of an authority, and so not that of a server.
pub(super) fn is_used_as_authority(why: &CertificateError) -> bool {
    let CertificateError::Other(OtherError(why)) = why else { return false };
    matches!(why.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Returns true if webpki finds no authority that has issued the certificate: none has the issuer's name, or the key
/// differs. The certificate's dates are valid then, because webpki checks them first.
pub(super) fn is_unvouched(why: &CertificateError) -> bool {
    #[allow(deprecated, reason = "older names of the same error")]
    match why {
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithm
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => true,
        why => is_used_as_authority(why),
    }
}

/// Returns the first common name of the subject, where old certificates have the server's name (RFC 9525 §2).
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = EndEntityCert::try_from(certificate).ok()?;
    let subject = parsed.subject();
    let at = subject.windows(COMMON_NAME.len()).position(|window| window == COMMON_NAME)?;
    // A string of fewer than 128 bytes (X.690 §8.1.3.4): type, length, text. A longer one is not a server's name.
    let [_, length, text @ ..] = subject.get(at + COMMON_NAME.len()..)? else { return None };
    let text = text.get(..usize::from(*length)).filter(|_| *length < 128)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// Returns the names and addresses of a server in the certificate: those that count (RFC 9525), or else its common name.
pub(super) fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let names = x509_cert::Certificate::from_der(certificate)
        .map(|parsed| alternative_names(parsed.tbs_certificate()))
        .unwrap_or_default();
    if names.is_empty() { common_name(certificate).into_iter().collect() } else { names }
}

/// Returns the names and addresses in the extension for alternative names (RFC 5280 §4.2.1.6), without those that are not
/// of servers, such as addresses of mail.
pub(super) fn alternative_names(body: &TbsCertificate) -> Vec<String> {
    let Ok(Some((_, SubjectAltName(names)))) = body.get_extension() else { return Vec::new() };
    let name = |name: &GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()),
        _ => None,
    };
    names.iter().filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    four.or(sixteen).ok().map(|address| address.to_string())
}

/// Returns the first and the last second in which the certificate is valid, in seconds since 1970.
pub(super) fn validity(certificate: &CertificateDer<'_>) -> Option<(u64, u64)> {
    let parsed = x509_cert::Certificate::from_der(certificate).ok()?;
    let validity = parsed.tbs_certificate().validity();
    let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
    Some((seconds(validity.not_before), seconds(validity.not_after)))
}
