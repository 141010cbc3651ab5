//! One run: its request, destination and limits, and the workers that carry out its plan.
//!
//! `queue.rs` has the files that the workers take; `worker.rs` opens sessions and delivers files; `put_file.rs` delivers
//! one file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::cancel::{CancelToken, Cancellation, WaitError};
use crate::net::destination::{self, Destination};
use crate::net::wait::{self, Deadline};
use crate::report::error::UploadError;
use crate::report::event::{Event, Observer};
use crate::report::step::Step;
use crate::report::summary::{Failure, UploadReport};
use crate::request::Request;
use crate::request::job::Job;
use crate::run::check;
use crate::run::existing::LeftOut;
use crate::run::flights::Flights;
use crate::run::idle_sessions::IdleSessions;
use crate::run::passwords::Passwords;
use crate::run::plan::{FileTask, Plan};
use crate::run::queue::{Queue, Work};
use crate::run::retry::Retries;
use crate::run::sync;
use crate::run::uploader::Uploader;
use crate::run::worker::Worker;
use crate::sandbox::run_limits::RunLimits;

/// A run: a request that is being carried out. Workers share it.
pub(crate) struct Run<'a> {
    pub(super) uploader: &'a Uploader,
    pub(crate) request: &'a Request,
    pub(crate) destination: Destination,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) limits: RunLimits,
    begun: Instant,
    /// True after the first attempt to connect.
    has_dialled: AtomicBool,
    /// The knowledge of the workers about flights.
    pub(super) flights: Flights,
    /// The sessions that wait for the next phase.
    pub(super) idle: IdleSessions,
    /// The source of another password if the server refuses the first one.
    pub(super) passwords: Passwords<'a>,
}

impl<'a> Run<'a> {
    /// Resolves the names of `request`, with the retries that it allows.
    pub(crate) fn prepare(
        uploader: &'a Uploader,
        request: &'a Request,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, UploadError> {
        let (cancellation, begun) = (request.begin(), Instant::now());
        let mut retries = Retries::new(request.delivery.retry, begun);
        let destination = loop {
            let error = match destination::find(request, &cancellation, &*observer) {
                Ok(found) => break found,
                Err(error) => error,
            };
            let is_first = retries.count() == 0;
            let again = !is_first || request.delivery.retry.connection_refused || !error.means_wrong_address();
            let pause = again.then(|| retries.pause_after(&error)).flatten();
            let Some(pause) = pause else { return Err(error) };
            let (count, limit) = (retries.count(), request.delivery.retry.limit);
            observer.event(&Event::Retrying { file: None, error: &error, pause, count, limit });
            wait_for_retry(&cancellation, pause, error.step())?;
        };
        let limits = RunLimits::new(cancellation, request.network.limit_rate);
        let (flights, idle) = (Flights::new(), IdleSessions::of(request));
        let (has_dialled, passwords) = (AtomicBool::new(false), Passwords::one());
        Ok(Self { uploader, request, destination, observer, limits, begun, has_dialled, flights, idle, passwords })
    }

    /// Excludes `time`, in which the run waited for its caller, from the run's limits.
    pub(crate) fn postpone(&self, time: Duration) {
        self.limits.cancellation.postpone(time);
    }

    /// Returns the time at which the run began, as if it had never waited for its caller.
    pub(super) fn begun(&self) -> Instant {
        self.begun + self.limits.cancellation.postponed()
    }

    /// Carries out `plan`, and returns the report.
    pub(crate) fn deliver(&self, mut plan: Plan) -> UploadReport {
        let (connecting, before) = (Instant::now(), self.limits.cancellation.postponed());
        let mut refused = std::mem::take(&mut plan.refused);
        let mut report = match &self.request.job {
            Job::Put(_) => self.put(plan, &mut refused),
            Job::Sync(job) => sync::carry_out(self, job, plan),
            Job::Check(job) => check::carry_out(self, job, plan),
        };
        let waited = self.limits.cancellation.postponed().saturating_sub(before);
        report.failures.splice(0..0, refused);
        report.time = connecting.elapsed().saturating_sub(waited);
        report
    }

    /// Returns the report of a run that this error has ended before its first file, and tells the observer.
    fn ended_by(&self, error: UploadError) -> UploadReport {
        let failure = Failure::of_run(error);
        self.observer.event(&Event::Failed(&failure));
        UploadReport { failures: vec![failure], ..UploadReport::default() }
    }

    /// Stores the files of `plan`, without those that are there already if the request says so. `refused` are the failures
    /// so far, which the observer gets first; those of files that may be there are added.
    fn put(&self, mut plan: Plan, refused: &mut Vec<Failure>) -> UploadReport {
        let left_out = match self.request.asks_first() {
            true => self.leave_out_existing(&mut plan),
            false => Ok(LeftOut::default()),
        };
        self.announce(&plan);
        let (left_out, lost) = match left_out {
            Ok(left_out) => (left_out, None),
            Err(error) => (LeftOut::default(), Some(error)),
        };
        let is_over = self.request.delivery.fail_fast && !left_out.failures.is_empty();
        refused.extend(left_out.failures);
        refused.iter().for_each(|failure| self.observer.event(&Event::Failed(failure)));
        left_out.already_there.iter().for_each(|file| self.observer.event(&Event::AlreadyThere(file)));
        let report = match lost {
            Some(error) => self.ended_by(error),
            None if is_over => {
                UploadReport { untried: plan.files.iter().map(FileTask::path).collect(), ..UploadReport::default() }
            }
            None => self.store(plan),
        };
        self.idle.quit();
        UploadReport { already_there: left_out.already_there, ..report }
    }

    /// Notes an attempt to connect that failed with `error`. Returns false if it is the first one of the run, and its error
    /// means that the address is wrong: then the run ends, unless the request allows such retries.
    pub(super) fn may_dial_again(&self, error: &UploadError) -> bool {
        let is_first = !self.has_dialled.swap(true, Ordering::Relaxed);
        !is_first || self.request.delivery.retry.connection_refused || !error.means_wrong_address()
    }

    /// Notes that a connection was made.
    pub(super) fn note_connection(&self) {
        self.has_dialled.store(true, Ordering::Relaxed);
    }

    /// Returns true if the caller, or the time limit, has ended the run.
    pub(super) fn is_cancelled(&self) -> bool {
        self.limits.cancellation.check().is_err()
    }

    /// Returns a token that is cancelled when the phase that begins needs no further connection than its `connections`.
    /// Without descriptors for it, or if there is only one connection, that one does all the work.
    pub(super) fn next_phase(connections: usize) -> Option<CancelToken> {
        if connections > 1 { CancelToken::new().ok() } else { None }
    }

    /// Makes the directories of `plan`, and stores its files.
    ///
    /// The first worker logs in alone: a refused password is sent only once, and an error of the login ends the run.
    /// The others follow while it makes the directories.
    pub(super) fn store(&self, plan: Plan) -> UploadReport {
        self.make_and_store(plan, &mut Vec::new())
    }

    /// The same. Adds the directories that the server has made to `made`.
    pub(super) fn make_and_store(&self, plan: Plan, made: &mut Vec<Box<[u8]>>) -> UploadReport {
        let connections = plan.connections(self.request.delivery.jobs.get());
        let enough = Self::next_phase(connections);
        let Plan { directories, files, trees, .. } = plan;
        let planned = files.len();
        let queue = Queue::new(files, enough.clone());
        let mut first = Worker::new(self, &queue);
        if let Err(error) = first.log_in() {
            return self.ended_by(error);
        }
        thread::scope(|scope| {
            for token in enough.iter().cycle().take(connections - 1) {
                // Fewer threads are fewer connections, and not a failure.
                let _ = thread::Builder::new().spawn_scoped(scope, || Worker::new(self, &queue).help(token));
            }
            *made = first.make_directories(&directories);
            first.work();
        });
        let (unfinished, mut report) = queue.into_parts();
        report.untried = unfinished.iter().map(Work::path).collect();
        if report.files_with_a_result() < planned {
            // Success is never reported for a file of which nothing is known.
            let lost = Failure::of_run(UploadError::Fault("a file has no result".into()));
            self.observer.event(&Event::Failed(&lost));
            report.failures.push(lost);
        }
        let of_scans = trees.into_iter().flat_map(|planned| planned.skipped);
        report.skipped.splice(0..0, of_scans);
        report
    }

    /// Tells the observer the size of a run that stores all files of `plan`.
    fn announce(&self, plan: &Plan) {
        let skipped = plan.trees.iter().map(|planned| planned.skipped.len()).sum();
        self.tell_size(plan.files.iter().map(|file| file.local.size().unwrap_or(0)), skipped);
    }

    /// Tells the observer the size of the run: the sizes of its files in bytes, and the number of those that are skipped.
    pub(super) fn tell_size(&self, sizes: impl ExactSizeIterator<Item = u64>, skipped: usize) {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let (files, skipped) = (count(sizes.len()), count(skipped));
        self.observer.event(&Event::Planned { files, bytes: sizes.fold(0, u64::saturating_add), skipped });
    }
}

/// Waits for `time` before a retry. Returns an error with `step` if the run is cancelled or reaches its time limit.
pub(super) fn wait_for_retry(
    cancellation: &Cancellation,
    time: Duration,
    step: Option<Step>,
) -> Result<(), UploadError> {
    wait::pause(Deadline::new(Instant::now() + time, cancellation)).map_err(|error| ended(error, step))
}

/// Returns an error with `step` if the run is cancelled or reaches its time limit.
pub(super) fn check(cancellation: &Cancellation, step: Option<Step>) -> Result<(), UploadError> {
    cancellation.check().map_err(|error| ended(error, step))
}

fn ended(error: WaitError, step: Option<Step>) -> UploadError {
    match error {
        WaitError::OutOfTime => UploadError::OutOfTime { step },
        WaitError::Interrupted | WaitError::Failed(_) => UploadError::Interrupted { step },
    }
}
