//! The options that suit a server, from the findings about it. Nothing is advised that the check has not seen to work.

use crate::report::check::{CertificateTrust, CheckReport};
use crate::request::pin::Pin;

/// One option for uploads to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// The certificate is not trusted: compare this pin with one from the server's administrator, and use it
    /// ([`Trust::Pins`](crate::Trust::Pins)).
    Pin(Pin),
    /// The server offers TLS, and the check used none ([`Tls::Explicit`](crate::Tls::Explicit)).
    UseTls,
    /// The server accepts so many sessions at the same time, and no more ([`Delivery::jobs`](crate::Delivery::jobs)).
    Jobs(usize),
    /// The server renames files ([`Delivery::atomic`](crate::Delivery::atomic)).
    Atomic,
    /// The server continues files, and can prove that the beginning is right
    /// ([`Delivery::resume`](crate::Delivery::resume)).
    Resume,
    /// The server computes hashes ([`Verify::Hash`](crate::Verify::Hash)).
    VerifyHash,
    /// The server reports sizes, and computes no hashes ([`Verify::Size`](crate::Verify::Size)).
    VerifySize,
    /// The server sets the times of files ([`Delivery::preserve_time`](crate::Delivery::preserve_time)).
    PreserveTime,
}

impl CheckReport {
    /// Returns the options that suit the server, the most important first.
    pub fn advice(&self) -> Vec<Advice> {
        let pin = match (&self.tls.trust, &self.tls.certificate) {
            (CertificateTrust::Refused(_) | CertificateTrust::Unchecked, Some(certificate)) => certificate.pin,
            _ => None,
        };
        let file = &self.file;
        // A temporary name that is derived from the version of the file is a proof, too.
        let resumes = file.resume.works() && (file.hash.works() || file.rename.works());
        let jobs = self.connections.refused.is_some() && self.connections.open > 0;
        let verify = match (file.hash.works(), file.size.works()) {
            (true, _) => Some(Advice::VerifyHash),
            (false, true) => Some(Advice::VerifySize),
            (false, false) => None,
        };
        [
            pin.map(Advice::Pin),
            self.tls.is_offered.then_some(Advice::UseTls),
            jobs.then_some(Advice::Jobs(self.connections.open)),
            file.rename.works().then_some(Advice::Atomic),
            resumes.then_some(Advice::Resume),
            verify,
            file.set_time.works().then_some(Advice::PreserveTime),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::check::{Finding, Problem, Resuming};
    use crate::report::step::Algorithm;

    #[test]
    fn nothing_is_advised_that_was_not_seen_to_work() {
        let mut report = CheckReport::default();
        assert_eq!(report.advice(), []);
        report.file.rename = Finding::Missing;
        report.file.set_time = Finding::Fails(Problem::new("no"));
        assert_eq!(report.advice(), []);
    }

    #[test]
    fn each_ability_has_its_option() {
        let mut report = CheckReport::default();
        report.file.size = Finding::Works(());
        report.file.resume = Finding::Works(Resuming::Append);
        assert_eq!(report.advice(), [Advice::VerifySize]);
        report.file.hash = Finding::Works(Algorithm::Sha256);
        report.file.rename = Finding::Works(());
        report.file.set_time = Finding::Works("MFMT");
        report.connections.open = 2;
        let usual = [Advice::Atomic, Advice::Resume, Advice::VerifyHash, Advice::PreserveTime];
        assert_eq!(report.advice(), usual);
        report.connections.refused = Some(Problem::new("421"));
        report.tls.is_offered = true;
        assert_eq!(report.advice()[..2], [Advice::UseTls, Advice::Jobs(2)]);
    }
}
