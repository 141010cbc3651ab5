//! The certificate of a server, as a check shows it. `net/tls/shown.rs` parses it.

use crate::report::tls_problem::CertificateProblem;
use crate::request::pin::Pin;

/// The certificate of a server. Nothing in it is proved before it is trusted; its texts may be hostile: escape them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate {
    /// The subject, in the form of RFC 4514.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// True if the subject is the issuer.
    pub self_signed: bool,
    /// The names and the addresses for which it is valid (RFC 5280 §4.2.1.6).
    pub names: Vec<String>,
    /// The time from which it is valid, in seconds since 1970.
    pub not_before: u64,
    /// The last second in which it is valid, in seconds since 1970.
    pub not_after: u64,
    /// The key: its type, and its size in bits where it can vary.
    pub key: String,
    /// The pin of the key; `None` if the key cannot be used, so that no pin would help.
    pub pin: Option<Pin>,
}

impl Certificate {
    /// Returns the number of whole days from `now`, in seconds since 1970, to the end of the certificate; negative if it
    /// has expired.
    pub fn days_left(&self, now: u64) -> i64 {
        let seconds = i128::from(self.not_after) - i128::from(now);
        i64::try_from(seconds.div_euclid(86_400)).unwrap_or(i64::MAX)
    }
}

/// The result of checking a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CertificateTrust {
    /// There was no certificate to check.
    #[default]
    Unknown,
    /// It is trusted, by its chain or by a pin.
    Trusted,
    /// Every certificate is accepted ([`Trust::Anything`](crate::Trust::Anything)).
    Unchecked,
    /// It is refused, for this reason. The password was not sent.
    Refused(CertificateProblem),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_down_and_below_zero() {
        let certificate = Certificate {
            subject: String::new(),
            issuer: String::new(),
            self_signed: true,
            names: Vec::new(),
            not_before: 0,
            not_after: 10 * 86_400,
            key: String::new(),
            pin: None,
        };
        for (now, days) in [(0, 10), (86_400 * 9 + 1, 0), (864_000, 0), (864_001, -1), (u64::MAX, i64::MIN)] {
            let found = certificate.days_left(now);
            assert!(found == days || now == u64::MAX && found < -1_000_000, "{now}: {found}");
        }
    }
}
