//! Carries out the operations of a plan: makes room and directories, stores, and removes. Nothing is removed before every
//! file is stored and has its name, and nothing at all after a failure.

use alloc::format;
use alloc::vec::Vec;

use ftp_plan::operations::{Clear, Plan};
use ftp_plan::path::RemotePath;
use ftp_text::escape::Escaped;

use crate::bindings::ftp_uploader::upload::upload::{Made, UploadError};
use crate::cli_error::CliError;
use crate::message;
use crate::sync::course::Course;
use crate::sync::problem::SyncProblem;
use crate::sync::removal::{self, Removed};
use crate::sync::{notes, scan};

/// The most paths in one call of the guest.
const PER_CALL: usize = 64;

impl Course<'_> {
    /// Carries out the plan.
    pub(super) fn change(&mut self, plan: &Plan) -> Result<(), CliError> {
        self.tell_conflicts(plan);
        plan.clear.iter().try_for_each(|clear| self.make_room(clear))?;
        self.make_directories(&plan.make)?;
        if self.options.staged {
            self.store_and_switch(&plan.store)?
        } else {
            self.store_in_place(&plan.store)?
        }
        if self.report.failed == 0 {
            self.remove(plan)?;
        }
        if self.report.failed == 0 { Ok(()) } else { Err(CliError::Sync(SyncProblem::SomeFailed)) }
    }

    /// Says what is in the way. The plan has nothing at and below these paths.
    fn tell_conflicts(&mut self, plan: &Plan) {
        for conflict in &plan.conflicts {
            let problem = CliError::Sync(SyncProblem::Obstructed(conflict.kind));
            self.tell_failure(&conflict.path, problem);
        }
    }

    fn tell_failure(&mut self, path: &RemotePath, problem: CliError) {
        self.report.failed += 1;
        ftp_guest_console::say(&format!("ftp-uploader: {}", message::line(&problem.of(path.as_bytes()))));
    }

    fn make_room(&mut self, clear: &Clear) -> Result<(), CliError> {
        let removed = match clear {
            Clear::File(file) => removal::remove_files(&self.link, core::slice::from_ref(&file.path), true),
            Clear::Directory(path) => removal::remove_directories(&self.link, core::slice::from_ref(path)),
        };
        self.record(removed)
    }

    fn make_directories(&mut self, paths: &[RemotePath]) -> Result<(), CliError> {
        for some in paths.chunks(PER_CALL) {
            let names: Vec<_> = some.iter().map(|path| path.as_bytes().to_vec()).collect();
            let made = self.link.make_directories(&names).map_err(|error| self.blame(error))?;
            for (path, made) in some.iter().zip(made) {
                match made {
                    Made::Made => self.report.made += 1,
                    Made::Exists => {}
                    Made::Refused(refusal) | Made::Unknown(refusal) => {
                        let error = UploadError::Refused(refusal);
                        return Err(self.options.target.blame_for(&scan::text(path), error));
                    }
                }
            }
        }
        Ok(())
    }

    /// Removes what the plan says.
    fn remove(&mut self, plan: &Plan) -> Result<(), CliError> {
        let files: Vec<_> = plan.remove.iter().map(|file| file.path.clone()).collect();
        let removed = removal::remove_files(&self.link, &files, true);
        self.record(removed)?;
        // They are no files of the user: one that stays is found again by the next run.
        removal::remove_files(&self.link, &plan.leftovers, false).map_err(|error| self.blame(error))?;
        if self.report.failed > 0 {
            return Ok(());
        }
        let removed = removal::remove_directories(&self.link, &plan.remove_directories);
        let Removed { count, refused } = removed.map_err(|error| self.blame(error))?;
        self.report.removed += count;
        for (path, refusal) in &refused {
            let (path, text) = (Escaped(path.as_bytes()), Escaped(&refusal.text));
            notes::say(&format!("keep {path}/ (the server refused to remove it: {} {text})", refusal.code));
        }
        Ok(())
    }

    /// Counts what was removed, and says what was not.
    fn record(&mut self, removed: Result<Removed, UploadError>) -> Result<(), CliError> {
        let Removed { count, refused } = removed.map_err(|error| self.blame(error))?;
        self.report.removed += count;
        for (path, refusal) in refused {
            self.tell_failure(&path, CliError::Sync(SyncProblem::NotRemoved(refusal)));
        }
        Ok(())
    }
}
