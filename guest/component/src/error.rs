//! Failures of the protocol and of connections, as the `upload-error` of `wit/upload.wit`.
//!
//! This file only builds and classifies them; the wording is the host's task (`host/cli/message.rs`).

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument, Breakage, Connection, Doubt, Misbehaviour, Refusal, UploadError, Violation,
};
use crate::capabilities::{IoError, Step as Stage};
use ftp_protocol::reply::Reply;
use ftp_protocol::step::Step;

/// The length at which the text of a reply is cut, in bytes.
const MAX_QUOTE: usize = 512;

pub(crate) fn refused(step: Step, reply: &Reply) -> UploadError {
    let text = reply.text.iter().take(MAX_QUOTE).copied().collect();
    UploadError::Refused(Refusal { step: stage(step), code: reply.code.number(), text })
}

pub(crate) fn misbehaved(step: Step, what: Violation) -> UploadError {
    UploadError::Misbehaved(Misbehaviour { step: stage(step), what })
}

pub(crate) fn broken(step: Step, connection: Connection, cause: IoError) -> UploadError {
    UploadError::Broken(Breakage { step: stage(step), connection, cause })
}

/// A reply does not belong to the command of `step`, or the state of the session is not known any more.
pub(crate) fn out_of_step(step: Step) -> UploadError {
    broken(step, Connection::Control, IoError::OutOfStep)
}

/// Returns the refusal in `error`, unless it ends the conversation.
pub(crate) fn refusal(error: UploadError) -> Result<Refusal, UploadError> {
    match error {
        UploadError::Refused(refusal) if !is_final(&UploadError::Refused(refusal.clone())) => Ok(refusal),
        error => Err(error),
    }
}

/// Returns the error that ended the conversation as the reason why `step` fails, too. The two may be about different
/// files. The result is final.
pub(crate) fn after_end(step: Step, error: UploadError) -> UploadError {
    match error {
        error if is_final(&error) => moved_to(step, error),
        UploadError::Broken(breakage) => broken(step, Connection::Control, breakage.cause),
        // The reply to STOR was not awaited.
        _ => broken(step, Connection::Control, IoError::OutOfStep),
    }
}

/// Returns the error with another step.
pub(crate) fn moved_to(step: Step, error: UploadError) -> UploadError {
    let step = stage(step);
    match error {
        UploadError::Refused(refusal) => UploadError::Refused(Refusal { step, ..refusal }),
        UploadError::Misbehaved(misbehaviour) => UploadError::Misbehaved(Misbehaviour { step, ..misbehaviour }),
        UploadError::Broken(breakage) => UploadError::Broken(Breakage { step, ..breakage }),
        other @ (UploadError::Unreadable(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Mismatch(_)
        | UploadError::Corrupt(_)
        | UploadError::Missing
        | UploadError::Invalid(_)) => other,
    }
}

/// Returns true if the control connection cannot be used any more after `error`.
pub(crate) fn is_final(error: &UploadError) -> bool {
    match error {
        // RFC 959 §4.2.2: with 421 the server closes the control connection. vsftpd also closes it after `500 OOPS`.
        UploadError::Refused(Refusal { code: 421, .. }) => true,
        UploadError::Refused(Refusal { code, text, .. }) => *code == 500 && text.starts_with(b"OOPS"),
        UploadError::Misbehaved(misbehaviour) => misbehaviour.what != Violation::NoPort,
        UploadError::Broken(breakage) => breakage.connection == Connection::Control,
        UploadError::Invalid(argument) => *argument == Argument::Announced,
        UploadError::Unreadable(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Mismatch(_)
        | UploadError::Corrupt(_)
        | UploadError::Missing => false,
    }
}

/// Every byte was sent, and because of `cause` the outcome is unknown.
pub(crate) fn unconfirmed(cause: IoError) -> UploadError {
    UploadError::Unconfirmed(Doubt { cause, completed: false, hashing: false })
}

/// A final reply that came before the last byte, or after a data connection that failed at its end, does not confirm
/// the file if the question that would verify it was not answered.
pub(crate) fn not_completed(error: UploadError) -> UploadError {
    match error {
        UploadError::Unconfirmed(doubt) => UploadError::Unconfirmed(Doubt { completed: false, ..doubt }),
        error => error,
    }
}

/// Returns true if the server does not know the command at all (RFC 959 §4.2.2), or mistakes it for another command:
/// then the code is below 400, but does not accept the command. The command should not be sent again.
pub(crate) fn is_unknown_command(error: &UploadError) -> bool {
    matches!(error, UploadError::Refused(Refusal { code: ..400 | 500 | 502, .. }))
}

/// Returns the stage of an upload, as users know it, to which a step of the protocol belongs.
fn stage(step: Step) -> Stage {
    match step {
        Step::Greeting => Stage::Greeting,
        Step::Auth | Step::Pbsz | Step::Prot => Stage::Protection,
        Step::User | Step::Pass | Step::Acct => Stage::Login,
        Step::Feat => Stage::Features,
        Step::Site => Stage::Site,
        Step::Opts | Step::Cwd | Step::Mkd | Step::Pwd => Stage::Directory,
        Step::Type => Stage::BinaryType,
        Step::Look | Step::Compare | Step::Retrieve => Stage::Inspection,
        Step::Epsv | Step::Pasv | Step::Eprt | Step::Port => Stage::DataConnection,
        Step::Rest | Step::Stor => Stage::Store,
        Step::Transfer | Step::Reception => Stage::Transfer,
        Step::Confirmation | Step::Size | Step::Hash => Stage::Confirmation,
        Step::Rnfr | Step::Rnto | Step::Dele | Step::Rmd => Stage::Renaming,
        Step::Attributes => Stage::Attributes,
        Step::Quit => Stage::Quit,
    }
}
