//! Carries out the operations of a plan, in their order: makes room, stores and switches (`placing.rs`), removes, and
//! remembers. Nothing is removed after a failure.

use std::sync::{Mutex, PoisonError};

use ftp_plan::local::LocalTree;
use ftp_plan::manifest::Manifest;
use ftp_plan::operations::Clear;
use ftp_plan::path::RemotePath;
use sha2::{Digest, Sha256};

use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::summary::{Failure, UploadReport};
use crate::report::sync::{SyncNote, SyncProblem, SyncReport};
use crate::run::plan::RunState;
use crate::run::sync::context::{Context, local_path};
use crate::run::sync::is_end_of_run;
use crate::run::sync::manifest as manifests;
use crate::run::sync::recording::Record;
use crate::run::sync::removal::{self, Removed};
use crate::sandbox::values::Removal;

/// The changes of one run.
pub(super) struct Changes<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) state: &'a RunState,
    pub(super) sync: &'a mut SyncReport,
    pub(super) report: &'a mut UploadReport,
    pub(super) record: Record<'a>,
    /// True if names were changed or files removed, or may have been.
    pub(super) has_begun: bool,
    /// The SHA-256 of the manifest that the server has. There can be a hundred thousand files, so it is not kept.
    known: Option<[u8; 32]>,
}

impl<'a, 'c> Changes<'a, 'c> {
    /// The changes that `sync` plans. `known` is the manifest that the server has.
    pub(super) fn new(
        context: &'a Context<'c>,
        local: &'a LocalTree,
        state: &'a RunState,
        known: Option<Manifest>,
        sync: &'a mut SyncReport,
        report: &'a mut UploadReport,
    ) -> Self {
        let record = Record::new(local, &mut sync.plan);
        let known = known.as_ref().map(digest_of);
        Self { context, state, sync, report, record, has_begun: false, known }
    }

    /// Carries out the plan, and writes the manifest.
    pub(super) fn make(mut self) -> Result<(), UploadError> {
        let conflicts = std::mem::take(&mut self.sync.plan.conflicts);
        conflicts.iter().for_each(|conflict| {
            self.fail(&conflict.path, UploadError::Sync(SyncProblem::Obstructed(conflict.kind)));
        });
        let placed = self.make_room().and_then(|()| self.place());
        let is_placed = matches!(placed, Ok(true));
        let removed = match placed {
            Ok(true) if self.is_clean() => self.remove(),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        let is_done = is_placed && removed.is_ok() && self.is_clean();
        let remembered = self.remember();
        match (removed, remembered) {
            (Err(error), _) | (Ok(()), Err(error)) if self.has_begun && !is_end_of_run(&error) => {
                let problem = if is_done { SyncProblem::NotRemembered } else { SyncProblem::CutShort };
                let failure = Failure::of_run(UploadError::Sync(problem));
                self.failed(Failure { earlier: Some(error), ..failure });
                Ok(())
            }
            (removed, remembered) => removed.and(remembered),
        }
    }

    /// Returns true if nothing has failed so far. Parts of the local tree that were left out from the beginning are
    /// untouched on the server, and no failure.
    fn is_clean(&self) -> bool {
        self.report.failures.is_empty() && self.report.untried.is_empty()
    }

    /// Reports a failure about `path`.
    pub(super) fn fail(&mut self, path: &RemotePath, error: UploadError) {
        let file = Some(self.context.job.local.join(local_path(path)));
        self.failed(Failure { file, ..Failure::of_run(error) });
    }

    /// Reports a failure.
    pub(super) fn failed(&mut self, failure: Failure) {
        self.context.run.observer.event(&Event::Failed(&failure));
        self.report.failures.push(failure);
    }

    /// Removes what is in the way of entries of another kind.
    fn make_room(&mut self) -> Result<(), UploadError> {
        for clear in self.sync.plan.clear.clone() {
            match clear {
                Clear::File(file) => self.remove_files(&[file.path])?,
                Clear::Directory(path) => self.remove_directories(&[path])?,
            }
        }
        Ok(())
    }

    /// Removes what the plan says.
    fn remove(&mut self) -> Result<(), UploadError> {
        let files: Vec<_> = self.sync.plan.remove.iter().map(|file| file.path.clone()).collect();
        let (leftovers, directories) = (self.sync.plan.leftovers.clone(), self.sync.plan.remove_directories.clone());
        self.remove_files(&files)?;
        removal::remove_files(self.context, &leftovers, &Mutex::new(Vec::new()))?;
        if self.is_clean() { self.remove_directories(&directories) } else { Ok(()) }
    }

    fn remove_files(&mut self, paths: &[RemotePath]) -> Result<(), UploadError> {
        self.has_begun |= !paths.is_empty();
        let ended = Mutex::new(Vec::new());
        let done = removal::remove_files(self.context, paths, &ended);
        let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        ended.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (path, removed) in ended {
            match removed {
                Removed::ByThisRun => {
                    self.context.run.observer.event(&Event::Removed { path: path.as_bytes(), directory: false });
                    self.record.removed(&path);
                    self.sync.removed.push(path.as_bytes().to_vec());
                }
                Removed::Gone => self.record.removed(&path),
                Removed::Refused(refusal) => {
                    let (code, text) = (refusal.code, refusal.text);
                    self.fail(&path, UploadError::Sync(SyncProblem::NotRemoved { code, text }));
                }
            }
        }
        done
    }

    fn remove_directories(&mut self, paths: &[RemotePath]) -> Result<(), UploadError> {
        self.has_begun |= !paths.is_empty();
        let run = self.context.run;
        let removals = run.with_worker(|worker| removal::remove_directories(worker, paths))?;
        for (path, removal) in paths.iter().zip(removals) {
            let bytes = path.as_bytes().to_vec();
            match removal {
                Removal::Removed => {
                    run.observer.event(&Event::Removed { path: &bytes, directory: true });
                    self.record.removed_directory(path);
                    self.sync.removed_directories.push(bytes);
                }
                Removal::Refused(refusal) => {
                    let (code, text) = (refusal.code, refusal.text);
                    self.sync.notes.push(SyncNote::DirectoryKept { path: bytes, code, text });
                }
            }
        }
        Ok(())
    }

    /// Writes the manifest as it is now, if the run keeps one and the server has another one.
    pub(super) fn remember(&mut self) -> Result<(), UploadError> {
        if self.context.manifest.is_some() {
            self.record.look(self.context)?;
            self.write_now();
        }
        Ok(())
    }

    /// Writes the manifest as it is now, if the server has another one.
    fn write_now(&mut self) {
        let now = digest_of(self.record.manifest());
        if self.known != Some(now) {
            let written = self.send(self.record.manifest());
            self.note_written(written, now);
        }
    }

    /// Writes `manifest`, which says what the run is going to do.
    pub(super) fn write(&mut self, manifest: &Manifest) {
        let written = self.send(manifest);
        self.note_written(written, digest_of(manifest));
    }

    fn send(&self, manifest: &Manifest) -> Result<(), Box<Failure>> {
        match &self.state.scratch {
            Some(scratch) => manifests::store(self.context, scratch, manifest),
            None => Ok(()),
        }
    }

    fn note_written(&mut self, written: Result<(), Box<Failure>>, digest: [u8; 32]) {
        match written {
            Ok(()) => self.known = Some(digest),
            Err(failure) => self.report.failures.push(*failure),
        }
    }
}

/// Returns the SHA-256 of the bytes of a manifest.
fn digest_of(manifest: &Manifest) -> [u8; 32] {
    let mut digest = Sha256::new();
    manifest.write(&mut |part| digest.update(part));
    digest.finalize().into()
}
