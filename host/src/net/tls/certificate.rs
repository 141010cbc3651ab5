//! What a certificate says of itself, for the words about one that is refused. Nothing here decides whether it is trusted.

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, OtherError};
use webpki::EndEntityCert;

/// `rsaEncryption` (RFC 8017, appendix A.1) as DER has it.
const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Bytes of a SubjectPublicKeyInfo that no key of 2048 bits fits into.
const RSA_2048: usize = 256 + 32;

/// `id-at-commonName` (RFC 5280, appendix A.1) as DER has it.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// Whether the key is of RSA and well below the 2048 bits from which on ring verifies: to it, every signature of such a
/// key is bad.
pub(super) fn has_short_key(certificate: &CertificateDer<'_>) -> bool {
    let Ok(parsed) = EndEntityCert::try_from(certificate) else { return false };
    let key = parsed.subject_public_key_info();
    key.len() < RSA_2048 && key.windows(RSA.len()).any(|window| window == RSA)
}

/// Whether it names itself as its issuer.
pub(super) fn is_signed_by_itself(certificate: &CertificateDer<'_>) -> bool {
    EndEntityCert::try_from(certificate).is_ok_and(|parsed| parsed.issuer() == parsed.subject())
}

/// Whether webpki refuses it because it is an authority's, and so no server's.
pub(super) fn is_used_as_authority(why: &CertificateError) -> bool {
    let CertificateError::Other(OtherError(why)) = why else { return false };
    matches!(why.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Whether no authority has issued it as far as webpki can tell: there is none of that name, or it has another key. The
/// certificate's own dates are good then, as webpki looks at them first.
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

/// The first name in the subject, where servers were named before there was a place for it (RFC 9525 §2).
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = EndEntityCert::try_from(certificate).ok()?;
    let subject = parsed.subject();
    let at = subject.windows(COMMON_NAME.len()).position(|window| window == COMMON_NAME)?;
    // A string of fewer than 128 bytes (X.690 §8.1.3.4): its type, its length, its text. Longer ones are no names.
    let [_, length, text @ ..] = subject.get(at + COMMON_NAME.len()..)? else { return None };
    let text = text.get(..usize::from(*length)).filter(|_| *length < 128)?;
    Some(String::from_utf8_lossy(text).into_owned())
}
