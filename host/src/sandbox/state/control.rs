//! The control connection: commands out, replies in, and the two places where secrets are removed (the transcript, and
//! the reply to the password).

use std::sync::Arc;

use ftp_protocol::command::{asks_for_hash, is_one_command};
use ftp_text::reply_redactor::ReplyRedactor;

use crate::cancel::WaitError;
use crate::net::socket::Socket;
use crate::net::stream::Stream;
use crate::report::event::Observer;
use crate::report::step::Connection;
use crate::request::password::Password;
use crate::request::target::Target;
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::call_error::CallError;
use crate::sandbox::state::file_transfer::FileTransfer;
use crate::sandbox::state::tls::TlsState;
use crate::sandbox::transcript::Transcript;
use crate::sandbox::transfer::deadlines::Deadlines;

/// The most bytes that one `receive` returns.
const MAX_RECEIVE: u32 = 65_536;

/// The control connection of a session.
pub(crate) struct Control {
    /// `None` after the guest has dropped its handle.
    stream: Option<Stream>,
    /// For masking. The guest's handle to the password leads to another share of it.
    password: Password,
    password_sent: bool,
    redactor: ReplyRedactor,
    transcript: Transcript,
}

impl Control {
    /// Returns the control connection over `socket`, which is connected to `target`.
    pub(super) fn new(socket: Socket, target: &Target, observer: Arc<dyn Observer>) -> Self {
        // The account is a valid argument of a command, so `Password::new` does not fail.
        let account = target.account.clone().map_or(Ok(Password::default()), Password::new).unwrap_or_default();
        Self {
            stream: Some(Stream::plain(socket)),
            password: target.password.share(),
            password_sent: false,
            redactor: ReplyRedactor::default(),
            transcript: Transcript::new(observer, account),
        }
    }

    /// Returns the connection, unless the guest has dropped its handle.
    pub(crate) fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    /// Returns the connection, unless the guest has dropped its handle.
    pub(crate) fn stream_mut(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// Closes the connection.
    pub(crate) fn close(&mut self) {
        self.stream = None;
    }

    /// Returns true if the password was sent, or sending it was tried.
    pub(crate) fn has_sent_password(&self) -> bool {
        self.password_sent
    }

    /// Waits for at least one byte that the guest may have, and returns at most `limit`.
    pub(crate) fn receive(
        &mut self,
        limit: u32,
        budget: &mut CallBudget,
        tls: &mut TlsState,
        deadlines: &Deadlines,
    ) -> Result<Vec<u8>, CallError> {
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default();
        loop {
            let given = self.redactor.give(most);
            if !given.is_empty() {
                return Ok(given);
            }
            self.receive_from_server(most, budget, tls, deadlines)?;
        }
    }

    /// Receives at least one byte from the server, for the transcript and for the redactor.
    fn receive_from_server(
        &mut self,
        most: usize,
        budget: &mut CallBudget,
        tls: &mut TlsState,
        deadlines: &Deadlines,
    ) -> Result<(), CallError> {
        let most = most.min(budget.receive);
        let stream = self.stream.as_mut().filter(|_| most > 0).ok_or(CallError::Denied)?;
        let mut buffer = vec![0; most];
        let read = stream.read(&mut buffer, deadlines.reply());
        if let Err(WaitError::Failed(error)) = &read {
            tls.note_late_refusal(Connection::Control, error);
        }
        let count = read?;
        buffer.truncate(count);
        budget.receive -= count;
        self.transcript.received(&buffer, &self.password);
        self.redactor.take(&buffer, |line| self.password.masked_in_reply(line));
        Ok(())
    }

    /// Returns true if `receive` would find bytes, the end or an error without waiting.
    pub(crate) fn has_pending(&mut self) -> bool {
        let Some(stream) = self.stream.as_mut() else { return false };
        self.redactor.holds_something()
            || stream.has_more()
            || (stream.socket().is_readable() && stream.has_text_after_receiving())
    }

    /// Sends `line` if it is one command, and not PASS.
    pub(crate) fn send(
        &mut self,
        line: &[u8],
        budget: &mut CallBudget,
        tls: &TlsState,
        transfer: &FileTransfer,
        deadlines: &mut Deadlines,
    ) -> Result<(), CallError> {
        if !is_one_command(line) {
            return Err(CallError::Denied);
        }
        self.begin_command(line, budget, tls, deadlines)?;
        if asks_for_hash(line) {
            deadlines.extend_for_hash_of(transfer.bytes_to_hash());
        }
        self.write(line, deadlines)?;
        self.transcript.sent(line);
        Ok(())
    }

    /// Sends PASS with `password`, the first time that it is called.
    pub(crate) fn send_password(
        &mut self,
        password: &Password,
        budget: &mut CallBudget,
        tls: &TlsState,
        deadlines: &mut Deadlines,
    ) -> Result<(), CallError> {
        if std::mem::replace(&mut self.password_sent, true) {
            return Err(CallError::Denied);
        }
        let line = password.pass_line();
        self.begin_command(&line, budget, tls, deadlines)?;
        self.write(&line, deadlines)?;
        self.redactor.expect();
        self.transcript.sent_password();
        Ok(())
    }

    fn begin_command(
        &mut self,
        line: &[u8],
        budget: &mut CallBudget,
        tls: &TlsState,
        deadlines: &mut Deadlines,
    ) -> Result<(), CallError> {
        let stream = self.stream.as_ref().ok_or(CallError::Denied)?;
        if !tls.protection().permits_line(stream, line) || !budget.take_command() {
            return Err(CallError::Denied);
        }
        deadlines.restart();
        self.redactor.expect_no_more(|line| self.password.masked_in_reply(line));
        Ok(())
    }

    fn write(&mut self, line: &[u8], deadlines: &Deadlines) -> Result<(), CallError> {
        let stream = self.stream.as_mut().ok_or(CallError::Denied)?;
        Ok(stream.write_all(line, deadlines.reply())?)
    }

    /// Masks the password and the account in the text of a reply. `is_cut` if the text may end within one of them.
    pub(crate) fn masked(&self, text: &[u8], is_cut: bool) -> Vec<u8> {
        if is_cut {
            self.transcript.masked_in_cut(text, &self.password)
        } else {
            self.transcript.masked_in_text(text, &self.password)
        }
    }
}
