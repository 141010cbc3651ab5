//! The reasons why TLS cannot be set up, sorted by the action that a user can take.
//!
//! `net/tls/diagnosis.rs` derives them from the errors of rustls, which are more and finer.

use std::fmt;
use std::time::Duration;

use crate::request::pin::Pin;

/// Why TLS did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    /// The server's certificate is not accepted.
    Certificate {
        /// What is wrong with it.
        why: CertificateProblem,
        /// The pin with which it would be accepted, if there is one.
        pin: Option<Pin>,
    },
    /// The server speaks only versions of TLS, or ciphers, that are not safe any more.
    TooOld,
    /// The server and this client have no cipher, or no kind of key, in common.
    NothingInCommon,
    /// The server wants a certificate of ours: there is none, or it does not like it.
    ClientCertificate,
    /// The server ended the handshake, with this alert (RFC 8446 §6).
    Alert(String),
    /// What the server sent is not TLS.
    NotTls,
    /// No certificate can be issued for what the server was called.
    NoName,
    /// This platform has no authorities to trust.
    NoRoots,
    /// Anything else, in the words of the TLS library.
    Other(String),
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    /// It has expired, this long ago if that is known.
    Expired(Option<Duration>),
    /// It is not valid yet, or this machine's clock is slow.
    NotValidYet,
    /// It is for other names: these. They are the server's words, hostile until escaped.
    WrongName(Vec<String>),
    /// It names the server only in its subject, where nobody looks any more: as this. Hostile until escaped.
    NameInSubject(String),
    /// None of the authorities that are trusted has issued it.
    UnknownIssuer,
    /// The server has signed it itself, and it is not trusted by itself either.
    SelfSigned,
    /// It is that of an authority, which vouches for servers and is none.
    Authority,
    /// Its key is of RSA and has fewer than 2048 bits: whoever has enough computers can pose as the server.
    ShortKey,
    /// Its key is of a kind that cannot be verified here.
    UnknownKey,
    /// The server does not have its key.
    NotItsKey,
    /// Its key is none of the pinned ones.
    NotPinned,
    /// The data connection has another one than the control connection.
    Changed,
    /// It cannot be judged, or is not for servers; in the words of the TLS library.
    Unfit(String),
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { why, pin: Some(pin) } => write!(f, "the certificate ({pin}) is refused: {why:?}"),
            Self::Certificate { why, pin: None } => write!(f, "the certificate is refused: {why:?}"),
            Self::TooOld => f.write_str("no safe version of TLS"),
            Self::NothingInCommon => f.write_str("no cipher, or no kind of key, in common"),
            Self::ClientCertificate => f.write_str("the server wants a client certificate that it accepts"),
            Self::Alert(alert) => write!(f, "the server ended the handshake: {alert}"),
            Self::NotTls => f.write_str("what the server sent is not TLS"),
            Self::NoName => f.write_str("no certificate can have this name"),
            Self::NoRoots => f.write_str("there are no authorities to trust"),
            Self::Other(what) => f.write_str(what),
        }
    }
}
