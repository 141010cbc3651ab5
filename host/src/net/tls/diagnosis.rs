//! Derives a [`TlsProblem`] from an error of rustls and the certificate that the server has sent.

use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateError, Error, OtherError, PeerIncompatible};

use crate::net::tls::certificate::{
    common_name, has_short_key, is_signed_by_itself, is_unvouched, is_used_as_authority,
};
use crate::net::tls::pinning_verifier::{Changed, NotPinned, Unproved};
use crate::report::tls_problem::{CertificateProblem, TlsProblem};
use crate::request::pin::Pin;

impl TlsProblem {
    /// Returns the problem for `error`. `certificate` is the server's, if it has sent one.
    pub(super) fn of(error: &Error, certificate: Option<&CertificateDer<'_>>) -> Self {
        match error {
            Error::InvalidCertificate(why) => Self::of_certificate(why, certificate),
            // Before the server has sent its certificate: it supports none of the offered algorithms.
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
        let pin_cannot_help = matches!(
            why,
            CertificateProblem::ShortKey | CertificateProblem::UnknownKey | CertificateProblem::NotItsKey
        ) || certificate.is_some_and(has_short_key);
        Self::Certificate { why, pin: certificate.filter(|_| !pin_cannot_help).and_then(Pin::of) }
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
            CertificateError::Other(OtherError(why)) if let Some(not_pinned) = why.downcast_ref() => match not_pinned {
                NotPinned::Fingerprint => Self::PinnedFingerprint,
                NotPinned::Other => Self::NotPinned,
            },
            CertificateError::Other(OtherError(why)) if why.is::<Changed>() => Self::Changed,
            // Whatever else is wrong with it, the server first needs a certificate with another key.
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

/// Returns the name itself: rustls formats names as `DnsName("a.example")` and `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

/// Splits the name of an error of webpki, such as `CaUsedAsEndEntity`, into words.
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
    fn an_error_in_one_word_is_split_into_words() {
        assert_eq!(words("CaUsedAsEndEntity"), "ca used as end entity");
        assert_eq!(words("several words"), "several words");
    }
}
