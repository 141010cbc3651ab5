//! Whether a server's certificate is accepted: by the chain, by a pin, or anyway; and never another one on a data
//! connection than on the control connection.
//!
//! The signatures themselves are rustls's and webpki's work. A resumed session comes without a certificate: it proves
//! that the server is the same. What a refusal means for people is `problem.rs`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::{Pin, TlsProblem, Trust};

/// Judges every certificate that one server shows.
#[derive(Debug)]
pub(super) struct Judge {
    rule: Rule,
    algorithms: WebPkiSupportedAlgorithms,
    /// The certificate that was shown first: that of the control connection.
    first: OnceLock<CertificateDer<'static>>,
}

/// What makes a certificate a good one, with the authorities read.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Chain(Arc<dyn ServerCertVerifier>),
    Pins(Vec<Pin>),
    Anything,
}

/// The certificate's key is none of those that were pinned.
#[derive(Debug)]
pub(super) struct NotPinned;

/// The certificate is another one than before.
#[derive(Debug)]
pub(super) struct Changed;

impl Rule {
    /// The rule for `trust`. The platform's authorities are read here, and never again.
    pub(super) fn of(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Self, TlsProblem> {
        Ok(match trust {
            Trust::Platform => {
                Self::Chain(Arc::new(Verifier::new(Arc::clone(provider)).map_err(|_| TlsProblem::NoRoots)?))
            }
            Trust::Authorities(given) => {
                let builder =
                    WebPkiServerVerifier::builder_with_provider(Arc::clone(&given.0), Arc::clone(provider)).build();
                Self::Chain(builder.map_err(|_| TlsProblem::NoRoots)?)
            }
            Trust::Pins(pins) => Self::Pins(pins.clone()),
            Trust::Anything => Self::Anything,
        })
    }
}

impl Judge {
    pub(super) fn new(rule: Rule, provider: &CryptoProvider) -> Self {
        Self { rule, algorithms: provider.signature_verification_algorithms, first: OnceLock::new() }
    }

    /// The pin of the first certificate that was shown.
    pub(super) fn pin_seen(&self) -> Option<Pin> {
        self.first.get().and_then(Pin::of)
    }

    /// Whoever may be anyone need not prove that the certificate is his.
    fn unless_anyone(&self, valid: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
        match self.rule {
            Rule::Anything => Ok(HandshakeSignatureValid::assertion()),
            Rule::Chain(_) | Rule::Pins(_) => valid,
        }
    }
}

impl ServerCertVerifier for Judge {
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
            Rule::Chain(chain) => chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            Rule::Pins(pins) if Pin::of(end_entity).is_some_and(|pin| pins.contains(&pin)) => {
                Ok(ServerCertVerified::assertion())
            }
            Rule::Pins(_) => Err(verdict(NotPinned)),
            Rule::Anything => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.unless_anyone(verify_tls12_signature(message, certificate, signed, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.unless_anyone(verify_tls13_signature(message, certificate, signed, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn verdict(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key is not the pinned one")
    }
}

impl std::error::Error for NotPinned {}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is another one than that of the control connection")
    }
}

impl std::error::Error for Changed {}
