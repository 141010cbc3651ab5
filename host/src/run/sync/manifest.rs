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
use crate::report::summary::Failure;
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
    let of_run = |error| {
        let failure = Failure::of_run(error);
        context.run.observer.event(&Event::Failed(&failure));
        Box::new(failure)
    };
    let source = scratch.source(|write| manifest.write(write), shown).map_err(of_run)?;
    let task =
        FileTask { local: LocalFile::Open(Arc::clone(&source)), remote: path.as_bytes().into(), naming: Naming::OfRun };
    let mut report = context.run.store(Plan { files: vec![task], ..Plan::default() });
    if let Some(failure) = report.failures.pop() {
        return Err(Box::new(failure));
    }
    let staged: Vec<_> = report.stored.into_iter().filter_map(|stored| staged_of(stored, None)).collect();
    let switched = context.run.with_worker(|worker| switch::switch(worker, &staged)).map_err(of_run)?;
    match switched.into_iter().next() {
        Some(Switched::Done { .. }) => Ok(()),
        Some(Switched::Failed(error)) => Err(of_run(error)),
        None => Err(of_run(UploadError::Fault("the manifest was not stored".into()))),
    }
}
