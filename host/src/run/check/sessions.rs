//! The questions that need sessions of their own: how many the server accepts at the same time, and TLS 1.2 if it prefers
//! TLS 1.3. There are never more sessions than the request allows.

use crate::net::tls::Versions;
use crate::report::check::{CheckReport, Connections, Finding, Problem};
use crate::report::error::UploadError;
use crate::run::check::probe::Probe;
use crate::sandbox::guest::GuestSession;

/// Opens sessions beside the one of `probe`, up to the limit of the request, and ends them again. The first refusal is the
/// last try: servers lock accounts after some failed logins.
///
/// # Errors
/// If the run must end.
pub(super) fn count(probe: &Probe<'_>) -> Result<Connections, UploadError> {
    let tried = probe.run.request.delivery.jobs.get();
    let mut others = Vec::new();
    let mut refused = None;
    while others.len() + 1 < tried && refused.is_none() {
        let mut other = probe.sibling(probe.versions);
        match other.open(&probe.run.limits) {
            Ok(session) => others.push(session),
            Err(not_opened) => refused = Some(not_opened.error),
        }
    }
    let open = others.len() + 1;
    others.into_iter().for_each(GuestSession::quit);
    match refused {
        Some(error @ (UploadError::Interrupted { .. } | UploadError::OutOfTime { .. })) => Err(error),
        refused => Ok(Connections { open, tried, refused: refused.as_ref().map(Problem::of) }),
    }
}

/// Finds out which versions of TLS the server has. The session of `probe` must have ended.
///
/// # Errors
/// If the run must end.
pub(super) fn find_versions(run: &Probe<'_>, report: &mut CheckReport) -> Result<(), UploadError> {
    match report.tls.control.as_ref().map(|tls| tls.version) {
        None => {}
        Some("TLS 1.3") => {
            report.tls.tls_1_3 = Finding::Works(());
            report.tls.tls_1_2 = older_version(run)?;
        }
        // A server that has TLS 1.3 chooses it: both versions were offered (RFC 8446 §4.2.1).
        Some(_) => {
            report.tls.tls_1_2 = Finding::Works(());
            report.tls.tls_1_3 = Finding::Missing;
        }
    }
    Ok(())
}

fn older_version(probe: &Probe<'_>) -> Result<Finding<()>, UploadError> {
    let mut other = probe.sibling(Versions::Tls12);
    match other.open(&probe.run.limits) {
        Ok(session) => {
            session.quit();
            Ok(Finding::Works(()))
        }
        Err(not_opened) => match not_opened.error {
            error @ (UploadError::Interrupted { .. } | UploadError::OutOfTime { .. }) => Err(error),
            _ if other.recorder.control().is_some() => Ok(Finding::Works(())),
            UploadError::Tls { .. } => Ok(Finding::Missing),
            error => Ok(Finding::of_error(&error)),
        },
    }
}
