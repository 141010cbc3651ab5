//! Carries out the job `sync`: list, plan, lock, store, switch, remove, and remember.
//!
//! `ftp_plan` decides what is done; the modules here ask the server for its inputs, and carry out its operations. Nothing
//! is removed before everything is stored and has its name, and nothing at all after a failure.

mod aside;
mod changes;
mod context;
mod course;
mod inquiry;
pub(super) mod listing;
mod lock;
mod making;
mod manifest;
pub(crate) mod owner;
mod placing;
mod recording;
mod removal;
pub(super) mod spread;
mod storing;
mod switch;

use crate::cancel::{CLEAN_UP_LIMIT, Cancellation};
use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::summary::{Failure, UploadReport};
use crate::request::sync::Sync;
use crate::run::plan::Plan;
use crate::run::queue::Queue;
use crate::run::worker::Worker;
use crate::run::workers::Run;
use crate::sandbox::run_limits::RunLimits;

use course::Course;

/// Carries out `job`; `plan` has the local files.
pub(super) fn carry_out(run: &Run<'_>, job: &Sync, plan: Plan) -> UploadReport {
    let mut report = UploadReport::default();
    let (ended, lock) = Course::new(run, job, plan, &mut report).run();
    let is_new = |failure: &Failure| {
        let is_told = report.failures.iter().any(|told| is_end_of_run(&told.error));
        !is_end_of_run(&failure.error) || !is_told
    };
    let ended = ended.err().map(Failure::of_run).filter(is_new);
    for failure in ended.into_iter().chain(lock) {
        run.observer.event(&Event::Failed(&failure));
        report.failures.push(failure);
    }
    // An interruption ends each phase, and is told once.
    let mut is_told = false;
    report.failures.retain(|failure| !is_end_of_run(&failure.error) || !std::mem::replace(&mut is_told, true));
    run.idle.quit();
    report
}

/// Returns true if the caller, or the time limit, has ended the run.
fn is_end_of_run(error: &UploadError) -> bool {
    matches!(error, UploadError::Interrupted { .. } | UploadError::OutOfTime { .. })
}

impl Run<'_> {
    /// Calls `act` with a worker that has an idle session, or opens one.
    pub(super) fn with_worker<T>(&self, act: impl FnOnce(&mut Worker<'_>) -> T) -> T {
        let queue = Queue::new(Vec::new(), None);
        let mut worker = Worker::new(self, &queue);
        worker.wake();
        let result = act(&mut worker);
        worker.rest();
        result
    }

    /// Calls `act` with a worker, although the run was interrupted: for work that must not be left undone, and that ends
    /// within [`CLEAN_UP_LIMIT`]. Returns `None` if there is no session.
    fn with_grace<T>(&self, act: impl FnOnce(&mut Worker<'_>) -> T) -> Option<T> {
        let limits = RunLimits::new(Cancellation::begin(None, Some(CLEAN_UP_LIMIT)), None);
        let queue = Queue::new(Vec::new(), None);
        let mut worker = Worker::new(self, &queue);
        if !worker.wake() {
            worker.session = worker.open_session(&limits).ok();
        }
        worker.session.as_mut()?.obey(&limits.cancellation);
        let result = act(&mut worker);
        worker.quit();
        Some(result)
    }
}
