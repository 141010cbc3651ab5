//! Accepts or refuses a server's certificate: by its chain, by a pin, or without a check; and refuses a data connection
//! whose certificate differs from that of the control connection.
//!
//! rustls and webpki verify the signatures, for every kind of trust. A resumed session has no certificate: that it can
//! be resumed proves that the server is the same.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use crate::net::tls::asked::Asked;
use crate::net::tls::certificate::{has_short_key, is_unvouched};
use crate::report::tls_problem::TlsProblem;
use crate::request::pin::Pin;
use crate::request::trust::Trust;

/// Verifies the certificates of one server.
#[derive(Debug)]
pub(super) struct PinningVerifier {
    rule: Rule,
    /// Decides about certificates that a chain does not justify.
    asked: Option<Arc<Asked>>,
    algorithms: WebPkiSupportedAlgorithms,
    /// The first certificate: that of the control connection.
    first: OnceLock<CertificateDer<'static>>,
}

/// The rule for accepting a certificate, with the authorities in memory.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Chain {
        authorities: Arc<dyn ServerCertVerifier>,
        /// Certificates that are trusted as a server's own, although no authority has issued them.
        given: Arc<[CertificateDer<'static>]>,
    },
    Pins(Vec<Pin>),
    Anything,
}

/// The certificate's key is not pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotPinned {
    /// One of the pins is the fingerprint of this certificate, which users take for the hash of its key.
    Fingerprint,
    /// The pins have nothing to do with this certificate.
    Other,
}

/// The certificate differs from the first one.
#[derive(Debug)]
pub(super) struct Changed;

/// The signature of the handshake does not prove that the server has the certificate's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unproved {
    /// The signature was made with another key.
    Other,
    /// The key is an RSA key that is too short to be safe.
    Short,
    /// Signatures of this kind of key cannot be verified.
    Unknown,
}

impl Rule {
    /// Returns the rule for `trust`. The platform's authorities are read here, and not again later.
    pub(super) fn of(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Self, TlsProblem> {
        Ok(match trust {
            Trust::Platform => Self::Chain { authorities: of_platform(provider)?, given: Arc::default() },
            Trust::Authorities(given) => {
                let roots = Arc::clone(&given.roots);
                let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
                let authorities = verifier.map_err(|_| TlsProblem::NoRoots)?;
                Self::Chain { authorities, given: Arc::clone(&given.certificates) }
            }
            Trust::Pins(pins) => Self::Pins(pins.clone()),
            Trust::Anything => Self::Anything,
        })
    }
}

/// Reads the authorities of the platform.
#[cfg(feature = "platform-verifier")]
fn of_platform(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsProblem> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(provider)) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(_) => Err(TlsProblem::NoRoots),
    }
}

#[cfg(not(feature = "platform-verifier"))]
fn of_platform(_provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsProblem> {
    Err(TlsProblem::NoRoots)
}

impl PinningVerifier {
    pub(super) fn new(rule: Rule, asked: Option<Arc<Asked>>, provider: &CryptoProvider) -> Self {
        Self { rule, asked, algorithms: provider.signature_verification_algorithms, first: OnceLock::new() }
    }

    /// Returns the first certificate.
    pub(super) fn first_seen(&self) -> Option<&CertificateDer<'static>> {
        self.first.get()
    }

    /// With [`Rule::Anything`] the chain is not checked, but the handshake signature still is, unless it cannot be
    /// verified: nobody can replay the control connection's certificate on a data connection.
    fn check_signature(
        &self,
        certificate: &CertificateDer<'_>,
        valid: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match (&self.rule, valid) {
            (Rule::Anything, Err(error)) if !is_forged(certificate, &error) => Ok(HandshakeSignatureValid::assertion()),
            (Rule::Anything | Rule::Chain { .. } | Rule::Pins(_), valid) => {
                valid.map_err(|error| unproved(certificate, error))
            }
        }
    }
}

impl ServerCertVerifier for PinningVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.first.get_or_init(|| end_entity.clone().into_owned()) != end_entity {
            return Err(verdict(Changed));
        }
        match &self.rule {
            Rule::Chain { authorities, given } => authorities
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .or_else(|error| if_given(given, end_entity, server_name, error))
                .or_else(|error| match &self.asked {
                    Some(asked) => asked.accepts(end_entity, error),
                    None => Err(error),
                }),
            Rule::Pins(pins) if Pin::of(end_entity).is_some_and(|pin| pins.contains(&pin)) => {
                Ok(ServerCertVerified::assertion())
            }
            Rule::Pins(pins) if pins.iter().any(|pin| pin.is_fingerprint_of(end_entity)) => {
                Err(verdict(NotPinned::Fingerprint))
            }
            Rule::Pins(_) => Err(verdict(NotPinned::Other)),
            Rule::Anything => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(certificate, verify_tls12_signature(message, certificate, signed, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(certificate, verify_tls13_signature(message, certificate, signed, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Accepts a certificate that no authority has issued if the user has given this certificate itself.
fn if_given(
    given: &[CertificateDer<'_>],
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
    error: Error,
) -> Result<ServerCertVerified, Error> {
    let unvouched = matches!(&error, Error::InvalidCertificate(why) if is_unvouched(why));
    if !unvouched || !given.contains(certificate) {
        return Err(error);
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
    Ok(ServerCertVerified::assertion())
}

/// Returns the reason why the signature of a handshake proves nothing. Other errors are returned unchanged.
fn unproved(certificate: &CertificateDer<'_>, error: Error) -> Error {
    match error {
        Error::InvalidCertificate(_) if has_short_key(certificate) => verdict(Unproved::Short),
        Error::InvalidCertificate(CertificateError::BadSignature) => verdict(Unproved::Other),
        Error::InvalidCertificate(_) => verdict(Unproved::Unknown),
        error => error,
    }
}

/// Returns true if a signature was made with another key. Returns false if the provider cannot verify it: old devices
/// have certificates of version 1, on other curves, or with short keys.
fn is_forged(certificate: &CertificateDer<'_>, error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::BadSignature)) && !has_short_key(certificate)
}

fn verdict(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fingerprint => "the pin is the hash of the certificate, and not of its key",
            Self::Other => "the key is not the pinned one",
        })
    }
}

impl std::error::Error for NotPinned {}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate differs from that of the control connection")
    }
}

impl std::error::Error for Changed {}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Other => "the server does not have the certificate's key",
            Self::Short => "the key is too short",
            Self::Unknown => "the key is of an unknown kind",
        })
    }
}

impl std::error::Error for Unproved {}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    /// Made by `openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=old`; `LONG` with 2048 bits.
    pub(in crate::net::tls) const SHORT: &str = "\
-----BEGIN CERTIFICATE-----
MIIB+DCCAWGgAwIBAgIUL8piw5AsQiBOP7YKJrnZMv4By0MwDQYJKoZIhvcNAQEL
BQAwDjEMMAoGA1UEAwwDb2xkMB4XDTI2MTEyMjIyNDAyNFoXDTM2MTExOTIyNDAy
NFowDjEMMAoGA1UEAwwDb2xkMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC8
GRW8IHDFTbYKuwsjwhDjxXS4itkKdcewDHGAvli5E+tBSTAT9mp5t/SKFJUABFLo
1uBMOIZn+WfkjafJsldnFrjJBQtln15QYluVyU8+qGjh3JQ9kUYyXEgxRQD1bqSc
fJqtpj247rmiAbrUTYc7ZEyiS41nMngej3VG8MKfDwIDAQABo1MwUTAdBgNVHQ4E
FgQUxAH2CjiRYbfwKvlSHqae2Drwpi8wHwYDVR0jBBgwFoAUxAH2CjiRYbfwKvlS
Hqae2Drwpi8wDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOBgQCy4T7H
5wpmCZ2VACQyLrszxHcMy5t1Uw6N0DhKSCgZ8rbDC6H+8GuhTeOskeXXuW3M6bLj
KurVMay18JcxoP/n4MzDb8Sh5sTgm74mi9ZLVtfcFxxGE/zn5geEG5Kky4vMSBos
YekiDUolFJ8h1MXvS+iU3F58WToJTJXCVqkDBQ==
-----END CERTIFICATE-----";
    pub(in crate::net::tls) const LONG: &str = "\
-----BEGIN CERTIFICATE-----
MIIC+TCCAeGgAwIBAgIUIdWm0GVslY1OKS2u9nf8Wa2xyakwDQYJKoZIhvcNAQEL
BQAwDDEKMAgGA1UEAwwBbzAeFw0yNjExMjIyMjQwMjRaFw0yNjEyMjIyMjQwMjRa
MAwxCjAIBgNVBAMMAW8wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC2
crHtx6tl/fe5Mz79hxSfz90Yz2MUyx6kd+6u949LSXlWAjrY6xmKsa26cKPgRUEp
ynO6w3atoIP09luDIX1W+1yff1k6o0BxtM+g3EyMVfcTkoSAhPpvwekPGYwL2zfo
XjZyELOufov4lan0WcRuWVSeA1wuhlea6WGc7z5iazu9qzWASHCeoS+Khc9peXvG
mgJN2GyRBkeaDFJaQ79ppfCGx0I+cXNJ96CxMHPZIX1/Ov/D6B6MehbjWt+MR+75
kOxNvZ+ObeJi0TaHKKSveLa9gLN2F/a9PCzsEByE6z+4iz8LMVudciDkrS+T3d6R
eGiQcTa/EWFYy8Kz+HehAgMBAAGjUzBRMB0GA1UdDgQWBBRx1jWhjpTHWRIRSJji
u+YvgB02mjAfBgNVHSMEGDAWgBRx1jWhjpTHWRIRSJjiu+YvgB02mjAPBgNVHRMB
Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQAouKxklW4Yep7O9csn8c0O6Nkq
Xfl4YIb5b8bXr5URUjDj2/estxaqde3OR0jVWa1RylZRmLlREfQrbd5h8BHMIhm2
jLv5pfuxz4QMlg7sLOz47DaAljpg42169Hhj0pXbqQt82FDdDQRvkylk0O6g5Bqj
PontMASWi5nOBm1muo6b1Xnz0q/TVnhZOMY6QTjSOstfJRcapxTMZD+yWh3udjOb
CmOaSOj9MSUSicTMz8t5S9JmIF5cw/yk6K4LVdZB+acxpKsfzmgmzPr1aVl958zk
QYEpy5RkqKH6TaZo218KO9zfliqxht+AEqEyAVdswOTuvkKEryN2XkXLiNvL
-----END CERTIFICATE-----";

    #[test]
    fn only_signatures_of_short_rsa_keys_cannot_be_judged() {
        let bad = Error::InvalidCertificate(CertificateError::BadSignature);
        let unread = Error::InvalidCertificate(CertificateError::BadEncoding);
        let on_a_curve = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap().cert.pem();
        for (pem, forged) in [(SHORT, false), (&on_a_curve, true), (LONG, true)] {
            let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
            assert_eq!(is_forged(&certificate, &bad), forged, "{pem}");
            assert!(!is_forged(&certificate, &unread), "{pem}");
        }
    }
}
