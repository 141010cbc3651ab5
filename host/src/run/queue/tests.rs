//! A model of the workers of a queue: in every order of events, each file is finished once.

use super::*;
use crate::report::error::UploadError;

/// One worker of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Worker {
    /// It has no session yet.
    Connecting,
    Idle,
    /// It has this file in hand.
    Busy(u32),
    /// It has found the queue empty.
    Leaving,
    Gone,
}

fn failure() -> Failure {
    Failure::of_run(UploadError::Unknown)
}

/// Lets one worker do its next step, which `choice` selects. Adds a finished file to `finished`.
fn step(queue: &Queue<u32, u32>, worker: Worker, choice: u8, finished: &mut Vec<u32>) -> Worker {
    match (worker, choice) {
        (Worker::Connecting, 0) => Worker::Gone,
        (Worker::Connecting, _) if queue.join() => Worker::Idle,
        (Worker::Connecting, _) => Worker::Gone,
        (Worker::Idle, _) => match queue.take() {
            Some(Work::Fresh(file) | Work::Begun(file)) => Worker::Busy(file),
            None => Worker::Leaving,
        },
        (Worker::Leaving, _) => {
            if queue.leave() {
                Worker::Gone
            } else {
                Worker::Idle
            }
        }
        (Worker::Busy(file), 0) => {
            queue.hand_back(vec![file]).map_or_else(|files| Worker::Busy(files[0]), |()| Worker::Gone)
        }
        (Worker::Busy(file), _) => {
            finished.push(file);
            Worker::Idle
        }
        (Worker::Gone, _) => Worker::Gone,
    }
}

#[test]
fn every_file_is_finished_once_in_every_order_of_events() {
    for seed in 0..20_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.u32(0..12);
        let queue = Queue::new((0..count).collect(), None);
        queue.open(|_| true);
        let mut workers = vec![Worker::Connecting; random.usize(1..5)];
        workers[0] = Worker::Idle;
        let mut finished = Vec::new();
        while workers.iter().any(|&worker| worker != Worker::Gone) {
            let index = random.usize(0..workers.len());
            workers[index] = step(&queue, workers[index], random.u8(0..3), &mut finished);
        }
        finished.sort_unstable();
        assert_eq!(finished, (0..count).collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn no_file_is_taken_after_the_run_has_ended() {
    let queue = Queue::<u32, u32>::new(vec![1, 2, 3], None);
    queue.open(|_| true);
    assert!(queue.take().is_some());
    assert!(queue.failed(failure(), Effect::OnAll));
    assert!(!queue.join() && queue.hand_back(vec![1]).is_err() && queue.take().is_none());
    assert_eq!(queue.into_parts().0.len(), 2);
}

#[test]
fn lost_connections_end_the_run_only_in_a_row() {
    let queue = Queue::<u32, u32>::new(vec![1], None);
    for effect in [Effect::LostConnection, Effect::LostConnection, Effect::OnNone, Effect::LostConnection] {
        assert!(!queue.failed(failure(), effect));
    }
    assert!(!queue.failed(failure(), Effect::LostConnection));
    assert!(queue.failed(failure(), Effect::LostConnection));
}

#[test]
fn an_empty_queue_ends_the_attempts_to_connect() {
    let enough = CancelToken::new().unwrap();
    let queue = Queue::<u32, u32>::new(vec![1], Some(enough.clone()));
    queue.open(|_| true);
    assert!(!queue.leave() && queue.take().is_some() && !enough.is_cancelled());
    assert!(queue.leave() && enough.is_cancelled());
}
