//! The names under which the temporary file may lie on the server, and its removal. Invariant: a name is added before the
//! command that can make it, and taken away only after the server has said that it is gone, or that it has taken no byte of
//! it.

use std::time::Duration;

use ftp_delivery::Found;

use crate::cancel::CLEAN_UP_LIMIT;
use crate::report::check::{Finding, Problem};
use crate::report::error::UploadError;
use crate::report::summary::{Remaining, Remains, Whose};
use crate::run::check::probe::Probe;
use crate::run::evidence::Verdict;
use crate::run::presence::examine;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::run_limits::RunLimits;
use crate::sandbox::values::{Inquiry, Refusal, Removal};

/// The wait before the server is asked again: it may carry out a command after it has lost the connection.
const DELAY: Duration = Duration::from_millis(700);

/// The most sessions on which the removal is tried.
const TRIES: usize = 3;

/// The names under which the file may lie.
#[derive(Default)]
pub(super) struct Leftovers {
    names: Vec<Leftover>,
    /// True if a session has ended while the file was stored or renamed, so that the server may still be at work.
    in_doubt: bool,
}

#[derive(Clone)]
struct Leftover {
    name: Vec<u8>,
    standing: Standing,
    /// The last answer of the server.
    state: Remaining,
}

/// The knowledge about a file before it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The server has refused to store it, and has accepted no byte.
    NotTaken,
    /// It may be there.
    Possible,
    /// The server has confirmed that it is there.
    Seen,
    /// The server has removed it, so that DELE is permitted, and may have made it again since.
    Removed,
}

/// The answers of one session about one name.
struct Told {
    removal: Removal,
    found: Found,
    /// The conclusion from the listing, if the removal was refused and no size was told.
    verdict: Option<Verdict>,
}

/// The result of the removal.
pub(super) struct Removed {
    pub(super) finding: Finding<()>,
    pub(super) remains: Vec<Remains>,
    /// The last refusal, if something remains.
    pub(super) error: Option<UploadError>,
}

impl Leftovers {
    /// Adds a name that the next command can make.
    pub(super) fn may_have(&mut self, name: &[u8]) {
        if self.names.iter().all(|leftover| leftover.name != name) {
            self.names.push(Leftover { name: name.to_vec(), standing: Standing::Possible, state: Remaining::Unknown });
        }
    }

    /// Notes that the file is there.
    pub(super) fn has(&mut self, name: &[u8]) {
        self.note(name, |_| Standing::Seen);
    }

    /// Notes that the server has refused the file, and has accepted no byte.
    pub(super) fn has_not(&mut self, name: &[u8]) {
        self.note(name, |before| if before == Standing::Possible { Standing::NotTaken } else { before });
    }

    /// Notes that a part of the file may be there.
    pub(super) fn has_perhaps(&mut self, name: &[u8]) {
        self.note(name, |before| if before == Standing::NotTaken { Standing::Possible } else { before });
    }

    fn note(&mut self, name: &[u8], standing: impl Fn(Standing) -> Standing) {
        let named = self.names.iter_mut().filter(|leftover| leftover.name == name);
        named.for_each(|leftover| leftover.standing = standing(leftover.standing));
    }

    /// Notes that the file has this name, and no other one any more.
    pub(super) fn has_only(&mut self, name: &[u8]) {
        self.names.retain(|leftover| leftover.name == name);
        self.has(name);
    }

    /// Notes that a session has ended while the file was changed.
    pub(super) fn are_in_doubt(&mut self) {
        self.in_doubt = true;
    }

    /// Removes the file, under each name that it may have; also after the run was interrupted, and on a new session if the
    /// present one has ended.
    pub(super) fn remove(mut self, probe: &mut Probe<'_>) -> Removed {
        let (mut finding, mut error) = (Finding::Unasked, None);
        let in_grace = Probe::grace(CLEAN_UP_LIMIT);
        for attempt in 0..TRIES {
            if self.names.is_empty() {
                break;
            }
            let limits = if probe.run.is_cancelled() { &in_grace } else { &probe.run.limits };
            if attempt > 0 && self.in_doubt {
                // An interruption is no reason to leave the file.
                std::thread::sleep(DELAY);
            }
            match self.remove_once(probe, limits, attempt) {
                Ok(Answer { removed, refusal, is_last }) => {
                    if removed {
                        finding = Finding::Works(());
                    }
                    if let Some(Refusal { step, code, text }) = refusal {
                        finding = Finding::Fails(Problem::refused(code, &text));
                        error = Some(UploadError::Refused { step, code, text });
                    }
                    if is_last {
                        break;
                    }
                }
                Err(lost) => {
                    self.in_doubt = true;
                    error = lost.or(error);
                }
            }
        }
        let remains =
            self.names.into_iter().map(|Leftover { name, state, .. }| Remains { name, of: Whose::Ours, state });
        let remains: Vec<_> = remains.collect();
        if !remains.is_empty() && !matches!(finding, Finding::Fails(_)) {
            let problem = error.as_ref().map_or_else(|| Problem::new("there is no session"), Problem::of);
            finding = Finding::Fails(problem);
        }
        Removed { finding, error: error.filter(|_| !remains.is_empty()), remains }
    }

    /// Removes on one session.
    ///
    /// # Errors
    /// If there is no session, or it has ended. The error says why, if it is known.
    fn remove_once(
        &mut self,
        probe: &mut Probe<'_>,
        limits: &RunLimits,
        attempt: usize,
    ) -> Result<Answer, Option<UploadError>> {
        let session = probe.session_within(limits).ok_or(None)?;
        let names: Vec<_> = self.names.iter().map(|leftover| leftover.name.clone()).collect();
        let removals = match session.remove_all(&names, false) {
            Ok(removals) => removals,
            Err(error) => return Err(self.lost(probe, error)),
        };
        match Self::ask(session, &names, removals) {
            Ok(told) => Ok(self.learn(told, attempt)),
            Err(error) => Err(self.lost(probe, error)),
        }
    }

    /// Asks about `names` after their removal.
    fn ask(session: &mut GuestSession, names: &[Vec<u8>], removals: Vec<Removal>) -> Result<Vec<Told>, UploadError> {
        let known = session.ask(names, Inquiry::Size, false)?;
        let mut told = Vec::with_capacity(names.len());
        for ((name, removal), known) in names.iter().zip(removals).zip(known) {
            let is_doubtful = matches!(removal, Removal::Refused(_)) && !matches!(known.found, Found::Bytes(_));
            let verdict = match is_doubtful {
                true => examine(session, std::slice::from_ref(name))?.pop(),
                false => None,
            };
            told.push(Told { removal, found: known.found, verdict });
        }
        Ok(told)
    }

    fn lost(&mut self, probe: &mut Probe<'_>, error: UploadError) -> Option<UploadError> {
        probe.session = None;
        Some(error)
    }

    /// Takes away the names that are gone.
    fn learn(&mut self, told: Vec<Told>, attempt: usize) -> Answer {
        let mut answer = Answer { removed: false, refusal: None, is_last: true };
        // The server may still carry out a command of the session that has ended, and make the file again.
        let comes_back = self.in_doubt && attempt + 1 < TRIES;
        let mut kept = Vec::new();
        for (mut leftover, told) in self.names.drain(..).zip(told) {
            leftover.state =
                if let Found::Bytes(bytes) = told.found { Remaining::Seen(bytes) } else { Remaining::Unknown };
            let is_gone = leftover.is_gone(&told, self.in_doubt);
            match told.removal {
                Removal::Removed if is_gone => {
                    answer.removed = true;
                    leftover.standing = Standing::Removed;
                }
                Removal::Refused(refusal) if !is_gone => answer.refusal = Some(refusal),
                Removal::Removed | Removal::Refused(_) => {}
            }
            if !is_gone || comes_back {
                kept.push(leftover);
            }
        }
        self.names = kept;
        // A server that has refused without a doubt would do so again.
        answer.is_last = self.names.is_empty() || !self.in_doubt;
        answer
    }
}

impl Leftover {
    /// Returns true if the file is not there, after these answers. `in_doubt` is true if the server may still be at work.
    fn is_gone(&self, told: &Told, in_doubt: bool) -> bool {
        match (&told.removal, told.found) {
            (_, Found::Bytes(_)) => false,
            (Removal::Removed, Found::Refused | Found::Untold) => true,
            (Removal::Refused(_), Found::Refused | Found::Untold) => match self.standing {
                Standing::Removed => true,
                Standing::NotTaken if !in_doubt => true,
                Standing::NotTaken | Standing::Possible | Standing::Seen => told.verdict == Some(Verdict::Absent),
            },
        }
    }
}

/// The answer of one session.
struct Answer {
    removed: bool,
    refusal: Option<Refusal>,
    is_last: bool,
}

#[cfg(test)]
mod tests;
