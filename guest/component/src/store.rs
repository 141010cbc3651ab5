//! Stores one file: a data connection, REST if a transfer is continued, STOR, the bytes, the final reply, and the check
//! of the result.
//!
//! `data_channel.rs` makes the data connection; `transfer.rs` sends the file's bytes; `query.rs` sends the
//! questions for hashes.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Comparison, Doubt, Found, Placement, Plan, Protection, Receipt, SizeMismatch, UploadError,
    Verification, Verify,
};
use crate::capabilities::{IoError, SourceFile, Step as Stage};
use crate::control::Answer;
use crate::error;
use crate::query;
use crate::session::{Conversation, argument};
use crate::transfer::{self, Tail};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::Step;

/// The file to be confirmed.
struct Sent {
    /// The length that the stored file should have now.
    total: u64,
    tail: Tail,
}

impl Conversation {
    /// Stores `source` under `name`.
    pub fn store(&mut self, source: &SourceFile, name: &[u8], plan: Plan) -> Result<Receipt, UploadError> {
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        if let (Verify::Best, Some(inquiry)) = (plan.verify, self.features().inquiry()) {
            source.prepare_digest(query::algorithm(inquiry.algorithm()));
        }
        self.progress.entered(Stage::DataConnection);
        let channel = self.data_channel_mode.open(&mut self.control)?;
        self.progress.entered(Stage::Store);
        let agreed = self.ask_to_store(name, plan.placement)?;
        self.progress.entered(Stage::Transfer);
        let data = channel.connect(&mut self.control)?;
        if self.protection != Protection::Clear {
            transfer::secure(&mut self.control, &data)?;
        }
        let from = if let Placement::Rest(offset) = plan.placement { offset } else { 0 };
        let (bytes, tail) = transfer::send(&mut self.control, data, source, from)?;
        self.progress.entered(Stage::Confirmation);
        transfer::confirm(&mut self.control, tail)?;
        let unique = matches!(plan.placement, Placement::Unique);
        let stored_as = if unique { agreed.reply.unique_name().map(<[u8]>::to_vec) } else { None };
        let sent = Sent { total: from + bytes, tail };
        // The server may not report the name that it chose, or may have chosen one that no command can carry.
        let chosen = stored_as.as_deref().and_then(|name| Argument::new(name).ok());
        let to_ask = if unique { chosen } else { Some(name) };
        let mut verified = self.verify(source, to_ask, &sent, plan.verify);
        if tail == Tail::ConfirmedEarly {
            if matches!(verified, Ok(Verification::Size)) && !self.had_another_size(name, sent.total) {
                verified = Ok(Verification::None);
            }
            verified = transfer::proved(&mut self.control, verified);
        }
        if tail != Tail::Delivered {
            verified = verified.map_err(error::not_completed);
        }
        let verified = verified?;
        Ok(Receipt { sent: bytes, verified, name: stored_as })
    }

    /// REST must come directly before STOR (RFC 3659 §5.2). A server that refuses it may still accept APPE.
    fn ask_to_store(&mut self, name: Argument, placement: Placement) -> Result<Answer, UploadError> {
        let command = match placement {
            Placement::Replace => Command::Stor(name),
            Placement::Unique => Command::Stou,
            Placement::Rest(offset) => match self.control.ask(Step::Rest, Command::Rest(offset)) {
                Ok(_) => Command::Stor(name),
                Err(error) if error::is_final(&error) => return Err(error),
                Err(_) => Command::Appe(name),
            },
        };
        self.control.ask(Step::Stor, command)
    }

    /// Verifies the file after the final reply. A size or hash that differs is a failure; a missing or malformed one is
    /// not. If the connection fails at these questions, the result is in doubt: an attacker who can cut a connection
    /// could also block the answer.
    fn verify(
        &mut self,
        source: &SourceFile,
        name: Option<Argument>,
        sent: &Sent,
        verify: Verify,
    ) -> Result<Verification, UploadError> {
        let wanted = verify != Verify::Nothing || sent.tail != Tail::Delivered;
        let Some(name) = name.filter(|_| wanted) else { return sent.tail.none() };
        if verify == Verify::Best {
            match self.ask_hash(Step::Hash, source, name, sent.total).map_err(|error| doubtful(error, true))? {
                Comparison::Same(algorithm) => return Ok(Verification::Hash(algorithm)),
                // A smaller size means that the server took a dropped connection for the end of the file; an equal size
                // means that the bytes differ.
                Comparison::Different(algorithm) => {
                    return Err(match self.stored_size(name)? {
                        Found::Bytes(stored) if stored != sent.total && !is_wrapped(sent.total, stored) => {
                            mismatch(sent.total, stored)
                        }
                        Found::Bytes(_) | Found::Refused | Found::Untold => UploadError::Corrupt(algorithm),
                    });
                }
                Comparison::Unavailable => {}
            }
        }
        match self.stored_size(name)? {
            Found::Bytes(stored) if stored == sent.total => Ok(Verification::Size),
            Found::Bytes(stored) if is_wrapped(sent.total, stored) => sent.tail.none(),
            Found::Bytes(stored) => Err(mismatch(sent.total, stored)),
            Found::Refused if self.sizes_told => Err(UploadError::Missing),
            Found::Refused => sent.tail.none().map(|_| Verification::Refused),
            Found::Untold => sent.tail.none(),
        }
    }

    /// RFC 3659 §4: the size is in bytes, because TYPE is I.
    fn stored_size(&mut self, name: Argument) -> Result<Found, UploadError> {
        if !self.sizes_known {
            return Ok(Found::Untold);
        }
        match self.control.ask(Step::Size, Command::Size(name)) {
            Ok(answer) => Ok(self.told(answer.reply.size())),
            Err(error) if error::is_final(&error) => Err(doubtful(error, false)),
            Err(UploadError::Refused(refusal)) if refusal.code == 550 => Ok(Found::Refused),
            Err(error) => {
                self.sizes_known = !error::is_unknown_command(&error);
                Ok(Found::Untold)
            }
        }
    }
}

/// The size at which old servers wrap around when they count the bytes of a file.
const WRAP: u64 = 1 << 32;

/// Returns true if `stored` is the size that a server counting modulo 2^32 reports for a file of `total` bytes.
fn is_wrapped(total: u64, stored: u64) -> bool {
    total >= WRAP && total % WRAP == stored
}

impl Tail {
    /// No evidence besides the final reply. The final reply is sufficient if the server was seen to read to the end.
    fn none(self) -> Result<Verification, UploadError> {
        match self {
            Self::Delivered | Self::ConfirmedEarly => Ok(Verification::None),
            Self::Doubtful(cause) => Err(error::unconfirmed(cause)),
        }
    }
}

/// The session ended at a question about a file that the server had confirmed.
fn doubtful(error: UploadError, hashing: bool) -> UploadError {
    let cause = match error {
        UploadError::Broken(breakage) => breakage.cause,
        // RFC 959 §4.2.2: 421, the server closes the control connection.
        UploadError::Refused(_) | UploadError::Misbehaved(_) => IoError::Closed,
        UploadError::Unreadable(_)
        | UploadError::Unconfirmed(_)
        | UploadError::Mismatch(_)
        | UploadError::Corrupt(_)
        | UploadError::Missing
        | UploadError::Invalid(_) => return error,
    };
    UploadError::Unconfirmed(Doubt { cause, completed: true, hashing })
}

fn mismatch(sent: u64, stored: u64) -> UploadError {
    UploadError::Mismatch(SizeMismatch { sent, stored })
}
