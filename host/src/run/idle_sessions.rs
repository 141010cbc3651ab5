//! The sessions that wait for the next phase of a run. A run with one phase keeps none: its workers quit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::net::tls::Versions;
use crate::request::Request;
use crate::request::job::Job;
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;

/// Sessions without a worker.
pub(super) struct IdleSessions {
    /// True if the run has several phases.
    keeps: bool,
    sessions: Mutex<Vec<(GuestSession, Versions)>>,
    /// True after a session was refused while another one was open.
    refused: AtomicBool,
}

impl IdleSessions {
    /// No sessions, in a run that carries out `request`.
    pub(super) fn of(request: &Request) -> Self {
        let keeps = match request.job {
            Job::Put(_) => request.asks_first(),
            Job::Check(_) => false,
            Job::Sync(_) => true,
        };
        Self { keeps, sessions: Mutex::new(Vec::new()), refused: AtomicBool::new(false) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(GuestSession, Versions)>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true for the first session that was refused while another one was open.
    pub(super) fn is_first_refusal(&self) -> bool {
        !self.refused.swap(true, Ordering::Relaxed)
    }

    /// Ends all sessions with QUIT, at the same time.
    pub(super) fn quit(&self) {
        let mut sessions = std::mem::take(&mut *self.lock()).into_iter();
        let last = sessions.next_back();
        thread::scope(|scope| {
            for (session, _) in sessions {
                // A session that gets no thread is dropped, which closes its connection.
                let _ = thread::Builder::new().spawn_scoped(scope, || session.quit());
            }
            if let Some((session, _)) = last {
                session.quit();
            }
        });
    }
}

impl Worker<'_> {
    /// Takes an idle session, if the worker has none. Returns true if it has a session then.
    pub(super) fn wake(&mut self) -> bool {
        if self.session.is_none()
            && let Some((session, versions)) = self.run.idle.lock().pop()
        {
            (self.session, self.versions) = (Some(session), versions);
        }
        self.session.is_some()
    }

    /// Leaves the session for the next phase of the run, or ends it if there is none.
    pub(super) fn rest(&mut self) {
        match self.session.take() {
            Some(session) if self.run.idle.keeps => self.run.idle.lock().push((session, self.versions)),
            Some(session) => session.quit(),
            None => {}
        }
    }
}
