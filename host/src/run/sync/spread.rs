//! Spreads work over several sessions. New pieces of work may be found while others are done: a directory that is listed
//! names the ones below it.
//!
//! Invariant: no piece is lost. A worker that fails puts its piece back and leaves, if another one is at work; the failure
//! of the last one ends the phase.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cancel::CancelToken;
use crate::report::error::UploadError;
use crate::run::queue::Queue;
use crate::run::worker::Worker;
use crate::run::workers::Run;

/// The work of one phase.
struct Work<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// The number of pieces that workers have in hand.
    in_hand: usize,
    /// The number of workers.
    workers: usize,
    /// The error that has ended the phase.
    error: Option<UploadError>,
}

impl<T> Work<T> {
    /// The work that begins with `pieces`, and has one worker.
    fn new(pieces: impl IntoIterator<Item = T>) -> Self {
        let state = State { waiting: pieces.into_iter().collect(), in_hand: 0, workers: 1, error: None };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes the next piece; waits while there is none and another worker may find or put back one.
    fn take(&self) -> Option<T> {
        let may_come = |state: &mut State<T>| state.error.is_none() && state.waiting.is_empty() && state.in_hand > 0;
        let mut state = self.changed.wait_while(self.lock(), may_come).unwrap_or_else(PoisonError::into_inner);
        let piece = if state.error.is_none() { state.waiting.pop_front() } else { None };
        state.in_hand += usize::from(piece.is_some());
        piece
    }

    /// Ends a piece: `found` are the pieces that follow from it, or the piece itself if it was not done.
    fn end(&self, found: impl IntoIterator<Item = T>) {
        let mut state = self.lock();
        state.in_hand -= 1;
        state.waiting.extend(found);
        drop(state);
        self.changed.notify_all();
    }

    /// Ends the work of a worker that could not do `piece`. If it was the last one, `error` ends the phase.
    fn give_up(&self, piece: T, error: UploadError) {
        let mut state = self.lock();
        state.in_hand -= 1;
        state.workers -= 1;
        if state.workers == 0 {
            state.error.get_or_insert(error);
        } else {
            state.waiting.push_back(piece);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Adds a worker.
    fn join(&self) {
        self.lock().workers += 1;
    }

    /// Ends the work of a worker that found nothing to do.
    fn leave(&self) {
        self.lock().workers -= 1;
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operation on one piece of work. It returns the pieces that follow from it.
pub(in crate::run) type Act<'a, T> =
    &'a (dyn Fn(&mut Worker<'_>, T) -> Result<Vec<T>, UploadError> + std::marker::Sync);

/// Calls `act` for each of `pieces` and for each piece that `act` returns, on up to `connections` sessions.
///
/// # Errors
/// The error of the last worker. An error of another one is the reason to do that piece on another session.
pub(in crate::run) fn spread<T: Send + Clone>(
    run: &Run<'_>,
    pieces: impl IntoIterator<Item = T>,
    connections: usize,
    act: Act<'_, T>,
) -> Result<(), UploadError> {
    let (work, queue) = (Work::new(pieces), Queue::new(Vec::new(), None));
    if work.lock().waiting.is_empty() {
        return Ok(());
    }
    let enough = Run::next_phase(connections);
    let mut first = Worker::new(run, &queue);
    // Before the others look for a session: the first worker must have one.
    first.wake();
    thread::scope(|scope| {
        for token in enough.iter().cycle().take(connections.saturating_sub(1)) {
            let other = || {
                let mut worker = Worker::new(run, &queue);
                if worker.join(token) {
                    work.join();
                    serve(worker, &work, act);
                }
            };
            // Fewer threads are fewer connections, and not a failure.
            let _ = thread::Builder::new().spawn_scoped(scope, other);
        }
        serve(first, &work, act);
        enough.iter().for_each(CancelToken::cancel);
    });
    work.state.into_inner().unwrap_or_else(PoisonError::into_inner).error.map_or(Ok(()), Err)
}

/// Works until there is nothing to do, or a piece fails.
fn serve<T: Clone>(mut worker: Worker<'_>, work: &Work<T>, act: Act<'_, T>) {
    while let Some(piece) = work.take() {
        match act(&mut worker, piece.clone()) {
            Ok(found) => work.end(found),
            Err(error) => {
                work.give_up(piece, error);
                worker.rest();
                return;
            }
        }
    }
    work.leave();
    worker.rest();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> UploadError {
        UploadError::Unknown
    }

    #[test]
    fn a_worker_that_waits_gets_what_another_one_finds() {
        let work = Work::new([1]);
        work.join();
        assert_eq!(work.take(), Some(1));
        thread::scope(|scope| {
            let waits = scope.spawn(|| work.take());
            work.end([2]);
            assert_eq!(waits.join().unwrap(), Some(2));
        });
        work.end([]);
        assert_eq!(work.take(), None);
    }

    #[test]
    fn a_piece_that_fails_is_done_by_another_worker() {
        let work = Work::new([1]);
        work.join();
        assert_eq!(work.take(), Some(1));
        work.give_up(1, lost());
        assert_eq!(work.take(), Some(1));
        work.end([]);
        assert!(work.take().is_none() && work.lock().error.is_none());
    }

    #[test]
    fn the_failure_of_the_last_worker_ends_the_phase() {
        let work = Work::new([1, 2]);
        assert_eq!(work.take(), Some(1));
        work.give_up(1, lost());
        assert!(work.take().is_none() && work.lock().error.is_some());
    }
}
