//! The names under which the temporary file may lie on the server, and its removal. Invariant: a name is added before the
//! command that can make it, and taken away only after the server has said that it is gone.

use std::time::Duration;

use ftp_delivery::Found;

use crate::report::check::{Finding, Problem};
use crate::report::error::UploadError;
use crate::report::summary::{Remaining, Remains, Whose};
use crate::run::check::probe::Probe;
use crate::sandbox::run_limits::RunLimits;
use crate::sandbox::values::{Inquiry, Refusal, Removal};

/// The time for removing the file after an interruption.
const GRACE: Duration = Duration::from_secs(5);

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
    /// True if the server has confirmed that the file is there.
    seen: bool,
    /// The last answer of the server.
    state: Remaining,
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
            self.names.push(Leftover { name: name.to_vec(), seen: false, state: Remaining::Unknown });
        }
    }

    /// Notes that the file is there.
    pub(super) fn has(&mut self, name: &[u8]) {
        self.names.iter_mut().filter(|leftover| leftover.name == name).for_each(|leftover| leftover.seen = true);
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
        let in_grace = Probe::grace(GRACE);
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
        let found = match session.ask(&names, Inquiry::Size, false) {
            Ok(known) => known.into_iter().map(|known| known.found).collect::<Vec<_>>(),
            Err(error) => return Err(self.lost(probe, error)),
        };
        Ok(self.learn(&removals, &found, attempt))
    }

    fn lost(&mut self, probe: &mut Probe<'_>, error: UploadError) -> Option<UploadError> {
        probe.session = None;
        Some(error)
    }

    /// Takes away the names that are gone.
    fn learn(&mut self, removals: &[Removal], found: &[Found], attempt: usize) -> Answer {
        let mut answer = Answer { removed: false, refusal: None, is_last: true };
        // An earlier DELE may have worked, and its reply was lost.
        let asked_before = attempt > 0;
        let mut kept = Vec::new();
        for ((mut leftover, removal), found) in self.names.drain(..).zip(removals).zip(found) {
            leftover.state = if let Found::Bytes(bytes) = found { Remaining::Seen(*bytes) } else { Remaining::Unknown };
            match removal {
                Removal::Removed if !matches!(found, Found::Bytes(_)) => {
                    answer.removed = true;
                    // The server may still carry out a command of the session that has ended, and make the file again.
                    if self.in_doubt && attempt + 1 < TRIES {
                        leftover.seen = false;
                        kept.push(leftover);
                    }
                }
                Removal::Removed => kept.push(leftover),
                Removal::Refused(_)
                    if matches!(found, Found::Refused | Found::Untold) && (!leftover.seen || asked_before) =>
                {
                    if self.in_doubt && attempt + 1 < TRIES {
                        kept.push(leftover);
                    }
                }
                Removal::Refused(refusal) => {
                    answer.refusal = Some(refusal.clone());
                    kept.push(leftover);
                }
            }
        }
        self.names = kept;
        // A server that has refused without a doubt would do so again.
        answer.is_last = self.names.is_empty() || !self.in_doubt;
        answer
    }
}

/// The answer of one session.
struct Answer {
    removed: bool,
    refusal: Option<Refusal>,
    is_last: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::step::Step;

    fn refusal() -> Refusal {
        Refusal { step: Step::Renaming, code: 550, text: b"No"[..].into() }
    }

    fn leftovers(seen: bool, in_doubt: bool) -> Leftovers {
        let mut leftovers = Leftovers::default();
        leftovers.may_have(b"a");
        if seen {
            leftovers.has(b"a");
        }
        leftovers.in_doubt = in_doubt;
        leftovers
    }

    #[test]
    fn a_file_that_was_seen_and_is_not_removed_remains() {
        for (found, state) in [
            (Found::Bytes(3), Remaining::Seen(3)),
            (Found::Refused, Remaining::Unknown),
            (Found::Untold, Remaining::Unknown),
        ] {
            let mut left = leftovers(true, false);
            let answer = left.learn(&[Removal::Refused(refusal())], &[found], 0);
            assert!(answer.is_last && answer.refusal.is_some());
            assert_eq!(left.names[0].state, state);
        }
    }

    #[test]
    fn a_file_that_was_never_seen_and_is_not_found_is_gone() {
        let mut left = leftovers(false, false);
        let answer = left.learn(&[Removal::Refused(refusal())], &[Found::Refused], 0);
        assert!(answer.is_last && answer.refusal.is_none() && left.names.is_empty());
    }

    #[test]
    fn a_removal_counts_only_if_the_server_does_not_report_the_file_after_it() {
        let mut left = leftovers(true, false);
        assert!(left.learn(&[Removal::Removed], &[Found::Untold], 0).removed && left.names.is_empty());
        let mut left = leftovers(true, false);
        assert!(!left.learn(&[Removal::Removed], &[Found::Bytes(3)], 0).removed);
        assert_eq!(left.names.len(), 1);
    }

    #[test]
    fn in_doubt_the_server_is_asked_again() {
        let mut left = leftovers(false, true);
        assert!(!left.learn(&[Removal::Refused(refusal())], &[Found::Refused], 0).is_last);
        assert_eq!(left.names.len(), 1);
        assert!(left.learn(&[Removal::Refused(refusal())], &[Found::Refused], TRIES - 1).is_last);
        assert!(left.names.is_empty());
    }

    #[test]
    fn in_doubt_the_server_is_asked_again_after_a_removal() {
        let mut left = leftovers(true, true);
        let first = left.learn(&[Removal::Removed], &[Found::Refused], 0);
        assert!(first.removed && !first.is_last && !left.names[0].seen);
        let last = left.learn(&[Removal::Refused(refusal())], &[Found::Refused], TRIES - 1);
        assert!(last.is_last && last.refusal.is_none() && left.names.is_empty());
    }

    #[test]
    fn a_file_that_was_renamed_has_one_name() {
        let mut left = leftovers(true, false);
        left.may_have(b"b");
        left.has_only(b"b");
        assert_eq!(
            left.names.iter().map(|leftover| (&leftover.name[..], leftover.seen)).collect::<Vec<_>>(),
            [(&b"b"[..], true)]
        );
    }
}
