//! One run: its request, destination and limits, and the queue of files from which its workers take.
//!
//! `worker.rs` opens sessions and delivers files; `put_file.rs` delivers one file.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::{Cancellation, WaitError};
use crate::files::source::Source;
use crate::net::destination::{self, Destination};
use crate::net::wait::{self, Deadline};
use crate::report::error::UploadError;
use crate::report::event::{Event, Observer};
use crate::report::step::Step;
use crate::report::summary::UploadReport;
use crate::request::Request;
use crate::run::retry::Retries;
use crate::run::uploader::Uploader;
use crate::run::worker::Worker;

/// A run: a request that is being carried out. Workers share it.
pub(crate) struct Run<'a> {
    pub(super) uploader: &'a Uploader,
    pub(crate) request: &'a Request,
    pub(crate) destination: Destination,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) cancellation: Cancellation,
    pub(super) begun: Instant,
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
            let error = match destination::find(request, &cancellation) {
                Ok(found) => break found,
                Err(error) => error,
            };
            let Some(pause) = retries.pause_after(&error) else { return Err(error) };
            let (count, limit) = (retries.count(), request.delivery.retry.limit);
            observer.event(&Event::Retrying { file: None, error: &error, pause, count, limit });
            wait_for_retry(&cancellation, pause, error.step())?;
        };
        Ok(Self { uploader, request, destination, observer, cancellation, begun })
    }

    /// Excludes `time`, in which the run waited for its caller, from the run's limits.
    pub(crate) fn postpone(&mut self, time: Duration) {
        self.cancellation.postpone(time);
        self.begun += time;
    }

    /// Delivers the files of `sources`, and returns the report.
    pub(crate) fn deliver(&self, sources: &[Arc<Source>]) -> UploadReport {
        let queue = Queue::new(sources);
        let mut worker = Worker::new(self);
        if let Err(error) = worker.log_in() {
            return error.into();
        }
        worker.work(&queue);
        queue.into_report()
    }
}

/// The files that no worker has taken yet, and the report so far.
pub(super) struct Queue<'a>(Mutex<Progress<'a>>);

struct Progress<'a> {
    waiting: VecDeque<&'a Arc<Source>>,
    /// True if a failure has ended the run: no further file is taken.
    closed: bool,
    report: UploadReport,
}

impl<'a> Queue<'a> {
    fn new(sources: &'a [Arc<Source>]) -> Self {
        let report = UploadReport::default();
        Self(Mutex::new(Progress { waiting: sources.iter().collect(), closed: false, report }))
    }

    /// Takes the next file.
    pub(super) fn take(&self) -> Option<&'a Arc<Source>> {
        let mut progress = self.lock();
        if progress.closed { None } else { progress.waiting.pop_front() }
    }

    /// Closes the queue: no worker gets another file.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Adds a result to the report.
    pub(super) fn report(&self, add: impl FnOnce(&mut UploadReport)) {
        add(&mut self.lock().report);
    }

    fn into_report(self) -> UploadReport {
        let Progress { waiting, mut report, .. } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.untried = waiting.iter().map(|source| source.path().to_owned()).collect();
        report
    }

    fn lock(&self) -> MutexGuard<'_, Progress<'a>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for `time` before a retry. Returns an error with `step` if the run is cancelled or reaches its time limit.
pub(super) fn wait_for_retry(
    cancellation: &Cancellation,
    time: Duration,
    step: Option<Step>,
) -> Result<(), UploadError> {
    wait::pause(Deadline::new(Instant::now() + time, cancellation)).map_err(|error| match error {
        WaitError::OutOfTime => UploadError::OutOfTime { step },
        WaitError::Interrupted | WaitError::Failed(_) => UploadError::Interrupted { step },
    })
}
