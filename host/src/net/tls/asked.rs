//! Certificates that no chain justifies, and the caller's decisions about them. A decision holds for all connections of a
//! run: nobody is asked twice about one key.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::ServerCertVerified;
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error};

use crate::net::tls::certificate::{
    has_short_key, is_signed_by_itself, is_unvouched, is_used_as_authority, names, validity,
};
use crate::request::pin::Pin;
use crate::request::trust::{AskTrust, UntrustedCertificate};

/// The caller, and its decisions.
#[derive(Debug)]
pub(super) struct Asked {
    ask: Arc<dyn AskTrust>,
    decisions: Mutex<Vec<(Pin, bool)>>,
}

impl Asked {
    pub(super) fn new(ask: Arc<dyn AskTrust>) -> Self {
        Self { ask, decisions: Mutex::default() }
    }

    /// Accepts `certificate` if the caller trusts its key, although a chain has failed with `error`.
    ///
    /// # Errors
    /// `error`, if the caller does not trust the key, or if it cannot be pinned: others could forge its signatures.
    pub(super) fn accepts(&self, certificate: &CertificateDer<'_>, error: Error) -> Result<ServerCertVerified, Error> {
        let is_about_it = matches!(error, Error::InvalidCertificate(_));
        let pin = Pin::of(certificate).filter(|_| is_about_it && !has_short_key(certificate));
        match pin {
            Some(pin) if self.decision(pin, certificate, &error) => Ok(ServerCertVerified::assertion()),
            _ => Err(error),
        }
    }

    /// Returns the decision about the key. A second connection waits here while the caller is asked for the first one.
    fn decision(&self, pin: Pin, certificate: &CertificateDer<'_>, error: &Error) -> bool {
        let mut decisions = self.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, decision)) = decisions.iter().find(|(key, _)| *key == pin) {
            return *decision;
        }
        let shown = UntrustedCertificate {
            reason: reason(certificate, error),
            names: names(certificate),
            validity: validity(certificate),
            pin,
        };
        let decision = self.ask.accepts(&shown);
        decisions.push((pin, decision));
        decision
    }
}

/// Returns the reason why the certificate is not trusted, in words.
fn reason(certificate: &CertificateDer<'_>, error: &Error) -> String {
    let Error::InvalidCertificate(why) = error else { return error.to_string() };
    let is_own = is_signed_by_itself(certificate);
    match why {
        _ if is_own && (is_unvouched(why) || is_used_as_authority(why)) => "it is self-signed".to_owned(),
        _ if is_unvouched(why) => "its issuer is not trusted here".to_owned(),
        _ if is_used_as_authority(why) => "it belongs to an authority".to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records the questions, and always answers the same.
    #[derive(Debug)]
    struct Person(bool, Mutex<Vec<UntrustedCertificate>>);

    impl AskTrust for Person {
        fn accepts(&self, certificate: &UntrustedCertificate) -> bool {
            self.1.lock().unwrap().push(certificate.clone());
            self.0
        }
    }

    fn certificate() -> CertificateDer<'static> {
        rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap().cert.der().clone()
    }

    #[test]
    fn a_decision_about_a_key_is_asked_for_once() {
        for answer in [true, false] {
            let person = Arc::new(Person(answer, Mutex::default()));
            let asked = Asked::new(Arc::clone(&person) as Arc<_>);
            let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
            let (one, other) = (certificate(), certificate());
            for certificate in [&one, &one, &other] {
                assert_eq!(asked.accepts(certificate, unknown()).is_ok(), answer);
            }
            let questions = person.1.lock().unwrap();
            assert_eq!(questions.len(), 2);
            assert_eq!(questions[0].names, ["a.example"]);
            assert_eq!(Some(questions[0].pin), Pin::of(&one));
        }
    }

    #[test]
    fn nobody_is_asked_about_an_error_that_is_not_about_the_certificate() {
        let person = Arc::new(Person(true, Mutex::default()));
        let asked = Asked::new(Arc::clone(&person) as Arc<_>);
        assert!(asked.accepts(&certificate(), Error::DecryptError).is_err());
        let bytes = CertificateDer::from(&b"no certificate"[..]);
        assert!(asked.accepts(&bytes, Error::InvalidCertificate(CertificateError::BadEncoding)).is_err());
        assert!(person.1.lock().unwrap().is_empty());
    }
}
