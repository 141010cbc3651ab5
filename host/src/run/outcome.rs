//! The account of a file that was given up: the last error, an earlier one that it hides, and the files left on the server.

use ftp_delivery::{Found, Left, Name, Why};

use crate::report::error::UploadError;
use crate::report::event::Note;
use crate::report::step::Step;
use crate::report::summary::{Failure, Remaining, Remains, Whose};
use crate::run::put_file::PutFile;
use crate::run::worker::Worker;

/// The errors of one file's tries.
#[derive(Default)]
pub(super) struct Outcomes {
    last: Option<UploadError>,
    /// The first error that came after a part of the file may have been stored, in an earlier try.
    earlier: Option<UploadError>,
}

impl Outcomes {
    /// Notes an error of the present try.
    pub(super) fn saw(&mut self, error: UploadError) {
        self.last = Some(error);
    }

    pub(super) fn last(&self) -> Option<&UploadError> {
        self.last.as_ref()
    }

    /// How far a conversation has come, in this try or before.
    pub(super) fn step(&self) -> Option<Step> {
        let earlier = self.earlier.as_ref().and_then(UploadError::step);
        earlier.or_else(|| self.last.as_ref().and_then(UploadError::step))
    }

    /// Another try begins.
    pub(super) fn try_is_over(&mut self) {
        let Some(last) = self.last.take() else { return };
        if last.partial_file_may_remain() || self.earlier.is_none() {
            self.earlier = Some(last);
        }
    }
}

impl PutFile<'_> {
    /// The account of a file that was given up.
    pub(super) fn failure(&mut self, why: Why, temporary: Left, aside: Left) -> Failure {
        let (error, hidden) = self.verdict(why);
        let earlier = self.errors.earlier.take();
        // The server's own words come first.
        let told =
            if matches!(hidden, Some(UploadError::Refused { .. })) { hidden.or(earlier) } else { earlier.or(hidden) };
        let earlier = told.filter(|earlier| !says_the_same(earlier, &error));
        let ours = remains(self.names.bytes(self.state.work_name()), Whose::Ours, temporary);
        let old = remains(self.names.bytes(Name::Aside), Whose::Old, aside);
        Failure {
            file: Some(self.source.path().to_owned()),
            partial: self.state.work_name() == Name::Own && (self.state.may_have_left_a_part() || is_shorter(&error)),
            error,
            earlier,
            remains: ours.into_iter().chain(old).collect(),
        }
    }

    /// The final error, and the last one seen, where the two differ.
    fn verdict(&mut self, why: Why) -> (UploadError, Option<UploadError>) {
        match (why, self.errors.last.take()) {
            // These say it themselves.
            (Why::Unknown, Some(error @ UploadError::Unconfirmed { .. })) => (error, None),
            (Why::Unknown, last) => (UploadError::Unknown, last),
            (Why::Mismatch(_) | Why::Missing, Some(refused @ UploadError::Refused { .. })) => {
                (self.known_end(why, None), Some(refused))
            }
            (why, last) => (self.known_end(why, last), None),
        }
    }

    fn known_end(&self, why: Why, last: Option<UploadError>) -> UploadError {
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

    /// The file is stored; an old one that was moved aside may lie there still.
    pub(super) fn tell_old_remains(&self, worker: &Worker<'_>, aside: Left) {
        match aside {
            Left::Nothing | Left::Removed | Left::Seen(Found::Refused) => {}
            Left::Seen(Found::Bytes(_) | Found::Untold) | Left::Unseen => {
                let name = self.names.bytes(Name::Aside);
                worker.note(self.source.path(), &Note::OldRemains { name });
            }
        }
    }
}

/// Whether the server told fewer bytes than were sent.
fn is_shorter(error: &UploadError) -> bool {
    matches!(error, UploadError::Mismatch { sent, stored } if stored < sent)
}

fn remains(name: Vec<u8>, of: Whose, left: Left) -> Option<Remains> {
    let state = match left {
        Left::Nothing => return None,
        Left::Removed => Remaining::Removed,
        Left::Seen(Found::Bytes(bytes)) => Remaining::Seen(bytes),
        Left::Seen(Found::Refused | Found::Untold) | Left::Unseen => Remaining::Unknown,
    };
    Some(Remains { name, of, state })
}

/// Whether telling both would say one thing twice.
fn says_the_same(one: &UploadError, other: &UploadError) -> bool {
    let code = |error: &UploadError| if let UploadError::Refused { code, .. } = error { Some(*code) } else { None };
    std::mem::discriminant(one) == std::mem::discriminant(other)
        && one.step() == other.step()
        && code(one) == code(other)
}
