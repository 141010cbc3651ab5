//! The course of a run: lock, list, plan, change, and give the lock back.

use alloc::format;
use alloc::string::String;

use ftp_plan::folding_refusal;
use ftp_plan::local::LocalTree;
use ftp_plan::operations::Plan;
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Form, RemoteTree};
use ftp_plan::rules::{Abilities, Delete, Rules};
use ftp_plan::{Inputs, plan};

use crate::bindings::ftp_uploader::upload::capabilities::Secret;
use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::bindings::ftp_uploader::wasi::grants::LocalDirectory;
use crate::cli_error::CliError;
use crate::link::Link;
use crate::message;
use crate::sync::clock::Stopwatch;
use crate::sync::lock::{self, Lock, Locking};
use crate::sync::names::Names;
use crate::sync::operations;
use crate::sync::options::Options;
use crate::sync::problem::SyncProblem;
use crate::sync::scan::Scanned;
use crate::sync::{inquiry, listing, notes};

/// The endings of pages, which are switched after all other files.
const PAGES: [&[u8]; 4] = [b".html", b".htm", b".php", b".xml"];

/// A run of `sync`.
pub(super) struct Course<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) directory: &'a LocalDirectory,
    pub(super) local: LocalTree,
    pub(super) names: Names,
    pub(super) link: Link,
    pub(super) report: Report,
    password: &'a Secret,
    lock: Option<Lock>,
    server: Abilities,
    time: Stopwatch,
}

/// The changes of the run, as far as they were made.
#[derive(Default)]
pub(super) struct Report {
    pub(super) stored: u64,
    pub(super) bytes: u64,
    pub(super) made: u64,
    pub(super) removed: u64,
    pub(super) failed: u64,
    /// The number of stored files whose times the server did not set.
    pub(super) times_not_set: u64,
}

impl<'a> Course<'a> {
    /// Opens the session, and enters the directory.
    pub(super) fn new(
        options: &'a Options<'a>,
        directory: &'a LocalDirectory,
        password: &'a Secret,
        local: Scanned,
    ) -> Result<Self, CliError> {
        let time = Stopwatch::start();
        notes::of_skipped(&local.skipped);
        let link = enter(options, password)?;
        // Whether the server lists facts is seen when it lists.
        let server = Abilities { size: true, time: true, ..Abilities::default() };
        let (local, names, report) = (local.tree, Names::of_run(), Report::default());
        Ok(Self { options, directory, local, names, link, report, password, lock: None, server, time })
    }

    /// Carries out all phases. Returns the last line.
    pub(super) fn run(mut self) -> Result<String, CliError> {
        let deletes = self.options.delete != Delete::Nothing;
        // What is removed must not change between the listing and the end.
        let locked = if deletes && !self.options.dry_run { self.take_lock() } else { Ok(()) };
        let planned = locked.and_then(|()| self.plan());
        let ended = match planned {
            Ok(plan) => self.carry_out(&plan).map(|()| self.last_line(&plan, "Synchronised")).map_err(|error| {
                ftp_guest_console::say(&format!("ftp-uploader: {}", message::line(&error)));
                let is_counted = matches!(error, CliError::Sync(SyncProblem::SomeFailed));
                self.report.failed += u64::from(!is_counted);
                CliError::Incomplete(self.last_line(&plan, "Not synchronised"))
            }),
            Err(error) => Err(error),
        };
        let released = self.release();
        self.link.quit();
        // The lock that remains is the smaller problem.
        ended.and_then(|line| released.map(|()| line))
    }

    /// Opens another session if the present one has ended.
    pub(super) fn reconnect(&mut self) -> Result<(), CliError> {
        if self.link.is_over() {
            self.link = enter(self.options, self.password)?;
        }
        Ok(())
    }

    pub(super) fn blame(&self, error: UploadError) -> CliError {
        self.options.target.blame(error)
    }

    /// Takes the lock, unless the user wants none.
    fn take_lock(&mut self) -> Result<(), CliError> {
        if !self.options.lock || self.lock.is_some() {
            return Ok(());
        }
        let owner = self.names.owner(self.options.target.user);
        match lock::take(&self.link, owner).map_err(|error| self.blame(error))? {
            Locking::Locked { lock, taken_over } => {
                if taken_over {
                    notes::say("a lock without an owner, of a run that has ended, was taken over");
                }
                self.lock = Some(lock);
            }
            Locking::Held(owner) => return Err(CliError::Sync(SyncProblem::Locked(owner))),
            Locking::Refused(refusal) if self.options.delete != Delete::Nothing => {
                return Err(CliError::Sync(SyncProblem::NoLock(refusal)));
            }
            Locking::Refused(refusal) => notes::no_lock(&refusal),
        }
        Ok(())
    }

    /// Gives the lock back.
    fn release(&mut self) -> Result<(), CliError> {
        let Some(lock) = self.lock.take() else { return Ok(()) };
        self.reconnect()?;
        lock.release(&self.link).map_err(|error| self.blame(error))
    }

    /// Asks the server for everything that the plan needs.
    fn plan(&mut self) -> Result<Plan, CliError> {
        let listed = self.with_rules(|rules| listing::list(&self.link, &self.local, rules));
        let remote = listed.map_err(|error| self.blame(error))?;
        self.learn(&remote)?;
        self.with_rules(|rules| {
            let (local, remote) = (&self.local, &remote);
            let asked = inquiry::answer_all(&self.link, local, remote, rules);
            let answers = asked.map_err(|error| self.blame(error))?;
            let inputs = Inputs { local, remote, manifest: None, answers: &answers, rules };
            plan(&inputs).map_err(|refusal| CliError::Sync(SyncProblem::Refused(refusal)))
        })
    }

    /// Notes the abilities that the listings and the lock show.
    fn learn(&mut self, remote: &RemoteTree) -> Result<(), CliError> {
        self.server.facts = remote.listing(b"").is_some_and(|listing| listing.form == Form::Facts);
        if let Some(lock) = &self.lock {
            let stay = lock.shows_that_full_directories_stay(&self.link);
            self.server.refuses_full_directories = stay.map_err(|error| self.blame(error))?;
        }
        Ok(())
    }

    fn carry_out(&mut self, plan: &Plan) -> Result<(), CliError> {
        if self.options.dry_run {
            operations::answer(plan);
            return Ok(());
        }
        notes::of_plan(plan);
        if !plan.is_empty() {
            self.take_lock()?;
            self.check_case(plan)?;
        }
        let changed = self.change(plan);
        notes::times_not_set(self.report.times_not_set);
        changed
    }

    /// Refuses two local names that are one on a server that folds case.
    fn check_case(&self, plan: &Plan) -> Result<(), CliError> {
        let Some((refusal, lock)) = folding_refusal(&plan.case_collisions).zip(self.lock.as_ref()) else {
            return Ok(());
        };
        match lock.shows_that_case_is_folded(&self.link) {
            Ok(true) => Err(CliError::Sync(SyncProblem::Refused(refusal))),
            Ok(false) => Ok(()),
            Err(error) => Err(self.blame(error)),
        }
    }

    fn last_line(&self, plan: &Plan, outcome: &str) -> String {
        operations::last_line(plan, &self.report, outcome, self.options.dry_run, &self.time.elapsed())
    }

    /// Calls `act` with the rules of this run.
    fn with_rules<T>(&self, act: impl FnOnce(&Rules<'_>) -> T) -> T {
        let Options { compare, delete, max_delete, .. } = *self.options;
        act(&Rules {
            compare,
            delete,
            max_delete,
            unlimited: false,
            manifest: None,
            target: "",
            trust_manifest: false,
            locked: self.lock.is_some(),
            sets_times: true,
            last: &|path: &RemotePath| PAGES.iter().any(|ending| path.as_bytes().ends_with(ending)),
            excluded: &|_, _| false,
            temporary: &|_| None,
            server: self.server,
        })
    }
}

/// Opens a session in the target's directory.
fn enter(options: &Options<'_>, password: &Secret) -> Result<Link, CliError> {
    let target = &options.target;
    let link = Link::open(target, password, false)?;
    match link.enter(target.directory.as_bytes()) {
        Ok(()) => Ok(link),
        Err(error) => {
            link.quit();
            Err(target.blame(error))
        }
    }
}
