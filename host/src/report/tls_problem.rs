//! The reasons why TLS cannot be set up, sorted by the action that a user can take.
//!
//! `net/tls/diagnosis.rs` derives them from the more detailed errors of rustls.

use std::fmt;
use std::time::Duration;

use crate::request::pin::Pin;

/// The reason why TLS could not be set up on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    /// The server's certificate is not accepted.
    Certificate {
        /// The reason.
        why: CertificateProblem,
        /// The pin that would accept the certificate, or `None` if its key cannot be used.
        pin: Option<Pin>,
    },
    /// The server offers only versions of TLS before 1.2, or only cipher suites that are not secure.
    TooOld,
    /// The server and this client have no cipher suite, key exchange group or signature scheme in common.
    NothingInCommon,
    /// The server requires a client certificate, and none is set or the server does not accept it
    /// ([`Security::identity`](crate::Security::identity)).
    ClientCertificate,
    /// The server ended the handshake with this alert (RFC 8446 §6).
    Alert(String),
    /// The server's answer is not TLS.
    NotTls,
    /// The name of the server is not a valid name for a certificate.
    NoName,
    /// This platform has no trusted authorities, or the library was built without the feature `platform-verifier`.
    NoRoots,
    /// Another problem, as the TLS library describes it.
    Other(String),
}

/// The reason why a server's certificate is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    /// The certificate has expired. The duration is the time since then, if it is known.
    Expired(Option<Duration>),
    /// The certificate is not valid yet, or this machine's clock is slow.
    NotValidYet,
    /// The certificate is for these names, and not for the server's. The names are untrusted text: escape them.
    WrongName(Vec<String>),
    /// The certificate has a name only in its subject, which clients ignore (RFC 9525): this one. The name is untrusted
    /// text: escape it.
    NameInSubject(String),
    /// No trusted authority has issued the certificate.
    UnknownIssuer,
    /// The certificate is self-signed, and is not trusted itself.
    SelfSigned,
    /// The certificate is that of an authority, which must not be used by a server.
    Authority,
    /// The certificate's key is an RSA key with fewer than 2048 bits, which an attacker may be able to break.
    ShortKey,
    /// Signatures of the certificate's type of key cannot be verified here.
    UnknownKey,
    /// The server could not prove that it has the certificate's private key.
    NotItsKey,
    /// The certificate's key has none of the pins.
    NotPinned,
    /// The certificate's key has none of the pins, but one of the pins is the SHA-256 fingerprint of the certificate
    /// itself. The pin of its key in [`TlsProblem::Certificate`] is as trustworthy as that fingerprint.
    PinnedFingerprint,
    /// The certificate on the data connection differs from the one on the control connection.
    Changed,
    /// The certificate cannot be parsed or verified, or is not for servers; as the TLS library describes it.
    Unfit(String),
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { why, pin: Some(pin) } => write!(f, "the certificate ({pin}) is refused: {why:?}"),
            Self::Certificate { why, pin: None } => write!(f, "the certificate is refused: {why:?}"),
            Self::TooOld => f.write_str("the server offers no secure version of TLS"),
            Self::NothingInCommon => {
                f.write_str("the server and this client have no cipher suite or key type in common")
            }
            Self::ClientCertificate => f.write_str("the server requires a client certificate that it accepts"),
            Self::Alert(alert) => write!(f, "the server ended the handshake: {alert}"),
            Self::NotTls => f.write_str("the server's answer is not TLS"),
            Self::NoName => f.write_str("the name of the server is not valid in a certificate"),
            Self::NoRoots => f.write_str("this platform has no trusted authorities"),
            Self::Other(description) => f.write_str(description),
        }
    }
}
