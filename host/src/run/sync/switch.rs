//! Gives files that are stored under temporary names their own names.
//!
//! After a lost connection, a change of a name may have been carried out or not. It counts as carried out only if the server
//! shows the new file under its name, by a size or a time that no file had there before, and does not show the temporary file.
//! Else the change is tried again, and the reply to RNFR tells if the temporary file is still there.

use std::sync::{Mutex, PoisonError};

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::summary::{Remaining, Remains, StoredFile, Whose};
use crate::run::sync::aside::{Moving, Replacement};
use crate::run::sync::spread::spread;
use crate::run::workers::Run;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Change, Changed, Inquiry, Known, Refusal, Renaming};

/// The most files in one piece of work.
const PER_CALL: usize = 32;

/// A file that waits under its temporary name.
#[derive(Clone, Debug)]
pub(super) struct Staged {
    pub(super) stored: StoredFile,
    pub(super) temporary: Vec<u8>,
    /// The time of last modification that it gets, in seconds since 1970.
    pub(super) time: Option<u64>,
    pub(super) sign: Sign,
}

/// The property by which the new file is told from the one that has its name before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Its size: the server has no file of this size under the name.
    Size,
    /// Its time of last modification, which this run sets: the old file has another one.
    Time(u64),
    /// None that is known.
    None,
}

/// The result for one file.
#[derive(Debug)]
pub(super) enum Switched {
    /// It has its name.
    Done {
        /// True if the server has confirmed the time.
        time_set: bool,
    },
    /// Nothing was changed: it waits under its temporary name, and the old file is as it was.
    Untouched,
    /// The server refused. The file waits under its temporary name, and the old file is as it was.
    Refused(UploadError),
    /// It does not have its name, as far as is known, or the old file does not have it any more.
    Failed { error: UploadError, remains: Vec<Remains> },
}

/// The state of one file.
enum State {
    /// The server has it under its temporary name. `doubted` if an earlier change of the name may have been carried out.
    Waiting {
        doubted: bool,
    },
    /// The connection was lost while the name was changed.
    InDoubt,
    /// The server does not rename over the old file.
    Blocked {
        refusal: Refusal,
        moving: Moving,
        time_set: bool,
    },
    Ended(Switched),
}

/// Files whose names are being changed.
struct Switching<'a> {
    files: &'a [Staged],
    states: Vec<State>,
}

impl<'a> Switching<'a> {
    fn new(files: &'a [Staged]) -> Self {
        Self { files, states: files.iter().map(|_| State::Waiting { doubted: false }).collect() }
    }

    /// Changes the names. After an error it can be called again on another session.
    fn go_on(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        self.resolve_doubts(session, flight)?;
        self.rename(session, flight)?;
        self.move_aside(session)
    }

    /// Returns the results, one for each file.
    fn into_results(self) -> Vec<Switched> {
        let result = |(state, file): (State, &Staged)| match state {
            State::Ended(switched) => switched,
            State::Waiting { doubted: false } => Switched::Untouched,
            State::Waiting { doubted: true } | State::InDoubt => unknown(file),
            State::Blocked { refusal, moving, time_set } => {
                Replacement { file, refusal: &refusal, time_set }.lost(moving)
            }
        };
        self.states.into_iter().zip(self.files).map(result).collect()
    }

    /// Asks about the files in doubt.
    fn resolve_doubts(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        let doubtful = self.indices(|state| matches!(state, State::InDoubt));
        let told: Vec<_> = doubtful.iter().copied().filter(|&at| self.files[at].sign != Sign::None).collect();
        let names: Vec<_> = told.iter().flat_map(|&at| self.both_names(at)).collect();
        let known = if names.is_empty() { Vec::new() } else { session.ask(&names, Inquiry::SizeAndTime, flight)? };
        doubtful.iter().for_each(|&at| self.states[at] = State::Waiting { doubted: true });
        for (at, known) in told.into_iter().zip(known.chunks(2)) {
            let file = &self.files[at];
            let [temporary, own] = known else { continue };
            let is_waiting = matches!(temporary.found, Found::Bytes(_));
            if !is_waiting && shows_new(file, own) {
                let time_set = file.time.is_some() && own.modified == file.time;
                self.states[at] = State::Ended(Switched::Done { time_set });
            }
        }
        Ok(())
    }

    fn both_names(&self, at: usize) -> [Vec<u8>; 2] {
        let file = &self.files[at];
        [file.temporary.clone(), file.stored.remote.clone()]
    }

    fn rename(&mut self, session: &mut GuestSession, flight: bool) -> Result<(), UploadError> {
        let waiting = self.indices(|state| matches!(state, State::Waiting { .. }));
        let doubted = self.indices(|state| matches!(state, State::Waiting { doubted: true }));
        let change = |&at: &usize| {
            let Staged { stored, temporary, time, .. } = &self.files[at];
            Change { name: temporary.clone(), to: stored.remote.clone(), time: *time }
        };
        let changes: Vec<_> = waiting.iter().map(change).collect();
        if changes.is_empty() {
            return Ok(());
        }
        waiting.iter().for_each(|&at| self.states[at] = State::InDoubt);
        let changed = session.rename_all(&changes, flight)?;
        for (&at, changed) in waiting.iter().zip(changed) {
            self.states[at] = after(&self.files[at], changed, doubted.contains(&at));
        }
        Ok(())
    }

    /// Moves old files aside where the server does not rename over them, one after the other.
    fn move_aside(&mut self, session: &mut GuestSession) -> Result<(), UploadError> {
        for (state, file) in self.states.iter_mut().zip(self.files) {
            let State::Blocked { refusal, moving, time_set } = state else { continue };
            let replacement = Replacement { file, refusal, time_set: *time_set };
            let switched = replacement.carry_out(session, moving)?;
            *state = State::Ended(switched);
        }
        Ok(())
    }

    fn indices(&self, is: impl Fn(&State) -> bool) -> Vec<usize> {
        let with_index = self.states.iter().enumerate();
        with_index.filter(|(_, state)| is(state)).map(|(index, _)| index).collect()
    }
}

/// Returns true if the server shows that the new file has its name.
fn shows_new(file: &Staged, known: &Known) -> bool {
    known.found == Found::Bytes(file.stored.size)
        && match file.sign {
            Sign::Size => true,
            Sign::Time(time) => known.modified == Some(time),
            Sign::None => false,
        }
}

/// Returns the state that follows from the replies. `doubted` if an earlier change may have been carried out: then the
/// temporary file may be gone for that reason.
fn after(file: &Staged, Changed { renaming, time_set }: Changed, doubted: bool) -> State {
    match renaming {
        Renaming::Done => State::Ended(Switched::Done { time_set }),
        Renaming::NotFrom(_) if doubted => State::Ended(unknown(file)),
        Renaming::NotFrom(refusal) => State::Ended(Switched::Refused(not_renamed(refusal, true))),
        Renaming::NotTo(refusal) => State::Blocked { refusal, moving: Moving::NotBegun, time_set },
    }
}

/// The result for a file that has its name or waits under its temporary one.
fn unknown(file: &Staged) -> Switched {
    Switched::Failed { error: UploadError::Unknown, remains: vec![ours(file)] }
}

/// The entry of the report for the temporary file, which may be there.
pub(super) fn ours(file: &Staged) -> Remains {
    Remains { name: file.temporary.clone(), of: Whose::Ours, state: Remaining::Unknown }
}

/// Returns the error for a refused change of a name. `forbidden` if it was RNFR that was refused.
pub(super) fn not_renamed(Refusal { code, text, .. }: Refusal, forbidden: bool) -> UploadError {
    UploadError::NotRenamed { forbidden, old_is_aside: false, code, text }
}

/// Gives `files` their names, on up to `connections` sessions, with the retries that the request allows. Returns one result
/// for each file, and the error if there is no session any more.
pub(super) fn switch(run: &Run<'_>, files: &[Staged], connections: usize) -> (Vec<Switched>, Result<(), UploadError>) {
    // A piece that one session has begun is continued by another one.
    let pieces: Vec<_> = files.chunks(PER_CALL).map(|some| Mutex::new(Switching::new(some))).collect();
    let ended = spread(run, &pieces, connections, &|worker, piece: &Mutex<Switching<'_>>| {
        let mut piece = piece.lock().unwrap_or_else(PoisonError::into_inner);
        worker.persist(|session, flight| piece.go_on(session, flight))?;
        Ok(Vec::new())
    });
    let results =
        |piece: Mutex<Switching<'_>>| piece.into_inner().unwrap_or_else(PoisonError::into_inner).into_results();
    (pieces.into_iter().flat_map(results).collect(), ended)
}
