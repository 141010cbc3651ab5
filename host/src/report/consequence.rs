//! The consequences of each error: for the session, for the next try, for the other files, and for the state of the
//! file on the server. The meaning of each reply is decided in `ftp_protocol::step`, the next action on a file in the
//! crate `ftp-delivery`, which gets the results of this table.

use ftp_delivery::{Failure, StoringStage, is_breakdown, is_internal_error};

use crate::report::error::UploadError;
use crate::report::server_text::ServerText;
use crate::report::step::{Cause, Step, Violation};
use crate::report::wording::{is_too_many, wants_tls};

/// The consequences of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consequence {
    /// True if the session can be used further.
    pub(crate) session_survives: bool,
    /// The time of the next try.
    pub(crate) again: Again,
    /// True if other files may succeed.
    pub(crate) other_files: bool,
}

/// The time after which another try may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Another try cannot succeed.
    Never,
    /// Without a pause: only another version of TLS, or another control connection, is needed.
    AtOnce,
    /// After a pause.
    Soon,
    /// After a longer pause, because the server is overloaded.
    Later,
}

/// The error concerns one file, and the session continues.
const OF_FILE: Consequence = Consequence { session_survives: true, again: Again::Never, other_files: true };

/// The session is over. The run is over, too, if the error recurs in every try.
const OF_SESSION: Consequence = Consequence { session_survives: false, again: Again::Soon, other_files: false };

/// The run is over.
const OF_RUN: Consequence = Consequence { session_survives: false, again: Again::Never, other_files: false };

/// The run is over, and the file was not touched.
const NOT_BEGUN: Failure = Failure::Final { begun: false, all: false };

impl UploadError {
    /// Returns the consequences of this error.
    pub(crate) fn consequence(&self) -> Consequence {
        match self {
            Self::Refused { step, code, text } => of_refusal(*step, *code, text),
            Self::Misbehaved { what, .. } => of_violation(*what),
            Self::Broken { cause, .. } => of_breakage(*cause),
            Self::Unresolved { .. } => OF_SESSION,
            // An error made by `net/route.rs`, not by the system: this machine does not have the address or interface.
            Self::Unreachable { error, .. } if error.get_ref().is_some() => OF_RUN,
            Self::Unreachable { .. } => OF_SESSION,
            Self::Proxy { problem, .. } => {
                Consequence { again: if problem.is_temporary() { Again::Soon } else { Again::Never }, ..OF_SESSION }
            }
            Self::NotResumed { .. } => Consequence { again: Again::AtOnce, ..OF_SESSION },
            Self::Unconfirmed { .. } => Consequence { other_files: true, ..OF_SESSION },
            Self::Mismatch { .. } | Self::Corrupt { .. } => Consequence { again: Again::Soon, ..OF_FILE },
            Self::Missing
            | Self::Unverified
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::NotMade { .. }
            | Self::MayExist { .. }
            | Self::Sync(_) => OF_FILE,
            Self::Unknown => Consequence { session_survives: false, ..OF_FILE },
            Self::Source { .. } => Consequence { session_survives: false, ..OF_FILE },
            Self::CannotRename => Consequence { session_survives: true, ..OF_RUN },
            Self::Tls { .. }
            | Self::NoTls { .. }
            | Self::Interrupted { .. }
            | Self::OutOfTime { .. }
            | Self::Fault(_) => OF_RUN,
        }
    }

    /// Returns the state of the file after a STOR that failed, or whose transfer or verification failed. `sent` is the
    /// number of bytes that the server may have, including those before the offset. `all` is true if that is the whole
    /// file and its end was sent, too.
    pub(crate) fn store_failure(&self, sent: u64, all: bool) -> Failure {
        use Step::{Confirmation, DataConnection, Store, Transfer};
        match self {
            // These errors are claims of the component. If the host has not sent the file to its end, the file is not
            // stored, whatever the component claims to have found.
            Self::Unconfirmed { .. } | Self::Mismatch { .. } | Self::Corrupt { .. } | Self::Missing if !all => {
                Failure::Cut { sent, all }
            }
            Self::Refused { step: DataConnection | Store, code, text } => {
                ftp_delivery::refused(StoringStage::Opening, *code, &text.0, sent, all)
            }
            Self::Refused { step: Transfer | Confirmation, code, text } => {
                ftp_delivery::refused(StoringStage::Transfer, *code, &text.0, sent, all)
            }
            Self::Misbehaved { what: Violation::EarlySuccess, .. } => Failure::EarlySuccess,
            Self::Misbehaved { step, .. } | Self::Broken { step, .. } if after_stor(*step) => {
                Failure::Cut { sent, all }
            }
            Self::NotResumed { .. } => Failure::Cut { sent, all: false },
            Self::Unconfirmed { completed, hashing, cause } => {
                Failure::Unconfirmed { sent, completed: *completed, hash_late: *hashing && *cause == Cause::TimedOut }
            }
            Self::Mismatch { sent, stored } => Failure::Mismatch { sent: *sent, stored: *stored },
            Self::Corrupt { .. } => Failure::Corrupt { sent },
            Self::Missing => Failure::Missing { sent },
            Self::Source { .. } => Failure::Source { begun: true },
            Self::Tls { .. } | Self::Fault(_) => Failure::Final { begun: true, all },
            Self::Interrupted { step } | Self::OutOfTime { step } => {
                Failure::Final { begun: step.is_some_and(after_stor), all }
            }
            Self::Refused { .. } | Self::Misbehaved { .. } | Self::Broken { .. } => Failure::Session,
            Self::Proxy { .. } | Self::Unresolved { .. } | Self::Unreachable { .. } => Failure::Session,
            // No STOR ends with these.
            Self::NoTls { .. } | Self::CannotRename | Self::NotRenamed { .. } | Self::TemporaryRefused { .. } => {
                NOT_BEGUN
            }
            Self::MayExist { .. } | Self::NotMade { .. } | Self::Sync(_) => NOT_BEGUN,
            Self::Unverified | Self::Unknown => NOT_BEGUN,
        }
    }

    /// Returns the state of the file after a command other than STOR failed: the session is over, or the run is.
    pub(crate) fn question_failure(&self) -> Failure {
        match self {
            Self::Source { .. } => Failure::Source { begun: false },
            Self::Interrupted { .. } | Self::OutOfTime { .. } | Self::Fault(_) | Self::Tls { .. } => NOT_BEGUN,
            Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::Proxy { .. }
            | Self::NoTls { .. }
            | Self::NotResumed { .. }
            | Self::Refused { .. }
            | Self::Misbehaved { .. }
            | Self::Broken { .. }
            | Self::Unconfirmed { .. }
            | Self::Unknown
            | Self::Mismatch { .. }
            | Self::Corrupt { .. }
            | Self::Missing
            | Self::Unverified
            | Self::CannotRename
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::NotMade { .. }
            | Self::MayExist { .. }
            | Self::Sync(_) => Failure::Session,
        }
    }
}

/// Returns true if STOR was sent, so that the server may have changed the file of that name.
fn after_stor(step: Step) -> bool {
    matches!(step, Step::Store | Step::Transfer | Step::Confirmation)
}

/// Returns the consequences of a negative reply.
fn of_refusal(step: Step, code: u16, text: &ServerText) -> Consequence {
    use Step::{Confirmation, Greeting, Login, Protection, Transfer};
    let soon = if code < 500 { Again::Soon } else { Again::Never };
    match (step, code) {
        // RFC 959 §4.2.2: with 421 the server closes the control connection. If it requires TLS, it will require TLS
        // again.
        (_, 421) if wants_tls(text) => OF_RUN,
        (_, 421) => Consequence { again: Again::Later, ..OF_SESSION },
        // vsftpd closes the connection after `500 OOPS`. Until the login the cause is its configuration; later it is a
        // port or its other process.
        (Greeting | Protection | Login | Step::Site, 500) if is_internal_error(code, &text.0) => OF_RUN,
        (_, 500) if is_internal_error(code, &text.0) => Consequence { other_files: after_stor(step), ..OF_SESSION },
        // Some servers that have reached their limit of clients reply 530, as for a wrong password.
        (Greeting | Login, _) if is_too_many(text) => Consequence { again: Again::Later, ..OF_SESSION },
        // A refused login is not tried again: servers lock accounts after failed logins.
        (Login, _) => OF_RUN,
        (Greeting | Protection, _) => Consequence { again: soon, ..OF_SESSION },
        (Transfer | Confirmation, _) if is_breakdown(code, &text.0) => Consequence { again: Again::Soon, ..OF_FILE },
        (Step::DataConnection | Step::Store | Step::Renaming | Step::Inspection | Step::Attributes, _)
        | (Transfer | Confirmation, _) => Consequence { again: soon, ..OF_FILE },
        (Step::Site | Step::Features | Step::Directory | Step::BinaryType | Step::Quit, _) => {
            Consequence { session_survives: true, again: soon, other_files: false }
        }
    }
}

/// Returns the consequences of a violation of the protocol.
fn of_violation(violation: Violation) -> Consequence {
    match violation {
        // Something on the network path has closed the data connection in an orderly way, and the server took that for
        // the end of the file.
        Violation::EarlySuccess => OF_SESSION,
        Violation::NotAReply
        | Violation::AnotherProtocol(_)
        | Violation::ReplyTooLong
        | Violation::TooManyReplies
        | Violation::UnexpectedReply
        | Violation::NoPort
        | Violation::EarlyText => OF_RUN,
    }
}

/// Returns the consequences of a failed connection.
fn of_breakage(cause: Cause) -> Consequence {
    match cause {
        Cause::Closed | Cause::Reset | Cause::TimedOut | Cause::Refused | Cause::Unreachable => OF_SESSION,
        // No pause: the server is not overloaded, and a new control connection is in step again.
        Cause::OutOfStep => Consequence { again: Again::AtOnce, ..OF_SESSION },
        Cause::Denied | Cause::Insecure => OF_RUN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Step, code and text; the time of the next try, and whether the session and other files survive.
    type Row = (Step, u16, &'static str, Again, bool, bool);

    const REFUSALS: &[Row] = &[
        (Step::Greeting, 421, "Try later", Again::Later, false, false),
        (Step::Greeting, 530, "Sorry, the maximum number of clients are connected", Again::Later, false, false),
        (Step::Login, 530, "Login incorrect.", Again::Never, false, false),
        (
            Step::Login,
            530,
            "Sorry, the maximum number of clients (1) for this user are already connected.",
            Again::Later,
            false,
            false,
        ),
        (Step::Login, 430, "Invalid", Again::Never, false, false),
        (Step::Login, 421, "Service not available", Again::Later, false, false),
        (
            Step::Login,
            421,
            "Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
            Again::Never,
            false,
            false,
        ),
        (Step::Login, 500, "OOPS: cannot change directory", Again::Never, false, false),
        (Step::Directory, 550, "No", Again::Never, true, false),
        (Step::Store, 550, "No", Again::Never, true, true),
        (Step::Store, 553, "No", Again::Never, true, true),
        (Step::Store, 450, "Busy", Again::Soon, true, true),
        (Step::Store, 500, "What?", Again::Never, true, true),
        (Step::Transfer, 552, "Quota", Again::Never, true, true),
        (Step::Transfer, 426, "Aborted", Again::Soon, true, true),
        (Step::Transfer, 500, "OOPS: child died", Again::Soon, false, true),
        (Step::DataConnection, 500, "OOPS: vsf_sysutil_bind", Again::Soon, false, false),
        (Step::Confirmation, 552, "Quota", Again::Never, true, true),
        (Step::Confirmation, 451, "Virus found", Again::Soon, true, true),
        (Step::Confirmation, 501, "No", Again::Never, true, true),
    ];

    fn refused(step: Step, code: u16, text: &str) -> UploadError {
        UploadError::Refused { step, code, text: ServerText(text.as_bytes().to_vec()) }
    }

    #[test]
    fn the_consequences_of_a_refusal_are_as_in_this_table() {
        for &(step, code, text, again, survives, others) in REFUSALS {
            let consequence = Consequence { session_survives: survives, again, other_files: others };
            assert_eq!(refused(step, code, text).consequence(), consequence, "{step:?} {code} {text}");
        }
    }
}
