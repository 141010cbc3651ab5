//! The second table: the consequences of an error for the session, for the next try, for the other files, and for the knowledge
//! of the file. The first table, the meaning of each reply, is `ftp_protocol::step`. The third, the next action on a file, is
//! the crate `ftp-delivery`, which this one feeds.

use ftp_delivery::{Failure, Refusal};

use crate::report::error::{ServerText, UploadError};
use crate::report::step::{Cause, Step, Violation};
use crate::report::wording::{is_out_of_order, is_too_many, wants_tls};

/// The consequences of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Consequence {
    /// The conversation is where it was before.
    pub(crate) session_survives: bool,
    /// When the same may work.
    pub(crate) again: Again,
    /// The next file may fare better.
    pub(crate) other_files: bool,
}

/// When the same may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Not by trying again.
    Never,
    /// At once: another version of TLS is all that is needed, or another control connection.
    AtOnce,
    /// After a pause.
    Soon,
    /// After a longer pause: the server has too much to do.
    Later,
}

/// The session goes on; the error is about one file.
const OF_FILE: Consequence = Consequence { session_survives: true, again: Again::Never, other_files: true };

/// The session is over, and so is the run if the error comes every time.
const OF_SESSION: Consequence = Consequence { session_survives: false, again: Again::Soon, other_files: false };

/// Nothing can be done.
const OF_RUN: Consequence = Consequence { session_survives: false, again: Again::Never, other_files: false };

impl UploadError {
    /// Its consequences.
    pub(crate) fn consequence(&self) -> Consequence {
        match self {
            Self::Refused { step, code, text } => of_refusal(*step, *code, text),
            Self::Misbehaved { what, .. } => of_violation(*what),
            Self::Broken { cause, .. } => of_breakage(*cause),
            Self::Unresolved { .. } => OF_SESSION,
            // An error in our own words (`route.rs`): this machine does not have that address or interface.
            Self::Unreachable { error, .. } if error.get_ref().is_some() => OF_RUN,
            Self::Unreachable { .. } => OF_SESSION,
            Self::Proxy { problem, .. } => {
                Consequence { again: if problem.may_pass() { Again::Soon } else { Again::Never }, ..OF_SESSION }
            }
            Self::NotResumed { .. } => Consequence { again: Again::AtOnce, ..OF_SESSION },
            Self::Unconfirmed { .. } => Consequence { other_files: true, ..OF_SESSION },
            Self::Mismatch { .. } | Self::Corrupt { .. } => Consequence { again: Again::Soon, ..OF_FILE },
            Self::Missing | Self::Unverified | Self::NotRenamed { .. } | Self::TemporaryRefused { .. } => OF_FILE,
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

    /// The knowledge of the file after a failed STOR, with its data and questions. `sent` bytes were handed over, those before the
    /// offset included; `all`, if that was the whole file and its end was said.
    pub(crate) fn store_failure(&self, sent: u64, all: bool) -> Failure {
        use Step::{Confirmation, DataConnection, Store, Transfer};
        match self {
            // The component's word. A file that was not handed over to its end is not stored, whatever is found there.
            Self::Unconfirmed { .. } | Self::Mismatch { .. } | Self::Corrupt { .. } | Self::Missing if !all => {
                Failure::Cut { sent, all }
            }
            Self::Refused { code: 421, step: Transfer | Confirmation, .. } => Failure::Cut { sent, all },
            Self::Refused { code: 421, .. } => Failure::Session,
            Self::Refused { step: DataConnection | Store, code, .. } => Failure::NotTaken(refusal(*code)),
            Self::Refused { step: Transfer | Confirmation, code, text } if is_breakdown(*code, text) => {
                Failure::BrokeDown { sent, all }
            }
            Self::Refused { step: Transfer | Confirmation, .. } => Failure::GivenUp { sent, all },
            Self::Misbehaved { what: Violation::EarlySuccess, .. } => Failure::EarlySuccess,
            Self::Misbehaved { step, .. } | Self::Broken { step, .. } if begins(*step) => Failure::Cut { sent, all },
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
                Failure::Final { begun: step.is_some_and(begins), all }
            }
            Self::Refused { .. }
            | Self::Misbehaved { .. }
            | Self::Broken { .. }
            | Self::Proxy { .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. } => Failure::Session,
            Self::NoTls { .. }
            | Self::CannotRename
            | Self::NotRenamed { .. }
            | Self::TemporaryRefused { .. }
            | Self::Unverified
            | Self::Unknown => Failure::Final { begun: false, all: false },
        }
    }

    /// The same after the failure of another question: the session is over, or the run is.
    pub(crate) fn question_failure(&self) -> Failure {
        match self {
            Self::Source { .. } => Failure::Source { begun: false },
            Self::Interrupted { .. } | Self::OutOfTime { .. } | Self::Fault(_) | Self::Tls { .. } => {
                Failure::Final { begun: false, all: false }
            }
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
            | Self::TemporaryRefused { .. } => Failure::Session,
        }
    }
}

/// RFC 959 §4.2.1: 4yz, the same may work later; 5yz, it will not.
pub(crate) fn refusal(code: u16) -> Refusal {
    if code < 500 { Refusal::Transient } else { Refusal::Permanent }
}

/// Whether the server may have touched the file of that name: STOR was sent.
fn begins(step: Step) -> bool {
    matches!(step, Step::Store | Step::Transfer | Step::Confirmation)
}

/// RFC 959 §4.2.2: 425 and 426 say that a connection broke, not that nothing was stored; vsftpd says `500 OOPS` when its
/// other half is gone. Every other code is a no.
fn is_breakdown(code: u16, text: &ServerText) -> bool {
    matches!(code, 425 | 426) || code == 500 && is_out_of_order(text)
}

fn of_refusal(step: Step, code: u16, text: &ServerText) -> Consequence {
    use Step::{Confirmation, Greeting, Login, Protection, Transfer};
    let soon = if code < 500 { Again::Soon } else { Again::Never };
    match (step, code) {
        // RFC 959 §4.2.2: 421, the server closes the control connection. Where it wants TLS, it will want it again.
        (_, 421) if wants_tls(text) => OF_RUN,
        (_, 421) => Consequence { again: Again::Later, ..OF_SESSION },
        // A login is not for trying; but a server that is full says 530, too.
        // vsftpd closes the connection after `500 OOPS`: its configuration at the login, its ports or its other half later.
        (Greeting | Protection | Login | Step::Site, 500) if is_out_of_order(text) => OF_RUN,
        (_, 500) if is_out_of_order(text) => Consequence { other_files: begins(step), ..OF_SESSION },
        (Greeting | Login, _) if is_too_many(text) => Consequence { again: Again::Later, ..OF_SESSION },
        (Login, _) => OF_RUN,
        (Greeting | Protection, _) => Consequence { again: soon, ..OF_SESSION },
        (Transfer | Confirmation, _) if is_breakdown(code, text) => Consequence { again: Again::Soon, ..OF_FILE },
        (Step::DataConnection | Step::Store | Step::Renaming | Step::Inspection | Step::Attributes, _)
        | (Transfer | Confirmation, _) => Consequence { again: soon, ..OF_FILE },
        (Step::Site | Step::Features | Step::Directory | Step::BinaryType | Step::Quit, _) => {
            Consequence { session_survives: true, again: soon, other_files: false }
        }
    }
}

fn of_violation(what: Violation) -> Consequence {
    match what {
        // Something on the way has cut the data connection in order, and the server believes it.
        Violation::EarlySuccess => OF_SESSION,
        Violation::NotAReply
        | Violation::ReplyTooLong
        | Violation::TooManyReplies
        | Violation::UnexpectedReply
        | Violation::NoPort
        | Violation::EarlyText => OF_RUN,
    }
}

fn of_breakage(cause: Cause) -> Consequence {
    match cause {
        Cause::Closed | Cause::Reset | Cause::TimedOut | Cause::Refused | Cause::Unreachable => OF_SESSION,
        // Nothing is overloaded: another control connection is all that is needed.
        Cause::OutOfStep => Consequence { again: Again::AtOnce, ..OF_SESSION },
        Cause::Denied | Cause::Insecure => OF_RUN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(step: Step, code: u16, text: &str) -> UploadError {
        UploadError::Refused { step, code, text: ServerText(text.as_bytes().to_vec()) }
    }

    #[test]
    fn what_follows_from_a_refusal_is_as_in_this_table() {
        use Again::{Later, Never, Soon};
        for (step, code, text, again, survives, others) in [
            (Step::Greeting, 421, "Try later", Later, false, false),
            (Step::Greeting, 530, "Sorry, the maximum number of clients are connected", Later, false, false),
            (Step::Login, 530, "Login incorrect.", Never, false, false),
            (
                Step::Login,
                530,
                "Sorry, the maximum number of clients (1) for this user are already connected.",
                Later,
                false,
                false,
            ),
            (Step::Login, 430, "Invalid", Never, false, false),
            (Step::Login, 421, "Service not available", Later, false, false),
            (
                Step::Login,
                421,
                "Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
                Never,
                false,
                false,
            ),
            (Step::Login, 500, "OOPS: cannot change directory", Never, false, false),
            (Step::Directory, 550, "No", Never, true, false),
            (Step::Store, 550, "No", Never, true, true),
            (Step::Store, 553, "No", Never, true, true),
            (Step::Store, 450, "Busy", Soon, true, true),
            (Step::Store, 500, "What?", Never, true, true),
            (Step::Transfer, 552, "Quota", Never, true, true),
            (Step::Transfer, 426, "Aborted", Soon, true, true),
            (Step::Transfer, 500, "OOPS: child died", Soon, false, true),
            (Step::DataConnection, 500, "OOPS: vsf_sysutil_bind", Soon, false, false),
            (Step::Confirmation, 552, "Quota", Never, true, true),
            (Step::Confirmation, 451, "Virus found", Soon, true, true),
            (Step::Confirmation, 501, "No", Never, true, true),
        ] {
            let consequence = Consequence { session_survives: survives, again, other_files: others };
            assert_eq!(refused(step, code, text).consequence(), consequence, "{step:?} {code} {text}");
        }
    }

    #[test]
    fn only_a_breakdown_leaves_a_doubt_after_the_last_byte() {
        for (code, text, doubt) in [
            (425, "", true),
            (426, "", true),
            (500, "OOPS: child died", true),
            (500, "Unknown", false),
            (450, "", false),
            (451, "Virus found", false),
            (452, "", false),
            (501, "", false),
            (504, "", false),
            (552, "", false),
        ] {
            let failure = refused(Step::Confirmation, code, text).store_failure(6, true);
            assert_eq!(failure == Failure::BrokeDown { sent: 6, all: true }, doubt, "{code} {text}");
            assert_eq!(failure == Failure::GivenUp { sent: 6, all: true }, !doubt, "{code} {text}");
        }
    }
}
