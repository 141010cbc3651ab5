//! Why TLS did not come about, sorted by what a person can do about it.
//!
//! Made of rustls's errors, which are more and finer. The words for people are `cli/message.rs`.

use std::fmt;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateError, Error, OtherError, PeerIncompatible};

use super::Pin;
use super::judge::{Changed, NotPinned, Unproved};
use super::shown::{common_name, has_short_key, is_signed_by_itself, is_unvouched, is_used_as_authority};

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

impl TlsProblem {
    /// What `error` means, when the server has shown `certificate` before.
    pub(super) fn of(error: &Error, certificate: Option<&CertificateDer<'_>>) -> Self {
        match error {
            Error::InvalidCertificate(why) => Self::of_certificate(why, certificate),
            // Before its certificate: the server has found nothing to choose from in what it was offered.
            Error::AlertReceived(AlertDescription::HandshakeFailure) if certificate.is_none() => Self::NothingInCommon,
            Error::AlertReceived(alert) => Self::of_alert(*alert),
            Error::PeerIncompatible(
                PeerIncompatible::NoCipherSuitesInCommon
                | PeerIncompatible::NoKxGroupsInCommon
                | PeerIncompatible::NoSignatureSchemesInCommon,
            ) => Self::NothingInCommon,
            Error::PeerIncompatible(_) => Self::TooOld,
            Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => Self::NotTls,
            other => Self::Other(other.to_string()),
        }
    }

    fn of_certificate(why: &CertificateError, certificate: Option<&CertificateDer<'_>>) -> Self {
        let why = CertificateProblem::of(why, certificate);
        let hopeless = matches!(
            why,
            CertificateProblem::ShortKey | CertificateProblem::UnknownKey | CertificateProblem::NotItsKey
        ) || certificate.is_some_and(has_short_key);
        Self::Certificate { why, pin: certificate.filter(|_| !hopeless).and_then(Pin::of) }
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
    fn of(why: &CertificateError, certificate: Option<&CertificateDer<'_>>) -> Self {
        let signed_by_itself = certificate.is_some_and(is_signed_by_itself);
        match why {
            CertificateError::Other(OtherError(why)) if why.is::<NotPinned>() => Self::NotPinned,
            CertificateError::Other(OtherError(why)) if why.is::<Changed>() => Self::Changed,
            // Whatever else is wrong with it, a certificate with another key has to be had first.
            _ if certificate.is_some_and(has_short_key) => Self::ShortKey,
            CertificateError::Other(OtherError(why)) if let Some(unproved) = why.downcast_ref() => match unproved {
                Unproved::Other => Self::NotItsKey,
                Unproved::Short => Self::ShortKey,
                Unproved::Unknown => Self::UnknownKey,
            },
            why if is_unvouched(why) && signed_by_itself => Self::SelfSigned,
            why if is_used_as_authority(why) => Self::Authority,
            why if is_unvouched(why) => Self::UnknownIssuer,
            CertificateError::Expired => Self::Expired(None),
            CertificateError::ExpiredContext { time, not_after } => {
                let ago = time.as_secs().checked_sub(not_after.as_secs());
                Self::Expired(ago.map(Duration::from_secs))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotValidYet,
            CertificateError::NotValidForName => Self::WrongName(Vec::new()),
            CertificateError::NotValidForNameContext { presented, .. } => {
                let subject = certificate.filter(|_| presented.is_empty()).and_then(common_name);
                let names = || Self::WrongName(presented.iter().map(|name| bare(name)).collect());
                subject.map_or_else(names, Self::NameInSubject)
            }
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
