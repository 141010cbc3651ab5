//! Translates the guest's errors to failures of the delivery, and decides if another try can help. The rules are those
//! of `host/src/report/consequence.rs`, without TLS, proxies and the replies of a server whose disk is full, which
//! the server here does not send.

use ftp_delivery::{Failure, Proof, StoringStage, is_breakdown, is_internal_error};
use ftp_uploader_component::contract::{self as wit, UploadError, Violation};
use ftp_uploader_component::native::{IoError, Step};

/// Returns the failure for an error of STOR.
pub(crate) fn store_failure(error: &UploadError, sent: u64, all: bool) -> Failure {
    use Step::{Confirmation, DataConnection, Store, Transfer};
    match error {
        UploadError::Refused(wit::Refusal { step: DataConnection | Store, code, text }) => {
            ftp_delivery::refused(StoringStage::Opening, *code, text, sent, all)
        }
        UploadError::Refused(wit::Refusal { step: Transfer | Confirmation, code, text }) => {
            ftp_delivery::refused(StoringStage::Transfer, *code, text, sent, all)
        }
        UploadError::Misbehaved(misbehaviour) if misbehaviour.what == Violation::EarlySuccess => Failure::EarlySuccess,
        UploadError::Misbehaved(wit::Misbehaviour { step, .. }) | UploadError::Broken(wit::Breakage { step, .. })
            if begins(*step) =>
        {
            Failure::Cut { sent, all }
        }
        UploadError::Unconfirmed(wit::Doubt { cause, completed, hashing }) => {
            Failure::Unconfirmed { sent, completed: *completed, hash_late: *hashing && *cause == IoError::TimedOut }
        }
        UploadError::Mismatch(sizes) => Failure::Mismatch { sent: sizes.sent, stored: sizes.stored },
        UploadError::Corrupt(_) => Failure::Corrupt { sent },
        UploadError::Missing => Failure::Missing { sent },
        UploadError::Unreadable(_) => Failure::Source { begun: true },
        UploadError::Invalid(_) => Failure::Final { begun: true, all },
        UploadError::Refused(_) | UploadError::Misbehaved(_) | UploadError::Broken(_) => Failure::Session,
    }
}

/// Returns the failure for an error of another question.
pub(crate) fn question_failure(error: &UploadError) -> Failure {
    match error {
        UploadError::Unreadable(_) => Failure::Source { begun: false },
        UploadError::Invalid(_) => Failure::Final { begun: false, all: false },
        UploadError::Refused(_)
        | UploadError::Misbehaved(_)
        | UploadError::Broken(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Mismatch(_)
        | UploadError::Corrupt(_)
        | UploadError::Missing => Failure::Session,
    }
}

/// Returns true if the session can be used after the error.
pub(crate) fn session_survives(error: &UploadError) -> bool {
    match error {
        UploadError::Refused(refusal) => {
            !is_last_word(refusal) && !matches!(refusal.step, Step::Greeting | Step::Login)
        }
        UploadError::Mismatch(_) | UploadError::Corrupt(_) | UploadError::Missing => true,
        UploadError::Misbehaved(_)
        | UploadError::Broken(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Unreadable(_)
        | UploadError::Invalid(_) => false,
    }
}

/// Returns true if another try may succeed.
pub(crate) fn may_work_again(error: &UploadError) -> bool {
    match error {
        UploadError::Refused(refusal) if refusal.code == 421 => true,
        UploadError::Refused(refusal) if is_last_word(refusal) => {
            !matches!(refusal.step, Step::Greeting | Step::Protection | Step::Login | Step::Site)
        }
        UploadError::Refused(refusal) if refusal.step == Step::Login => false,
        UploadError::Refused(wit::Refusal { step: Step::Transfer | Step::Confirmation, code, text }) => {
            *code < 500 || is_breakdown(*code, text)
        }
        UploadError::Refused(refusal) => refusal.code < 500,
        UploadError::Misbehaved(misbehaviour) => misbehaviour.what == Violation::EarlySuccess,
        UploadError::Broken(breakage) => !matches!(breakage.cause, IoError::Denied | IoError::Insecure),
        UploadError::Unconfirmed(_) | UploadError::Mismatch(_) | UploadError::Corrupt(_) => true,
        UploadError::Missing | UploadError::Unreadable(_) | UploadError::Invalid(_) => false,
    }
}

/// Returns true if the server may have changed the file with that name, because STOR was sent.
pub(crate) fn begins(step: Step) -> bool {
    matches!(step, Step::Store | Step::Transfer | Step::Confirmation)
}

fn is_last_word(refusal: &wit::Refusal) -> bool {
    refusal.code == 421 || is_internal_error(refusal.code, &refusal.text)
}

/// Returns true if the server refused the file, and did not only report a breakdown of itself or of a connection.
pub(crate) fn is_a_no(error: &UploadError) -> bool {
    let UploadError::Refused(wit::Refusal { step, code, text }) = error else { return false };
    matches!(step, Step::Transfer | Step::Confirmation) && *code != 421 && !is_breakdown(*code, text)
}

/// The proof of a stored file, and whether the server hides the file.
pub(crate) fn proof(verified: wit::Verification) -> (Proof, bool) {
    match verified {
        wit::Verification::None | wit::Verification::Later => (Proof::Reply, false),
        wit::Verification::Refused => (Proof::Reply, true),
        wit::Verification::Size => (Proof::Size, false),
        wit::Verification::Hash(_) => (Proof::Hash, false),
    }
}
