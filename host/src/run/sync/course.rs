//! The course of a run: from the login to the end of the lock.

use ftp_plan::answers::Answers;
use ftp_plan::local::LocalTree;
use ftp_plan::manifest::Manifest;
use ftp_plan::operations::{Note, Plan as Operations};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Directory, Form, Listing, RemoteTree};
use ftp_plan::rules::Delete;
use ftp_plan::{Inputs, Refusal, folding_refusal};

use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::step::Step;
use crate::report::summary::{Failure, UploadReport};
use crate::report::sync::{SyncNote, SyncProblem, SyncReport};
use crate::request::sync::Sync;
use crate::run::plan::{Plan, RunState};
use crate::run::sync::changes::Changes;
use crate::run::sync::context::Context;
use crate::run::sync::inquiry;
use crate::run::sync::listing;
use crate::run::sync::lock::{self, Lock, Locking};
use crate::run::sync::manifest;
use crate::run::workers::Run;

/// A run of `sync`.
pub(super) struct Course<'a> {
    context: Context<'a>,
    local: LocalTree,
    state: RunState,
    lock: Option<Lock>,
    notes: Vec<SyncNote>,
    report: &'a mut UploadReport,
}

impl<'a> Course<'a> {
    pub(super) fn new(run: &'a Run<'a>, job: &'a Sync, mut plan: Plan, report: &'a mut UploadReport) -> Self {
        let mut context = Context::new(run, job);
        let state = plan.sync.take().unwrap_or_else(|| RunState::without(&job.local));
        let mut trees = std::mem::take(&mut plan.trees);
        let local = context.take_files(plan, &trees);
        report.skipped = trees.iter_mut().flat_map(|planned| std::mem::take(&mut planned.skipped)).collect();
        Self { context, local, state, lock: None, notes: Vec::new(), report }
    }

    /// Carries out all phases. Returns the end of the run, and a failure if the lock may remain and there is no report yet that
    /// could say so.
    pub(super) fn run(mut self) -> (Result<(), UploadError>, Option<Failure>) {
        let ended = self.carry_out();
        (ended, self.release())
    }

    fn carry_out(&mut self) -> Result<(), UploadError> {
        let options = &self.context.job.options;
        match self.context.run.with_worker(|worker| worker.log_in()) {
            // A run that is not only asking would make the directory.
            Err(UploadError::Refused { step: Step::Directory, code: 550, .. })
                if options.dry_run && self.context.run.request.delivery.create_directories =>
            {
                return self.plan_for_nothing();
            }
            logged_in => logged_in?,
        }
        let changes_state = options.delete != Delete::Nothing || options.manifest.is_some();
        if changes_state && !options.dry_run {
            // What is removed, and what the manifest says, must not change between the listing and the end.
            self.take_lock()?;
        }
        self.make_equal()
    }

    /// Gives the lock back. If it may remain, that is a note: the files are as the report says.
    fn release(&mut self) -> Option<Failure> {
        let released = match self.lock.take() {
            Some(lock) if self.context.run.is_cancelled() => {
                self.context.run.with_grace(|worker| lock.release(worker)).unwrap_or(Ok(false))
            }
            Some(lock) => self.context.run.with_worker(|worker| lock.release(worker)),
            None => Ok(true),
        };
        let earlier = match released {
            Ok(true) => return None,
            Ok(false) => None,
            Err(error) => Some(error),
        };
        match &mut self.report.sync {
            Some(sync) => {
                sync.notes.push(SyncNote::LockRemains);
                None
            }
            None => Some(Failure { earlier, ..Failure::of_run(UploadError::Sync(SyncProblem::LockRemains)) }),
        }
    }

    /// Plans for a directory that does not exist.
    fn plan_for_nothing(&mut self) -> Result<(), UploadError> {
        let mut remote = RemoteTree::new();
        let mut listing = Listing::new();
        (listing.complete, listing.form) = (true, Form::Facts);
        remote.insert(RemotePath::root(), Directory::Listed(listing));
        let operations = self.plan(&remote, None)?;
        self.context.run.observer.event(&Event::Compared { plan: &operations });
        let sync = SyncReport::new(operations, true, &self.context.job.rules, Vec::new());
        self.report.sync = Some(Box::new(sync));
        Ok(())
    }

    /// Takes the lock, unless the user wants none.
    fn take_lock(&mut self) -> Result<(), UploadError> {
        let options = &self.context.job.options;
        if !options.lock || self.lock.is_some() {
            return Ok(());
        }
        let (state, notes) = (&self.state, &mut self.notes);
        let taken =
            self.context.run.with_worker(|worker| lock::take(worker, &state.owner, state.in_use.as_ref(), notes))?;
        match taken {
            Locking::Locked(lock) => {
                self.lock = Some(lock);
                self.context.locked = true;
            }
            Locking::Refused(refusal) if options.delete != Delete::Nothing || options.manifest.is_some() => {
                return Err(UploadError::Sync(SyncProblem::NoLock { code: refusal.code, text: refusal.text }));
            }
            Locking::Refused(refusal) => {
                self.notes.push(SyncNote::NoLock { code: refusal.code, text: refusal.text });
            }
        }
        Ok(())
    }

    /// Compares, and changes the server unless only questions are asked.
    fn make_equal(&mut self) -> Result<(), UploadError> {
        self.learn()?;
        let context = &self.context;
        let notes = &mut self.notes;
        let manifest = context.run.with_worker(|worker| manifest::fetch(context, worker, notes))?;
        let options = &self.context.job.options;
        let remote = match options.trust_manifest && manifest.is_some() {
            true => RemoteTree::new(),
            false => listing::list(&self.context, &self.local, manifest.as_ref())?,
        };
        let (dry_run, trusts) = (options.dry_run, options.trust_manifest);
        let (operations, refusal) = self.plan_or_refuse(&remote, manifest.as_ref())?;
        let operations = match dry_run || trusts || !has_leftovers(&operations) {
            true => operations,
            false => self.plan_locked(operations, manifest.as_ref())?,
        };
        self.context.run.observer.event(&Event::Compared { plan: &operations });
        if !dry_run && !operations.is_empty() {
            self.take_lock()?;
            self.check_case(&operations)?;
        }
        let mut sync = SyncReport::new(operations, dry_run, &self.context.job.rules, std::mem::take(&mut self.notes));
        let ended = match dry_run {
            true => refusal.map_or(Ok(()), |refusal| Err(UploadError::Sync(SyncProblem::Refused(refusal)))),
            false => Changes::new(&self.context, &self.local, &self.state, manifest, &mut sync, self.report).make(),
        };
        self.report.sync = Some(Box::new(sync));
        ended
    }

    /// Takes the lock for the temporary files that were listed, and plans again: nobody else can be using them then. Without a
    /// lock it is `operations`.
    fn plan_locked(&mut self, operations: Operations, manifest: Option<&Manifest>) -> Result<Operations, UploadError> {
        self.take_lock()?;
        if self.lock.is_none() {
            return Ok(operations);
        }
        let remote = listing::list(&self.context, &self.local, manifest)?;
        self.plan_or_refuse(&remote, manifest).map(|(operations, _)| operations)
    }

    /// Makes the plan. A dry run has one even if a real run would refuse it, together with the refusal.
    fn plan_or_refuse(
        &mut self,
        remote: &RemoteTree,
        manifest: Option<&Manifest>,
    ) -> Result<(Operations, Option<Refusal>), UploadError> {
        match self.plan(remote, manifest) {
            Err(UploadError::Sync(SyncProblem::Refused(refusal))) if self.context.job.options.dry_run => {
                self.context.unlimited = true;
                self.plan(remote, manifest).map(|operations| (operations, Some(refusal)))
            }
            planned => planned.map(|operations| (operations, None)),
        }
    }

    /// Notes the abilities of the server.
    fn learn(&mut self) -> Result<(), UploadError> {
        let told = self.context.run.with_worker(|worker| worker.persist(|session, _| session.features()))?;
        (self.context.server.facts, self.context.server.time) = (told.facts, told.tells_times);
        self.context.sets_times = told.sets_times;
        if let Some(lock) = self.lock.as_ref().filter(|_| self.context.job.options.delete != Delete::Nothing) {
            let stay = self.context.run.with_worker(|worker| lock.shows_that_full_directories_stay(worker));
            self.context.server.refuses_full_directories = stay?;
        }
        Ok(())
    }

    /// Asks the open questions, and makes the plan.
    fn plan(&mut self, remote: &RemoteTree, manifest: Option<&Manifest>) -> Result<Operations, UploadError> {
        let (context, mut answers) = (&self.context, Answers::new());
        let with_inputs = |local: &LocalTree, answers: &Answers, act: &mut dyn FnMut(&Inputs<'_>)| {
            context.with_rules(|rules| act(&Inputs { local, remote, manifest, answers, rules }));
        };
        let skipped = inquiry::answer_all(context, &mut self.local, &with_inputs, &mut answers)?;
        self.report.skipped.extend(skipped);
        let mut planned = None;
        with_inputs(&self.local, &answers, &mut |inputs| planned = Some(ftp_plan::plan(inputs)));
        match planned {
            Some(Ok(operations)) => Ok(operations),
            Some(Err(refusal)) => Err(UploadError::Sync(SyncProblem::Refused(refusal))),
            None => Err(UploadError::Fault("no plan was made".into())),
        }
    }

    /// Refuses two local names that are one on a server that folds case: on such a server, the lock is found under its name
    /// in capitals, too.
    fn check_case(&self, operations: &Operations) -> Result<(), UploadError> {
        let Some(refusal) = folding_refusal(&operations.case_collisions) else { return Ok(()) };
        if self.lock.is_none() {
            return Ok(());
        }
        let capitals = ftp_plan::rules::LOCK.to_ascii_uppercase();
        let listed =
            self.context.run.with_worker(|worker| worker.persist(|session, flight| session.list(&capitals, flight)));
        match listed {
            Ok(listed) if listed.entries.iter().any(|entry| *entry.name == *self.state.owner.name()) => {
                Err(UploadError::Sync(SyncProblem::Refused(refusal)))
            }
            Ok(_) | Err(UploadError::Refused { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Returns true if temporary files were kept because another run may be using them.
fn has_leftovers(operations: &Operations) -> bool {
    operations.notes.iter().any(|note| matches!(note, Note::LeftoversKept { .. }))
}
