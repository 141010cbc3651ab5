//! Carries out the job `check`: asks a server what it is and offers, one question after the other. A question that fails is
//! a finding; only an upload that would fail is a failure.
//!
//! The temporary file is removed however the questions end (`leftovers.rs`).

mod file;
mod flights;
mod leftovers;
mod probe;
mod recorder;
pub(crate) mod sample;
mod sessions;

use crate::net::destination::Security;
use crate::report::check::{CertificateTrust, CheckReport, DataConnection, Finding, Listing, TlsFindings};
use crate::report::error::UploadError;
use crate::report::server_text::ServerText;
use crate::report::step::{Connection, Step};
use crate::report::summary::{Failure, UploadReport};
use crate::report::tls_problem::TlsProblem;
use crate::request::check::Check;
use crate::request::security::Tls;
use crate::request::trust::Trust;
use crate::run::plan::Plan;
use crate::run::workers::Run;
use crate::sandbox::values::{Form, Listed};

use file::TemporaryFile;
use leftovers::Leftovers;
use probe::Probe;
use sample::Sample;

/// The commands that open a data connection (RFC 959 §4.1.2, RFC 2428), the preferred one first.
const OPENING: [&str; 4] = ["EPSV", "PASV", "EPRT", "PORT"];

/// Carries out `job`; `plan` has the content of the temporary file.
pub(super) fn carry_out(run: &Run<'_>, job: &Check, plan: Plan) -> UploadReport {
    let mut found = CheckReport { read_only: job.read_only, ..CheckReport::default() };
    found.tls.used = Some(match run.destination.security {
        Security::Clear => Tls::Off,
        Security::Explicit(_) => Tls::Explicit,
        Security::Implicit(_) => Tls::Implicit,
    });
    let mut report = UploadReport::default();
    let mut course = Course { probe: Probe::new(run), found: &mut found };
    let ended = course.run(plan.sample.as_ref(), &mut report);
    report.failures.extend(ended.err().map(Failure::of_run));
    report.check = Some(Box::new(found));
    report
}

/// A check that is being carried out.
struct Course<'a, 'b> {
    probe: Probe<'b>,
    found: &'a mut CheckReport,
}

impl Course<'_, '_> {
    /// Asks all questions. `sample` is the content of the temporary file, if the check is not read only.
    ///
    /// # Errors
    /// If an upload would fail, or the run must end.
    fn run(&mut self, sample: Option<&Sample>, report: &mut UploadReport) -> Result<(), UploadError> {
        self.log_in()?;
        self.list()?;
        match sample {
            Some(sample) => self.examine_file(sample, report)?,
            None if self.found.listing.works() => self.found.flights = flights::of_listing(&mut self.probe)?,
            None => {}
        }
        if self.probe.has_session() {
            self.found.connections = sessions::count(&self.probe)?;
        }
        self.probe.quit();
        sessions::find_versions(&self.probe, self.found)
    }

    fn log_in(&mut self) -> Result<(), UploadError> {
        let logged_in = self.probe.log_in();
        let recorder = &self.probe.recorder;
        self.found.greeting = recorder.greeting();
        self.found.address = self.probe.address;
        self.found.features = recorder.features();
        self.learn_tls(logged_in.as_ref().err());
        match &logged_in {
            Ok(()) => (self.found.login, self.found.directory) = (Finding::Works(()), Finding::Works(())),
            Err(error @ UploadError::Refused { step: Step::Login, .. }) => self.found.login = Finding::of_error(error),
            Err(error @ UploadError::Refused { step: Step::Directory | Step::BinaryType, .. }) => {
                (self.found.login, self.found.directory) = (Finding::Works(()), Finding::of_error(error));
            }
            Err(error @ UploadError::Refused { step: Step::Site, .. }) => self.found.login = Finding::of_error(error),
            Err(_) => {}
        }
        logged_in
    }

    /// Notes the parameters of TLS, and the certificate. `error` is the reason why there is no session.
    fn learn_tls(&mut self, error: Option<&UploadError>) {
        let trust = &self.probe.run.request.security.trust;
        let TlsFindings { used, control, certificate, trust: result, is_offered, .. } = &mut self.found.tls;
        *control = self.probe.recorder.control();
        *certificate = self.probe.shown.as_ref().and_then(|shown| shown.parsed()).map(Box::new);
        *result = match (control.is_some(), error) {
            (true, _) if matches!(trust, Trust::Anything) => CertificateTrust::Unchecked,
            (true, _) => CertificateTrust::Trusted,
            (false, Some(UploadError::Tls { connection: Connection::Control, problem })) => match problem {
                TlsProblem::Certificate { why, .. } => CertificateTrust::Refused(why.clone()),
                _ => CertificateTrust::Unknown,
            },
            (false, _) => CertificateTrust::Unknown,
        };
        *is_offered = *used == Some(Tls::Off) && self.found.features.iter().any(offers_tls);
    }

    /// Lists the directory, which needs a data connection.
    fn list(&mut self) -> Result<(), UploadError> {
        let listed = self.probe.ask(|session| session.list(b".", false));
        let opened = self.probe.recorder.first_accepted(&OPENING);
        self.found.tls.data = self.probe.recorder.data();
        let connected = match &listed {
            Ok(_) => true,
            Err(error) => matches!(error, UploadError::Refused { step: Step::Inspection, .. }),
        };
        match (opened, &listed) {
            (Some(command), _) if connected => self.found.data = Finding::Works(DataConnection { command }),
            (_, Err(error)) => self.found.data = Finding::of_error(error),
            (None, Ok(_)) | (Some(_), Ok(_)) => {}
        }
        match listed {
            Err(error) if !connected => Err(error),
            listed => {
                self.found.listing = settle(listed.map(listing_of))?;
                Ok(())
            }
        }
    }

    /// Stores the temporary file, asks about it, and removes it.
    fn examine_file(&mut self, sample: &Sample, report: &mut UploadReport) -> Result<(), UploadError> {
        let mut leftovers = Leftovers::default();
        let examined = TemporaryFile::new(&mut self.probe, sample, &mut leftovers, self.found).examine();
        let removed = leftovers.remove(&mut self.probe);
        self.found.file.remove = removed.finding;
        self.found.file.remains.clone_from(&removed.remains);
        if !removed.remains.is_empty() {
            let error = removed.error.unwrap_or(UploadError::Unknown);
            report.failures.push(Failure { remains: removed.remains, ..Failure::of_run(error) });
        }
        examined
    }
}

/// Turns an answer into a finding.
///
/// # Errors
/// If the run must end, or the fault is ours.
fn settle<T>(answer: Result<T, UploadError>) -> Result<Finding<T>, UploadError> {
    match answer {
        Ok(answer) => Ok(Finding::Works(answer)),
        Err(error @ (UploadError::Interrupted { .. } | UploadError::OutOfTime { .. } | UploadError::Fault(_))) => {
            Err(error)
        }
        Err(error) => Ok(Finding::of_error(&error)),
    }
}

fn listing_of(listed: Listed) -> Listing {
    Listing { entries: listed.entries.len(), by_mlsd: listed.form == Form::Facts }
}

/// Returns true if a line of the reply to FEAT says that the server has TLS after AUTH (RFC 4217 §6).
fn offers_tls(line: &ServerText) -> bool {
    let line = line.0.to_ascii_uppercase();
    line.starts_with(b"AUTH ") && line.windows(3).any(|window| window == b"TLS")
}
