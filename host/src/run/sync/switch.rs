//! Gives files that are stored under temporary names their own names.
//!
//! A name is changed again only if the server still has the file under its temporary name. After a lost connection that
//! is asked first.

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::summary::StoredFile;
use crate::run::sync::aside;
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Change, Changed, Inquiry, Refusal, Renaming};

/// The most files in one piece of work.
pub(super) const PER_CALL: usize = 32;

/// A file that waits under its temporary name.
#[derive(Clone, Debug)]
pub(super) struct Staged {
    pub(super) stored: StoredFile,
    pub(super) temporary: Vec<u8>,
    /// The time of last modification that it gets, in seconds since 1970.
    pub(super) time: Option<u64>,
}

/// The result for one file.
#[derive(Debug)]
pub(super) enum Switched {
    /// It has its name.
    Done {
        /// True if the server has confirmed the time.
        time_set: bool,
    },
    /// It does not have its name. The error says what is known.
    Failed(UploadError),
}

/// The state of one file.
enum State {
    /// The server has it under its temporary name.
    Waiting,
    /// The connection was lost while the name was changed.
    InDoubt,
    /// The server does not rename over the old file.
    Blocked(Refusal),
    Ended(Switched),
}

/// Files whose names are being changed.
pub(super) struct Switching<'a> {
    files: &'a [Staged],
    states: Vec<State>,
}

impl<'a> Switching<'a> {
    pub(super) fn new(files: &'a [Staged]) -> Self {
        Self { files, states: files.iter().map(|_| State::Waiting).collect() }
    }

    /// Changes the names. After an error it can be called again on another session.
    pub(super) fn go_on(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        self.resolve_doubts(session, flight)?;
        self.rename(session, flight)?;
        self.move_aside(session)
    }

    /// Returns the results, one for each file.
    pub(super) fn into_results(self) -> Vec<Switched> {
        let result = |state| match state {
            State::Ended(switched) => switched,
            State::Waiting | State::Blocked(_) | State::InDoubt => Switched::Failed(UploadError::Unknown),
        };
        self.states.into_iter().map(result).collect()
    }

    /// Asks about the files in doubt. One that is gone under its temporary name, and is there with its size under its own,
    /// has its name: the names are changed only by this run.
    fn resolve_doubts(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        let doubtful = self.indices(|state| matches!(state, State::InDoubt));
        let names: Vec<_> = doubtful.iter().flat_map(|&at| self.both_names(at)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let known = session.ask(&names, Inquiry::Size, flight)?;
        for (&at, known) in doubtful.iter().zip(known.chunks(2)) {
            let found = known.first().zip(known.last()).map(|(temporary, own)| (temporary.found, own.found));
            self.states[at] = match found {
                Some((Found::Bytes(_), _)) => State::Waiting,
                Some((Found::Refused, Found::Bytes(size))) if size == self.files[at].stored.size => {
                    State::Ended(Switched::Done { time_set: true })
                }
                Some((Found::Refused | Found::Untold, _)) | None => {
                    State::Ended(Switched::Failed(UploadError::Unknown))
                }
            };
        }
        Ok(())
    }

    fn both_names(&self, at: usize) -> [Vec<u8>; 2] {
        let file = &self.files[at];
        [file.temporary.clone(), file.stored.remote.clone()]
    }

    fn rename(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        let waiting = self.indices(|state| matches!(state, State::Waiting));
        let change = |&at: &usize| {
            let Staged { stored, temporary, time } = &self.files[at];
            Change { name: temporary.clone(), to: stored.remote.clone(), time: *time }
        };
        let changes: Vec<_> = waiting.iter().map(change).collect();
        if changes.is_empty() {
            return Ok(());
        }
        waiting.iter().for_each(|&at| self.states[at] = State::InDoubt);
        let changed = session.rename_all(&changes, flight)?;
        for (&at, changed) in waiting.iter().zip(changed) {
            self.states[at] = after(changed);
        }
        Ok(())
    }

    /// Moves old files aside where the server does not rename over them, one after the other.
    fn move_aside(&mut self, session: &mut GuestSession) -> Result<(), UploadError> {
        for at in self.indices(|state| matches!(state, State::Blocked(_))) {
            let State::Blocked(refusal) = &self.states[at] else { continue };
            let switched = aside::replace(session, &self.files[at], refusal.clone())?;
            self.states[at] = State::Ended(switched);
        }
        Ok(())
    }

    fn indices(&self, is: impl Fn(&State) -> bool) -> Vec<usize> {
        let with_index = self.states.iter().enumerate();
        with_index.filter(|(_, state)| is(state)).map(|(index, _)| index).collect()
    }
}

fn after(changed: Changed) -> State {
    match changed.renaming {
        Renaming::Done => State::Ended(Switched::Done { time_set: changed.time_set }),
        Renaming::NotFrom(refusal) => State::Ended(Switched::Failed(not_renamed(refusal, true))),
        Renaming::NotTo(refusal) => State::Blocked(refusal),
    }
}

/// Returns the error for a refused change of a name. `forbidden` if it was RNFR that was refused.
pub(super) fn not_renamed(Refusal { code, text, .. }: Refusal, forbidden: bool) -> UploadError {
    UploadError::NotRenamed { forbidden, old_is_aside: false, code, text }
}

/// Gives `files` their names on the session of `worker`, with the retries that the request allows.
///
/// # Errors
/// If there is no session any more. The names may be changed.
pub(super) fn switch(worker: &mut Worker<'_>, files: &[Staged]) -> Result<Vec<Switched>, UploadError> {
    let mut switching = Switching::new(files);
    worker.persist(|session, flight| switching.go_on(session, flight))?;
    Ok(switching.into_results())
}
