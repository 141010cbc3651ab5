//! The consequences of a component's error, for the file and for the session. The counterpart of
//! `host/src/report/consequence.rs`, for one attempt.

use ftp_delivery::{Failure, StoringStage, is_internal_error};

use crate::bindings::ftp_uploader::upload::capabilities::{IoError, Step};
use crate::bindings::ftp_uploader::upload::upload::{
    Argument, Breakage, Connection, Doubt, Misbehaviour, Refusal, SizeMismatch, UploadError, Violation,
};

/// Returns the consequence of a failed `store` for a file of `size` bytes; `all` is true if every byte was handed over
/// and the end was declared.
pub(crate) fn of_store(error: &UploadError, size: u64, all: bool) -> Failure {
    let sent = if all { size } else { 0 };
    match error {
        UploadError::Refused(refusal) => of_refusal(refusal, sent, all),
        UploadError::Misbehaved(Misbehaviour { what: Violation::EarlySuccess, .. }) => Failure::EarlySuccess,
        UploadError::Misbehaved(Misbehaviour { step, .. }) | UploadError::Broken(Breakage { step, .. }) => {
            if begins(*step) { Failure::Cut { sent, all } } else { Failure::Session }
        }
        UploadError::Unreadable(_) => Failure::Source { begun: true },
        UploadError::Unconfirmed(Doubt { cause, completed, hashing }) => {
            Failure::Unconfirmed { sent, completed: *completed, hash_late: *hashing && *cause == IoError::TimedOut }
        }
        UploadError::Mismatch(SizeMismatch { stored, .. }) => Failure::Mismatch { sent: size, stored: *stored },
        UploadError::Corrupt(_) => Failure::Corrupt { sent: size },
        UploadError::Missing => Failure::Missing { sent: size },
        UploadError::Invalid(_) => Failure::Final { begun: false, all: false },
    }
}

fn of_refusal(refusal: &Refusal, sent: u64, all: bool) -> Failure {
    match refusal.step {
        Step::Transfer | Step::Confirmation => {
            ftp_delivery::refused(StoringStage::Transfer, refusal.code, &refusal.text, sent, all)
        }
        // The server accepted no bytes, and there is no second attempt.
        Step::Greeting
        | Step::Protection
        | Step::Login
        | Step::Features
        | Step::Site
        | Step::Directory
        | Step::BinaryType
        | Step::Inspection
        | Step::DataConnection
        | Step::Store
        | Step::Renaming
        | Step::Attributes
        | Step::Quit => Failure::Session,
    }
}

/// Returns true if the server may have changed the file of that name, because STOR was sent.
fn begins(step: Step) -> bool {
    matches!(step, Step::Store | Step::Transfer | Step::Confirmation)
}

/// Returns true if the session has ended, so that QUIT cannot be sent (`wit/upload.wit`, `session`).
pub(crate) fn ends_session(error: &UploadError) -> bool {
    match error {
        UploadError::Refused(refusal) => refusal.code == 421 || is_internal_error(refusal.code, &refusal.text),
        UploadError::Mismatch(_) | UploadError::Corrupt(_) | UploadError::Missing => false,
        UploadError::Invalid(argument) => *argument == Argument::Announced,
        UploadError::Misbehaved(_)
        | UploadError::Broken(_)
        | UploadError::Unreadable(_)
        | UploadError::Unconfirmed(_) => true,
    }
}

/// Returns the error for a guest that breaks its contract: the session is over.
pub(crate) fn broken_contract() -> UploadError {
    let (step, connection, cause) = (Step::Inspection, Connection::Control, IoError::OutOfStep);
    UploadError::Broken(Breakage { step, connection, cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: u64 = 6;

    #[test]
    fn only_words_of_a_breakdown_leave_a_doubt_after_the_last_byte() {
        let (cut, broke_down, given_up) = (
            Failure::Cut { sent: ALL, all: true },
            Failure::BrokeDown { sent: ALL, all: true },
            Failure::GivenUp { sent: ALL, all: true },
        );
        // One code of each kind; the whole table is tested in `ftp_delivery::reply`.
        for (code, text, failure) in
            [(421, "Bye", cut), (500, "OOPS: child died", broke_down), (552, "Quota", given_up)]
        {
            let refusal = Refusal { step: Step::Confirmation, code, text: text.into() };
            assert_eq!(of_store(&UploadError::Refused(refusal), ALL, true), failure, "{code} {text}");
        }
    }

    #[test]
    fn a_line_that_breaks_leaves_a_doubt_only_behind_the_last_byte() {
        let broken =
            |step| UploadError::Broken(Breakage { step, connection: Connection::Control, cause: IoError::Reset });
        assert_eq!(of_store(&broken(Step::DataConnection), ALL, false), Failure::Session);
        assert_eq!(of_store(&broken(Step::Transfer), ALL, false), Failure::Cut { sent: 0, all: false });
        assert_eq!(of_store(&broken(Step::Confirmation), ALL, true), Failure::Cut { sent: ALL, all: true });
    }
}
