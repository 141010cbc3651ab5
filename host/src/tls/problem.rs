//! Why TLS did not come about, sorted by what a person can do about it.
//!
//! Made of rustls's errors, which are more and finer. The words for people are `cli/message.rs`.

use std::fmt;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error, OtherError};

use super::Pin;
use super::judge::{Changed, NotPinned};

/// Why TLS did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    /// The server's certificate is not accepted.
    Certificate {
        /// What is wrong with it.
        why: CertificateProblem,
        /// The pin with which it would be accepted.
        pin: Option<Pin>,
    },
    /// The server speaks only versions of TLS, or ciphers, that are not safe any more.
    TooOld,
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
    /// None of the authorities that are trusted has issued it.
    UnknownIssuer,
    /// Its key is none of the pinned ones.
    NotPinned,
    /// The data connection has another one than the control connection.
    Changed,
    /// It cannot be judged, or is not for servers; in the words of the TLS library.
    Unfit(String),
}

impl TlsProblem {
    pub(super) fn of(error: &Error, pin: Option<Pin>) -> Self {
        match error {
            Error::InvalidCertificate(why) => Self::Certificate { why: CertificateProblem::of(why), pin },
            Error::AlertReceived(alert) => Self::of_alert(*alert),
            Error::PeerIncompatible(_) => Self::TooOld,
            Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => Self::NotTls,
            other => Self::Other(other.to_string()),
        }
    }

    fn of_alert(alert: AlertDescription) -> Self {
        use AlertDescription as Alert;
        match alert {
            Alert::ProtocolVersion | Alert::InsufficientSecurity => Self::TooOld,
            Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied => Self::ClientCertificate,
            other => Self::Alert(format!("{other:?}")),
        }
    }
}

impl CertificateProblem {
    fn of(why: &CertificateError) -> Self {
        match why {
            CertificateError::Expired => Self::Expired(None),
            CertificateError::ExpiredContext { time, not_after } => {
                let ago = time.as_secs().checked_sub(not_after.as_secs());
                Self::Expired(ago.map(Duration::from_secs))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotValidYet,
            CertificateError::NotValidForName => Self::WrongName(Vec::new()),
            CertificateError::NotValidForNameContext { presented, .. } => {
                Self::WrongName(presented.iter().map(|name| bare(name)).collect())
            }
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::Other(OtherError(why)) if why.is::<NotPinned>() => Self::NotPinned,
            CertificateError::Other(OtherError(why)) if why.is::<Changed>() => Self::Changed,
            CertificateError::Other(OtherError(why)) => Self::Unfit(words(&why.to_string())),
            other => Self::Unfit(words(&other.to_string())),
        }
    }
}

/// The TLS library writes names as `DnsName("a.example")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

/// The certificate library names its errors in one word, such as `CaUsedAsEndEntity`.
fn words(name: &str) -> String {
    if name.contains(' ') {
        return name.to_owned();
    }
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { why, pin: Some(pin) } => write!(f, "the certificate ({pin}) is refused: {why:?}"),
            Self::Certificate { why, pin: None } => write!(f, "the certificate is refused: {why:?}"),
            Self::TooOld => f.write_str("no safe protocol version or cipher in common"),
            Self::ClientCertificate => f.write_str("the server wants a client certificate that it accepts"),
            Self::Alert(alert) => write!(f, "the server ended the handshake: {alert}"),
            Self::NotTls => f.write_str("what the server sent is not TLS"),
            Self::NoName => f.write_str("no certificate can have this name"),
            Self::NoRoots => f.write_str("there are no authorities to trust"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_would_be_typed() {
        assert_eq!(bare("DnsName(\"a.example\")"), "a.example");
        assert_eq!(bare("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(bare("a.example"), "a.example");
    }

    #[test]
    fn an_error_in_one_word_is_taken_apart() {
        assert_eq!(words("CaUsedAsEndEntity"), "ca used as end entity");
        assert_eq!(words("what it says"), "what it says");
    }
}
