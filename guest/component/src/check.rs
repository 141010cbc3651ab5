//! The check of a stored file: the questions for its hash and its size, and the conclusion from both answers. It is
//! made at the end of `store`, or later, where `plan` allows that.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Comparison, Doubt, Found, SizeMismatch, UploadError, Verification,
};
use crate::capabilities::{IoError, Step as Stage};
use crate::control::Outcome;
use crate::error;
use crate::query::{self, LocalHash};
use crate::session::{Conversation, argument};
use crate::transfer::Tail;
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::Step;

/// The size at which old servers wrap around when they count the bytes of a file.
const WRAP: u64 = 1 << 32;

/// The file to be confirmed.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    /// The length that the stored file should have now.
    pub(crate) total: u64,
    pub(crate) tail: Tail,
}

/// A check that was left for later.
pub(crate) enum OpenCheck {
    Unasked(Check),
    /// The server was asked, and the caller has not received the result.
    Answered(Result<Verification, UploadError>),
}

/// The file to be checked, of which the server has read the end and sent the final reply.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) name: Vec<u8>,
    pub(crate) total: u64,
    /// The local file's hash, if the server is to be asked for its own.
    pub(crate) hash: Option<Vec<u8>>,
}

impl Conversation {
    /// Makes the open check, and returns its result.
    pub fn check(&mut self) -> Result<Verification, UploadError> {
        self.receives_nothing()?;
        match self.open_check.take() {
            None => Ok(Verification::None),
            Some(OpenCheck::Answered(result)) => result,
            Some(OpenCheck::Unasked(check)) => {
                self.progress.entered(Stage::Confirmation);
                let name = argument(&check.name, Which::Name)?;
                let sent = Sent { total: check.total, tail: Tail::Delivered };
                self.verify(check.hash.as_deref().map(LocalHash::Known), name, &sent)
            }
        }
    }

    /// Verifies the file after the final reply; by its hash, too, if `hash` is given. A size or hash that differs is a
    /// failure; a missing or malformed one is not. If the connection fails at these questions, the result is in doubt:
    /// an attacker who can cut a connection could also block the answer.
    pub(crate) fn verify(
        &mut self,
        hash: Option<LocalHash>,
        name: Argument,
        sent: &Sent,
    ) -> Result<Verification, UploadError> {
        let compared = match hash {
            Some(hash) => self.ask_hash(Step::Hash, hash, name, sent.total).map_err(|error| doubtful(error, true))?,
            None => Comparison::Unavailable,
        };
        if let Comparison::Same(algorithm) = compared {
            return Ok(Verification::Hash(algorithm));
        }
        let found = if self.sizes_known {
            self.control.send(&[(Step::Size, Command::Size(name))]).map_err(|error| doubtful(error, false))?;
            let outcome = self.control.await_outcome(Step::Size).map_err(|error| doubtful(error, false))?;
            self.told_size(outcome)
        } else {
            Found::Untold
        };
        self.conclude(sent, compared, found)
    }

    /// Returns the questions of `check`, for a flight.
    pub(crate) fn questions<'a>(&self, check: &'a Check) -> Result<Vec<(Step, Command<'a>)>, UploadError> {
        let name = argument(&check.name, Which::Name)?;
        let inquiry = self.features().inquiry().filter(|_| check.hash.is_some());
        let option = inquiry.and_then(query::option).map(|option| (Step::Hash, option));
        let hash = inquiry.map(|inquiry| (Step::Hash, Command::Hash(inquiry, name)));
        let size = self.sizes_known.then_some((Step::Size, Command::Size(name)));
        Ok([option, hash, size].into_iter().flatten().collect())
    }

    /// Returns the result of `check` from the answers to its questions.
    pub(crate) fn conclude_from(
        &mut self,
        check: &Check,
        answers: impl Iterator<Item = (Step, Outcome)>,
    ) -> Result<Verification, UploadError> {
        let inquiry = self.features().inquiry();
        let (mut compared, mut found) = (Comparison::Unavailable, Found::Untold);
        for (step, outcome) in answers {
            if step == Step::Size {
                found = self.told_size(outcome);
            } else if let (Some(inquiry), Some(hash)) = (inquiry, &check.hash) {
                // The last one counts: the reply to OPTS HASH contains no hash.
                compared = query::compared(inquiry, outcome, LocalHash::Known(hash), check.total)?;
            }
        }
        self.conclude(&Sent { total: check.total, tail: Tail::Delivered }, compared, found)
    }

    fn conclude(&self, sent: &Sent, compared: Comparison, found: Found) -> Result<Verification, UploadError> {
        match (compared, found) {
            (Comparison::Same(algorithm), _) => Ok(Verification::Hash(algorithm)),
            // A smaller size means that the server took a dropped connection for the end of the file; an equal size
            // means that the bytes differ.
            (Comparison::Different(_) | Comparison::Unavailable, Found::Bytes(stored))
                if stored != sent.total && !is_wrapped(sent.total, stored) =>
            {
                Err(UploadError::Mismatch(SizeMismatch { sent: sent.total, stored }))
            }
            (Comparison::Different(algorithm), _) => Err(UploadError::Corrupt(algorithm)),
            (Comparison::Unavailable, Found::Bytes(stored)) if stored == sent.total => Ok(Verification::Size),
            (Comparison::Unavailable, Found::Refused) if self.sizes_told => Err(UploadError::Missing),
            (Comparison::Unavailable, Found::Refused) => sent.tail.none().map(|_| Verification::Refused),
            (Comparison::Unavailable, Found::Bytes(_) | Found::Untold) => sent.tail.none(),
        }
    }

    /// Evaluates the reply to SIZE for a stored file. RFC 3659 §4: the size is in bytes, because TYPE is I.
    fn told_size(&mut self, outcome: Outcome) -> Found {
        match outcome {
            Ok(answer) => self.told(answer.reply.size()),
            Err(UploadError::Refused(refusal)) if refusal.code == 550 => Found::Refused,
            Err(error) => {
                self.sizes_known = !error::is_unknown_command(&error);
                Found::Untold
            }
        }
    }
}

impl Tail {
    /// No evidence besides the final reply. The final reply is sufficient if the server was seen to read to the end.
    pub(crate) fn none(self) -> Result<Verification, UploadError> {
        match self {
            Self::Delivered | Self::ConfirmedEarly => Ok(Verification::None),
            Self::Doubtful(cause) => Err(error::unconfirmed(cause)),
        }
    }
}

/// Returns true if `stored` is the size that a server counting modulo 2^32 reports for a file of `total` bytes.
fn is_wrapped(total: u64, stored: u64) -> bool {
    total >= WRAP && total % WRAP == stored
}

/// The session ended at a question about a file that the server had confirmed.
fn doubtful(error: UploadError, hashing: bool) -> UploadError {
    let cause = match error {
        UploadError::Broken(breakage) => breakage.cause,
        // RFC 959 §4.2.2: 421, the server closes the control connection.
        UploadError::Refused(_) | UploadError::Misbehaved(_) => IoError::Closed,
        // Nothing can be asked while the reply to a STOR that was announced is outstanding.
        UploadError::Invalid(_) => IoError::OutOfStep,
        UploadError::Unreadable(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Mismatch(_)
        | UploadError::Corrupt(_)
        | UploadError::Missing => return error,
    };
    UploadError::Unconfirmed(Doubt { cause, completed: true, hashing })
}
