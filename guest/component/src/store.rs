//! Stores one file: a data connection, REST if a transfer is continued, STOR, the bytes, the final reply, and the check
//! of the result.
//!
//! `data_channel.rs` makes the data connection, `announce.rs` a STOR that is sent before; `transfer.rs` sends the file's
//! bytes; `check.rs` sends the questions that verify it.

use crate::announce::Announcement;
use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Placement, Plan, Protection, Receipt, UploadError, Verification, Verify,
};
use crate::capabilities::{DataConnection, SourceFile, Step as Stage};
use crate::check::{Check, OpenCheck, Sent};
use crate::control::Answer;
use crate::error;
use crate::query::{self, LocalHash};
use crate::session::{Conversation, argument};
use crate::transfer::{self, Replies, Tail};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::{Meaning, Step};

impl Conversation {
    /// Stores `source` under `name`.
    pub fn store(&mut self, source: &SourceFile, name: &[u8], plan: Plan) -> Result<Receipt, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        let announced = self.take_announcement(name, plan.placement)?;
        self.open_check = None;
        self.announce_utf8(name)?;
        if let (Verify::Best, Some(inquiry)) = (plan.verify, self.features().inquiry()) {
            source.prepare_digest(query::algorithm(inquiry.algorithm()));
        }
        let (data, mut replies) = match announced {
            Some(announced) => self.open_announced(&announced)?,
            None => self.open_in_steps(name, plan.placement)?,
        };
        let from = if let Placement::Rest(offset) = plan.placement { offset } else { 0 };
        let (bytes, tail) = transfer::send(&mut self.control, data, source, from, &mut replies)?;
        self.progress.entered(Stage::Confirmation);
        transfer::confirm(&mut self.control, tail)?;
        let unique = matches!(plan.placement, Placement::Unique);
        let stored_as = if unique { replies.unique_name() } else { None };
        let sent = Sent { total: from + bytes, tail };
        // The server may not report the name that it chose, or may have chosen one that no command can carry.
        let chosen = stored_as.as_deref().and_then(|name| Argument::new(name).ok());
        let to_ask = if unique { chosen } else { Some(name) };
        let verified = self.confirmed(source, to_ask, &sent, plan)?;
        Ok(Receipt { sent: bytes, verified, name: stored_as })
    }

    /// Sends the commands that open a transfer, one after the other.
    fn open_in_steps(
        &mut self,
        name: Argument,
        placement: Placement,
    ) -> Result<(DataConnection, Replies), UploadError> {
        self.progress.entered(Stage::DataConnection);
        let channel = self.data_channel_mode.open(&mut self.control)?;
        self.progress.entered(Stage::Store);
        let agreed = self.ask_to_store(name, placement)?;
        self.progress.entered(Stage::Transfer);
        let data: DataConnection = channel.connect().map_err(|cause| transfer::reason(&mut self.control, cause))?;
        if self.protection != Protection::Clear {
            transfer::secure(&mut self.control, &data)?;
        }
        Ok((data, Replies::accepted(agreed)))
    }

    /// Connects to the port that the server has opened for the STOR that was sent before.
    ///
    /// The reply to STOR is awaited only before a TLS handshake (RFC 4217 §7): some servers do not expect one before
    /// that.
    fn open_announced(&mut self, announced: &Announcement) -> Result<(DataConnection, Replies), UploadError> {
        self.progress.entered(Stage::Store);
        let dialled = announced.opening.dial(&self.control, announced.port);
        let data = dialled.map_err(|error| transfer::not_connected(&mut self.control, Step::Stor, error))?;
        if self.protection == Protection::Clear {
            self.progress.entered(Stage::Transfer);
            return Ok((data, Replies::awaited()));
        }
        let agreed = self.control.await_reply(Step::Stor)?;
        let agreed = self.accepted(agreed)?;
        self.progress.entered(Stage::Transfer);
        transfer::secure(&mut self.control, &data)?;
        Ok((data, Replies::accepted(agreed)))
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
        let agreed = self.control.ask(Step::Stor, command)?;
        self.accepted(agreed)
    }

    /// RFC 959 §5.4: a transfer begins only after a preliminary reply.
    fn accepted(&mut self, agreed: Answer) -> Result<Answer, UploadError> {
        match agreed.meaning {
            Meaning::EarlySuccess => Err(self.control.end_by_early_success(Step::Stor)),
            _ => Ok(agreed),
        }
    }

    /// Verifies the file after the final reply, or leaves that for later.
    fn confirmed(
        &mut self,
        source: &SourceFile,
        name: Option<Argument>,
        sent: &Sent,
        plan: Plan,
    ) -> Result<Verification, UploadError> {
        let tail = sent.tail;
        let wanted = plan.verify != Verify::Nothing || tail != Tail::Delivered;
        let Some(name) = name.filter(|_| wanted) else {
            return transfer::proved(&mut self.control, tail, tail.none()).map_err(|error| tail.uncompleted(error));
        };
        if plan.defer && tail == Tail::Delivered {
            return self.leave_for_later(source, name, sent.total, plan.verify);
        }
        let hash = (plan.verify == Verify::Best).then_some(LocalHash::Of(source));
        let mut verified = self.verify(hash, name, sent);
        if tail == Tail::ConfirmedEarly
            && matches!(verified, Ok(Verification::Size))
            && !self.had_another_size(name, sent.total)
        {
            verified = Ok(Verification::None);
        }
        transfer::proved(&mut self.control, tail, verified).map_err(|error| tail.uncompleted(error))
    }

    /// Computes the hash now, because the source is lent only for this call.
    fn leave_for_later(
        &mut self,
        source: &SourceFile,
        name: Argument,
        total: u64,
        verify: Verify,
    ) -> Result<Verification, UploadError> {
        let inquiry = self.features().inquiry().filter(|_| verify == Verify::Best);
        let hash = inquiry.map(|inquiry| source.digest(query::algorithm(inquiry.algorithm()), total));
        let hash = hash.transpose().map_err(UploadError::Unreadable)?;
        self.open_check = Some(OpenCheck::Unasked(Check { name: name.as_bytes().to_vec(), total, hash }));
        Ok(Verification::Later)
    }
}
