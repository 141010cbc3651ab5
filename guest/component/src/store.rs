//! Storing one file: a data connection, REST where it goes on, STOR, the bytes, the final reply, and what backs it up.
//!
//! Getting the data connection is `data_channel.rs`; what is asked afterwards is `inspection.rs`. Next: `transfer.rs`, the
//! file's bytes.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Comparison, Placement, Plan, Protection, Receipt, SizeMismatch, UploadError, Verification,
    Verify,
};
use crate::control::Answer;
use crate::error;
use crate::inspection;
use crate::lent::{SourceFile, Step as Stage};
use crate::transfer::{self, Tail};
use crate::upload::{Conversation, argument};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::Step;

/// What is to be confirmed.
struct Sent {
    /// The length of what should be stored now.
    total: u64,
    tail: Tail,
}

impl Conversation {
    /// Stores `source` under `name`.
    pub fn store(&mut self, source: &SourceFile, name: &[u8], plan: Plan) -> Result<Receipt, UploadError> {
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        if let (Verify::Best, Some(inquiry)) = (plan.verify, self.features().inquiry()) {
            source.prepare_digest(inspection::algorithm(inquiry.algorithm()));
        }
        self.progress.entered(Stage::DataConnection);
        let channel = self.dialling.open(&mut self.control)?;
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
        let stored_as = match plan.placement {
            Placement::Unique => agreed.reply.unique_name().map(<[u8]>::to_vec),
            Placement::Replace | Placement::Rest(_) => None,
        };
        let sent = Sent { total: from + bytes, tail };
        // A name that the server made up, and may have kept to itself, need not be one that a command can carry.
        let to_ask = match plan.placement {
            Placement::Unique => stored_as.as_deref().and_then(|name| Argument::new(name).ok()),
            Placement::Replace | Placement::Rest(_) => Some(name),
        };
        let mut verified = self.verify(source, to_ask, &sent, plan.verify);
        if tail == Tail::ConfirmedEarly {
            verified = transfer::proved(&mut self.control, verified);
        }
        let verified = verified?;
        Ok(Receipt { sent: bytes, verified, name: stored_as })
    }

    /// REST has to come right before STOR (RFC 3659 §5.2). A server that refuses it may still append.
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

    /// What backs up the final reply. A size or hash that differs is a failure; none, or a nonsensical one, is not.
    fn verify(
        &mut self,
        source: &SourceFile,
        name: Option<Argument>,
        sent: &Sent,
        verify: Verify,
    ) -> Result<Verification, UploadError> {
        if let (Verify::Best, Some(name)) = (verify, name) {
            match self.ask_hash(Step::Hash, source, name, sent.total)? {
                Comparison::Same(algorithm) => return Ok(Verification::Hash(algorithm)),
                // Fewer bytes are a cut that the server took for the end; as many are other bytes.
                Comparison::Different(algorithm) => {
                    return Err(match self.stored_size(name) {
                        Some(stored) if stored != sent.total => mismatch(sent.total, stored),
                        _ => UploadError::Corrupt(algorithm),
                    });
                }
                Comparison::Unavailable => {}
            }
        }
        let wanted = verify != Verify::Nothing || sent.tail != Tail::Delivered;
        let size = name.filter(|_| wanted).and_then(|name| self.stored_size(name));
        match (size, sent.tail) {
            (Some(stored), _) if stored != sent.total => Err(mismatch(sent.total, stored)),
            (Some(_), _) => Ok(Verification::Size),
            (None, Tail::Delivered | Tail::ConfirmedEarly) => Ok(Verification::None),
            (None, Tail::Doubtful(cause)) => Err(UploadError::Unconfirmed(cause)),
        }
    }

    /// RFC 3659 §4: bytes, because TYPE is I. Whatever goes wrong here, the file was confirmed before.
    fn stored_size(&mut self, name: Argument) -> Option<u64> {
        if !self.sizes_known {
            return None;
        }
        match self.control.ask(Step::Size, Command::Size(name)) {
            Ok(answer) => answer.reply.size(),
            Err(error) => {
                self.sizes_known = !error::is_unknown_command(&error);
                None
            }
        }
    }
}

fn mismatch(sent: u64, stored: u64) -> UploadError {
    UploadError::Mismatch(SizeMismatch { sent, stored })
}
