//! The manifest on the server: read before the plan is made, and written as the run goes on. It is written under a
//! temporary name and renamed, so that a run that is killed leaves the old one or the new one.

use std::path::PathBuf;
use std::sync::Arc;

use ftp_plan::manifest::{MAX_BYTES, Manifest};

use crate::files::local_file::LocalFile;
use crate::files::run_state::Scratch;
use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::step::Step;
use crate::report::summary::{Failure, UploadReport};
use crate::report::sync::SyncNote;
use crate::run::plan::{FileTask, Plan};
use crate::run::sync::context::Context;
use crate::run::sync::storing::staged_of;
use crate::run::sync::switch::{self, Switched};
use crate::run::temporary_name::Naming;
use crate::run::worker::Worker;

/// Reads the manifest. A manifest that is not there, or cannot be used, is none; the reason is a note unless it is not
/// there.
///
/// # Errors
/// If there is no session any more.
pub(super) fn fetch(
    context: &Context<'_>,
    worker: &mut Worker<'_>,
    notes: &mut Vec<SyncNote>,
) -> Result<Option<Manifest>, UploadError> {
    let Some(path) = &context.manifest else { return Ok(None) };
    let fetched = worker.persist(|session, _| session.fetch(path.as_bytes(), MAX_BYTES));
    let bytes = match fetched {
        Ok(bytes) => bytes,
        // RFC 959: 550 is no such file, or no access to it. Both mean that there is no manifest to trust.
        Err(UploadError::Refused { step: Step::Inspection, code: 550 | 553, .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    match Manifest::parse(&bytes, &context.target) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(why) => {
            notes.push(SyncNote::ManifestUnusable(why));
            Ok(None)
        }
    }
}

/// Writes the manifest.
///
/// # Errors
/// The failure, which the observer was told: the server has the old manifest, or none.
pub(super) fn store(context: &Context<'_>, scratch: &Scratch, manifest: &Manifest) -> Result<(), Box<Failure>> {
    let Some(path) = &context.manifest else { return Ok(()) };
    let shown = PathBuf::from("the manifest");
    let told = |failure: Failure| {
        context.run.observer.event(&Event::Failed(&failure));
        Box::new(failure)
    };
    let source = scratch.source(|write| manifest.write(write), shown).map_err(Failure::of_run).map_err(told)?;
    let store_once = || {
        let local = LocalFile::Open(Arc::clone(&source));
        let task = FileTask { local, remote: path.as_bytes().into(), naming: Naming::OfRun };
        let mut report = context.run.store(Plan { files: vec![task], ..Plan::default() });
        // The observer was told of this failure.
        report.failures.pop().map_or_else(|| Ok(switch(context, report)), |failure| Err(Box::new(failure)))
    };
    match store_once()? {
        // After a lost connection it is not known if it has its name. A second one settles that.
        Some(Failure { error: UploadError::Unknown, .. }) => store_once()?.map_or(Ok(()), |failure| Err(told(failure))),
        Some(failure) => Err(told(failure)),
        None => Ok(()),
    }
}

/// Gives the stored manifest its name. Returns the failure.
fn switch(context: &Context<'_>, report: UploadReport) -> Option<Failure> {
    let staged: Vec<_> = report.stored.into_iter().filter_map(staged_of).collect();
    let remains = staged.iter().map(switch::ours).collect();
    let (switched, ended) = switch::switch(context.run, &staged, 1);
    match (switched.into_iter().next(), ended) {
        (Some(Switched::Done { .. }), _) => None,
        (Some(Switched::Failed { error, remains }), _) => Some(Failure { remains, ..Failure::of_run(error) }),
        (Some(Switched::Refused(error)), _) | (Some(Switched::Untouched) | None, Err(error)) => {
            Some(Failure { remains, ..Failure::of_run(error) })
        }
        (Some(Switched::Untouched) | None, Ok(())) => {
            Some(Failure::of_run(UploadError::Fault("the manifest was not stored".into())))
        }
    }
}
