//! Makes the [`Failure`] of a file that was given up: the final error, an earlier error that explains it, and the files
//! that remain on the server.

use ftp_delivery::{Found, Left, Name, Why};

use crate::report::error::UploadError;
use crate::report::event::Note;
use crate::report::step::Step;
use crate::report::summary::{Failure, Remaining, Remains, Whose};
use crate::run::put_file::PutFile;
use crate::run::worker::Worker;

/// The errors of all tries of one file.
#[derive(Default)]
pub(super) struct Outcomes {
    /// The last error of the present try.
    last: Option<UploadError>,
    /// An error of an earlier try: the last one after which a partial file may remain, or else the first one.
    earlier: Option<UploadError>,
}

impl Outcomes {
    /// Records an error of the present try.
    pub(super) fn record(&mut self, error: UploadError) {
        self.last = Some(error);
    }

    /// Returns the last error of the present try.
    pub(super) fn last(&self) -> Option<&UploadError> {
        self.last.as_ref()
    }

    /// Returns the step of the recorded error of an earlier try, or else of the present try.
    pub(super) fn step(&self) -> Option<Step> {
        let earlier = self.earlier.as_ref().and_then(UploadError::step);
        earlier.or_else(|| self.last.as_ref().and_then(UploadError::step))
    }

    /// Ends the present try: its last error becomes the earlier error, if it says more.
    pub(super) fn end_try(&mut self) {
        let Some(last) = self.last.take() else { return };
        if last.partial_file_may_remain() || self.earlier.is_none() {
            self.earlier = Some(last);
        }
    }
}

impl PutFile {
    /// Returns the failure of a file that was given up.
    pub(super) fn failure(&mut self, why: Why, temporary: Left, aside: Left) -> Failure {
        let (error, hidden) = self.verdict(why);
        let earlier = self.errors.earlier.take();
        // A refusal explains more than an earlier error, because it has the server's reply.
        let explanation =
            if matches!(hidden, Some(UploadError::Refused { .. })) { hidden.or(earlier) } else { earlier.or(hidden) };
        let earlier = explanation.filter(|earlier| !is_same_error(earlier, &error));
        let partial = self.state.work_name() == Name::Own && (self.state.may_have_left_a_part() || is_shorter(&error));
        let under_own_name = partial && !self.names.are_staged();
        // Under a temporary name of `sync`, also a whole file is left over.
        let is_left = self.names.are_staged() && self.state.has_begun();
        let temporary = if is_left { Left::Unseen } else { temporary };
        let ours = remains(self.names.bytes(self.state.work_name()), Whose::Ours, temporary);
        let old = remains(self.names.bytes(Name::Aside), Whose::Old, aside);
        Failure {
            file: Some(self.source.path().to_owned()),
            partial: under_own_name,
            error,
            earlier,
            remains: ours.into_iter().chain(old).collect(),
        }
    }

    /// Returns the final error, and the last recorded error if it differs.
    fn verdict(&mut self, why: Why) -> (UploadError, Option<UploadError>) {
        match (why, self.errors.last.take()) {
            // This error itself means that the outcome is unknown.
            (Why::Unknown, Some(error @ UploadError::Unconfirmed { .. })) => (error, None),
            (Why::Unknown, last) => (UploadError::Unknown, last),
            (Why::Mismatch(_) | Why::Missing, Some(refused @ UploadError::Refused { .. })) => {
                (self.error_for(why, None), Some(refused))
            }
            (why, last) => (self.error_for(why, last), None),
        }
    }

    /// Returns the error for the reason of giving up, with the details of the last recorded error.
    fn error_for(&self, why: Why, last: Option<UploadError>) -> UploadError {
        let sent = self.source.length();
        match (why, last) {
            (Why::Unknown, _) => UploadError::Unknown,
            (Why::Mismatch(stored), _) => UploadError::Mismatch { sent, stored },
            (Why::Missing, _) => UploadError::Missing,
            (Why::Unverified, _) => UploadError::Unverified,
            (Why::CannotRename, _) => UploadError::CannotRename,
            (Why::NotRenamed | Why::NotRestored, Some(UploadError::Refused { code, text, .. })) => {
                let (forbidden, old_is_aside) = (!self.may_be_renamed, why == Why::NotRestored);
                UploadError::NotRenamed { forbidden, old_is_aside, code, text }
            }
            (Why::Failed, Some(UploadError::Refused { step: Step::Store, code, text }))
                if self.state.work_name() == Name::PlainTemporary && code >= 500 =>
            {
                UploadError::TemporaryRefused { name: self.names.bytes(Name::PlainTemporary), code, text }
            }
            (Why::Failed | Why::Corrupt | Why::NotRenamed | Why::NotRestored, Some(error)) => error,
            (Why::Failed | Why::Corrupt | Why::NotRenamed | Why::NotRestored | Why::Fault, _) => {
                UploadError::Fault("a delivery ended without a reason".into())
            }
        }
    }

    /// Sends a note if an older file that was moved aside may still exist.
    pub(super) fn note_old_remains(&self, worker: &Worker<'_>, aside: Left) {
        match aside {
            Left::Nothing | Left::Removed | Left::Seen(Found::Refused) => {}
            Left::Seen(Found::Bytes(_) | Found::Untold) | Left::Unseen => {
                let name = self.names.bytes(Name::Aside);
                worker.note(self.source.path(), &Note::OldRemains { name });
            }
        }
    }
}

/// Returns true if the server reported a size that is smaller than the number of bytes sent.
fn is_shorter(error: &UploadError) -> bool {
    matches!(error, UploadError::Mismatch { sent, stored } if stored < sent)
}

/// Returns the entry of the report for a file under a generated name; `None` if there is no such file.
fn remains(name: Vec<u8>, of: Whose, left: Left) -> Option<Remains> {
    let state = match left {
        Left::Nothing => return None,
        Left::Removed => Remaining::Removed,
        Left::Seen(Found::Bytes(bytes)) => Remaining::Seen(bytes),
        Left::Seen(Found::Refused | Found::Untold) | Left::Unseen => Remaining::Unknown,
    };
    Some(Remains { name, of, state })
}

/// Returns true if a report of both errors would repeat the same information.
fn is_same_error(one: &UploadError, other: &UploadError) -> bool {
    let code = |error: &UploadError| if let UploadError::Refused { code, .. } = error { Some(*code) } else { None };
    std::mem::discriminant(one) == std::mem::discriminant(other)
        && one.step() == other.step()
        && code(one) == code(other)
}
