//! The queue from which the workers of a run take files, with the state that they share: the report so far, and the
//! number of workers that have a session.
//!
//! Invariant: a file that was handed back is taken by another worker. A worker may hand back a file only while another
//! one serves the queue, and a worker stops serving only in the moment in which it finds the queue empty or closed, or
//! hands back its files.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::cancel::CancelToken;
use crate::report::skipped::Skipped;
use crate::report::summary::{Failure, StoredFile, UploadReport};
use crate::run::plan::FileTask;
use crate::run::put_file::PutFile;

/// The number of files in a row that may fail with their connections, before the server is taken to be unusable.
const MAX_LOST_IN_A_ROW: u32 = 3;

/// The files of a run, and the report so far. `F` is a file that no worker has begun, `B` one that was handed back.
pub(super) struct Queue<F = FileTask, B = PutFile> {
    state: Mutex<State<F, B>>,
    /// Signals that the directories are made, or that the queue is closed.
    opened: Condvar,
    /// Cancelled when no further connection is needed.
    enough: Option<CancelToken>,
}

/// The next piece of work of a worker.
#[derive(Debug)]
pub(super) enum Work<F = FileTask, B = PutFile> {
    /// A file that no worker has begun.
    Fresh(F),
    /// A file that another worker has handed back.
    Begun(B),
}

/// The effect of a failure on the other files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// None.
    OnNone,
    /// The connection was lost. If that happens again and again, the run ends.
    LostConnection,
    /// The run ends.
    OnAll,
}

impl Work {
    /// Returns the path of the local file, as messages show it.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Fresh(task) => task.path(),
            Self::Begun(file) => file.path().to_owned(),
        }
    }
}

struct State<F, B> {
    fresh: VecDeque<F>,
    begun: Vec<B>,
    /// The files that cannot be stored, because their directory cannot be made.
    excluded: Vec<F>,
    /// True until the directories are made; no file is taken before.
    waiting: bool,
    /// True if a failure has ended the run: no further file is taken.
    closed: bool,
    /// The number of workers that have a session, or have a file in hand.
    serving: usize,
    /// The number of consecutive failures with [`Effect::LostConnection`].
    lost_in_a_row: u32,
    report: UploadReport,
}

impl<F, B> Queue<F, B> {
    /// The queue of `files`, which the first worker serves. `enough` is cancelled when no further connection is needed.
    pub(super) fn new(files: Vec<F>, enough: Option<CancelToken>) -> Self {
        let state = State {
            fresh: files.into(),
            begun: Vec::new(),
            excluded: Vec::new(),
            waiting: true,
            closed: false,
            serving: 1,
            lost_in_a_row: 0,
            report: UploadReport::default(),
        };
        Self { state: Mutex::new(state), opened: Condvar::new(), enough }
    }

    /// Lets the workers take files: the directories are made. Files that `may_be_stored` excludes are not tried.
    pub(super) fn open(&self, may_be_stored: impl Fn(&F) -> bool) {
        let mut state = self.lock();
        let (fresh, excluded) = std::mem::take(&mut state.fresh).into_iter().partition::<Vec<F>, _>(may_be_stored);
        (state.fresh, state.excluded) = (fresh.into(), excluded);
        state.waiting = false;
        self.opened.notify_all();
    }

    /// Adds a worker that has a session. Returns false if there is no work for it.
    pub(super) fn join(&self) -> bool {
        let mut state = self.lock();
        let needed = state.has_work();
        state.serving += usize::from(needed);
        needed
    }

    /// Takes the next file, if there is one. Waits until the queue is opened.
    pub(super) fn take(&self) -> Option<Work<F, B>> {
        let shut = |state: &mut State<F, B>| state.waiting && !state.closed;
        self.opened.wait_while(self.lock(), shut).unwrap_or_else(PoisonError::into_inner).next()
    }

    /// Returns true if the next file to take is a new one for which `is_small` is true.
    pub(super) fn next_is(&self, is_small: impl Fn(&F) -> bool) -> bool {
        let state = self.lock();
        !state.closed && state.begun.is_empty() && state.fresh.front().is_some_and(is_small)
    }

    /// Ends the work of a worker that has no file in hand. Returns false if there is a file again: another worker has
    /// handed it back.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.lock();
        let done = !state.has_work();
        if done {
            state.serving -= 1;
            self.stop_connecting();
        }
        done
    }

    /// Hands back the files of a worker that gets no session, and ends its work. Returns the files if no other worker
    /// has a session, or if the run has ended.
    pub(super) fn hand_back(&self, files: Vec<B>) -> Result<(), Vec<B>> {
        let mut state = self.lock();
        if state.serving < 2 || state.closed {
            return Err(files);
        }
        state.begun.extend(files);
        state.serving -= 1;
        Ok(())
    }

    /// Returns true if another worker than the caller has a session.
    pub(super) fn has_others(&self) -> bool {
        self.lock().serving > 1
    }

    /// Adds a stored file to the report.
    pub(super) fn stored(&self, stored: StoredFile) {
        let mut state = self.lock();
        state.lost_in_a_row = 0;
        state.report.stored.push(stored);
    }

    /// Adds a file that is left out to the report.
    pub(super) fn skipped(&self, skipped: Skipped) {
        self.lock().report.skipped.push(skipped);
    }

    /// Adds a failure to the report. Returns true if it ends the run: no worker gets another file.
    pub(super) fn failed(&self, failure: Failure, effect: Effect) -> bool {
        let mut state = self.lock();
        state.report.failures.push(failure);
        state.lost_in_a_row = if effect == Effect::LostConnection { state.lost_in_a_row + 1 } else { 0 };
        if effect == Effect::OnAll || state.lost_in_a_row >= MAX_LOST_IN_A_ROW {
            state.closed = true;
            self.opened.notify_all();
            self.stop_connecting();
        }
        state.closed
    }

    /// Returns the files that no worker has finished, and the report.
    pub(super) fn into_parts(self) -> (Vec<Work<F, B>>, UploadReport) {
        let State { fresh, begun, excluded, report, .. } =
            self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let unbegun = excluded.into_iter().chain(fresh).map(Work::Fresh);
        (begun.into_iter().map(Work::Begun).chain(unbegun).collect(), report)
    }

    /// Ends the attempts of other workers to get a session.
    fn stop_connecting(&self) {
        if let Some(enough) = &self.enough {
            enough.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<F, B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F, B> State<F, B> {
    fn has_work(&self) -> bool {
        !(self.closed || self.fresh.is_empty() && self.begun.is_empty())
    }

    fn next(&mut self) -> Option<Work<F, B>> {
        if self.closed {
            return None;
        }
        self.begun.pop().map(Work::Begun).or_else(|| self.fresh.pop_front().map(Work::Fresh))
    }
}

#[cfg(test)]
mod tests;
