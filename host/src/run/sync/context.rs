//! The facts that the phases of `sync` share: the job, the local files by their paths on the server, and what is known
//! about the server. It makes the rules for `ftp_plan`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use ftp_plan::local::{LocalFile as PlannedFile, LocalTree};
use ftp_plan::path::RemotePath;
use ftp_plan::rules::{Abilities, Rules};
use ftp_protocol::timestamp::Timestamp;

use crate::files::local_file::LocalFile;
use crate::platform::names;
use crate::report::error::UploadError;
use crate::request::sync::{Switch, Sync};
use crate::run::plan::{Plan, PlannedTree};
use crate::run::temporary_name::{self, Names, Naming};
use crate::run::workers::Run;

/// The facts that the phases share.
pub(super) struct Context<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) job: &'a Sync,
    /// The local files, by their paths on the server.
    pub(super) files: HashMap<RemotePath, LocalFile>,
    /// The server, the user and the directory, which a manifest belongs to.
    pub(super) target: String,
    /// The path of the manifest, if the run keeps one.
    pub(super) manifest: Option<RemotePath>,
    pub(super) server: Abilities,
    /// True if the server lets the run set the times of files, as far as is known.
    pub(super) sets_times: bool,
    /// True if this run holds the lock.
    pub(super) locked: bool,
    /// True if a plan is only shown, also if it removes too much.
    pub(super) unlimited: bool,
}

impl<'a> Context<'a> {
    /// The facts before anything was asked.
    pub(super) fn new(run: &'a Run<'a>, job: &'a Sync) -> Self {
        let manifest = job.options.manifest.as_deref().and_then(|path| RemotePath::parse(path).ok());
        let server = Abilities { facts: false, size: true, time: true, hash: true, refuses_full_directories: false };
        let target = target(run, job);
        Self {
            run,
            job,
            files: HashMap::new(),
            target,
            manifest,
            server,
            sets_times: true,
            locked: false,
            unlimited: false,
        }
    }

    /// Takes the files of `plan`, and returns the local tree for `ftp_plan`.
    pub(super) fn take_files(&mut self, plan: Plan, trees: &[PlannedTree]) -> LocalTree {
        let parse = |bytes: &[u8]| RemotePath::parse(bytes).ok();
        let directories = plan.directories.iter().filter_map(|directory| parse(&directory.remote)).collect();
        let skipped = trees.iter().flat_map(|planned| planned.skipped.iter().map(move |skipped| (planned, skipped)));
        let left_out = skipped.filter_map(|(planned, skipped)| {
            let beneath = skipped.path.strip_prefix(planned.tree.path()).ok()?;
            parse(&names::with_slashes(beneath))
        });
        let left_out = left_out.collect();
        let mut files = Vec::with_capacity(plan.files.len());
        for task in plan.files {
            let (Some(path), LocalFile::Beneath { size, modified, .. }) = (parse(&task.remote), &task.local) else {
                continue;
            };
            let modified = u64::try_from(*modified).ok();
            files.push(PlannedFile { path: path.clone(), size: *size, modified, hash: None });
            self.files.insert(path, task.local);
        }
        LocalTree::new(directories, files, left_out)
    }

    /// Returns an error if the run must end, for phases that send no command.
    pub(super) fn check_cancellation(&self) -> Result<(), UploadError> {
        self.run.with_worker(|worker| worker.wait(Duration::ZERO))
    }

    /// Returns the name of files while they are stored.
    pub(super) fn naming(&self) -> Naming {
        match self.job.options.switch {
            Switch::AllAtTheEnd => Naming::Staged { found_again: self.locked },
            Switch::EachWhenComplete | Switch::InPlace => Naming::AsRequested,
        }
    }

    /// Returns the time that the file gets on the server, in seconds since 1970.
    pub(super) fn time(&self, modified: Option<u64>) -> Option<u64> {
        modified.filter(|time| self.run.request.delivery.preserve_time && Timestamp::from_unix(*time).is_some())
    }

    /// Returns a name beside `path` that no file has.
    pub(super) fn unused_name(&self, path: &RemotePath) -> Vec<u8> {
        temporary_name::unused(path.as_bytes())
    }

    /// Calls `act` with the rules of this run.
    pub(super) fn with_rules<T>(&self, act: impl FnOnce(&Rules<'_>) -> T) -> T {
        let options = &self.job.options;
        let last = |path: &RemotePath| options.last.contains(&local_path(path));
        let excluded = |path: &RemotePath, is_directory| self.job.rules.excludes(&local_path(path), is_directory);
        let temporary = |file: &PlannedFile| self.temporary_name(&file.path);
        act(&Rules {
            compare: options.compare,
            delete: options.delete,
            max_delete: options.max_delete,
            unlimited: self.unlimited,
            manifest: self.manifest.as_ref(),
            target: &self.target,
            trust_manifest: options.trust_manifest,
            locked: self.locked,
            sets_times: self.sets_times && self.run.request.delivery.preserve_time,
            last: &last,
            excluded: &excluded,
            temporary: &temporary,
            server: self.server,
        })
    }

    /// Returns the path under which this version of a file is staged, if a later run finds it again.
    fn temporary_name(&self, path: &RemotePath) -> Option<RemotePath> {
        let naming = self.naming();
        if naming != (Naming::Staged { found_again: true }) {
            return None;
        }
        let source = self.files.get(path)?.open().ok()?;
        let names = Names::of(&source, path.as_bytes(), naming, true);
        RemotePath::parse(&names.bytes(ftp_delivery::Name::Own)).ok()
    }
}

/// Returns the server, the user and the directory, which a manifest belongs to.
fn target(run: &Run<'_>, job: &Sync) -> String {
    let target = &run.request.target;
    let (user, directory) = (target.user.escape_ascii(), job.directory.escape_ascii());
    // Not the port: a tunnel has another one at each run.
    format!("{user}@{} {directory}", target.server.host())
}

/// Returns the path as a local one, for patterns.
pub(super) fn local_path(path: &RemotePath) -> Cow<'_, Path> {
    names::path(path.as_bytes())
}
