//! The control connection: commands out, if the present call may send them, replies in, and the two places where secrets
//! are removed (the transcript, and the reply to the password).

use std::sync::Arc;

use ftp_authority::{Authority, Call};
use ftp_protocol::command::{asks_for_hash, commands_in};
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
use crate::sandbox::state::greeting::Greeting;
use crate::sandbox::state::tls::TlsState;
use crate::sandbox::transcript::Transcript;
use crate::sandbox::transfer::deadlines::Deadlines;

/// The most bytes that one `receive` returns.
const MAX_RECEIVE: u32 = 65_536;

/// The most lines that may be sent after the last `receive` that returned bytes.
const MAX_UNANSWERED: usize = 16;

/// The control connection of a session.
pub(crate) struct Control {
    /// `None` after the guest has dropped its handle.
    stream: Option<Stream>,
    /// For masking. The guest's handle to the password leads to another share of it.
    password: Password,
    password_sent: bool,
    redactor: ReplyRedactor,
    authority: Authority,
    /// The number of lines sent since the last `receive` that returned bytes.
    unanswered: usize,
    greeting: Greeting,
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
            authority: Authority::default(),
            unanswered: 0,
            greeting: Greeting::default(),
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

    /// Permits the commands that `call` needs, and no others.
    pub(in crate::sandbox) fn begin_call(&mut self, call: Call) {
        self.authority.begin(call);
    }

    /// Returns the authority of the present call.
    pub(in crate::sandbox) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Returns the authority of the present call.
    pub(in crate::sandbox) fn authority_mut(&mut self) -> &mut Authority {
        &mut self.authority
    }

    /// Returns the first bytes that the server sent.
    pub(in crate::sandbox) fn greeting(&self) -> &Greeting {
        &self.greeting
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
                self.unanswered = 0;
                self.authority.received(&given);
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
        self.greeting.received(&buffer);
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

    /// Returns true if the final replies to all commands were received.
    pub(crate) fn has_all_replies(&self) -> bool {
        !self.redactor.awaits_replies()
    }

    /// Sends `lines` at once if each of them is one command that the present call may send.
    pub(crate) fn send(
        &mut self,
        lines: &[u8],
        budget: &mut CallBudget,
        tls: &TlsState,
        transfer: &FileTransfer,
        deadlines: &mut Deadlines,
    ) -> Result<(), CallError> {
        let commands = commands_in(lines).ok_or(CallError::Denied)?;
        let permit = self.authority.permits(&commands).ok_or(CallError::Denied)?;
        self.begin_commands(&commands, budget, tls, deadlines)?;
        self.authority.sent(permit);
        let replies = u32::try_from(commands.len()).unwrap_or(u32::MAX);
        self.redactor.expect_replies(replies, |line| self.password.masked_in_reply(line));
        if commands.iter().any(|line| asks_for_hash(line)) {
            deadlines.extend_for_hash_of(transfer.bytes_to_hash());
        }
        self.write(lines, deadlines)?;
        commands.iter().for_each(|line| self.transcript.sent(line));
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
        if std::mem::replace(&mut self.password_sent, true) || !self.authority.permits_password() {
            return Err(CallError::Denied);
        }
        let line = password.pass_line();
        self.begin_commands(&[&line], budget, tls, deadlines)?;
        self.authority.sent_password();
        self.redactor.expect_reply_to_password();
        self.write(&line, deadlines)?;
        self.transcript.sent_password();
        Ok(())
    }

    fn begin_commands(
        &mut self,
        lines: &[&[u8]],
        budget: &mut CallBudget,
        tls: &TlsState,
        deadlines: &mut Deadlines,
    ) -> Result<(), CallError> {
        let stream = self.stream.as_ref().ok_or(CallError::Denied)?;
        let permitted = lines.iter().all(|line| tls.protection().permits_line(stream, line));
        let unanswered = self.unanswered + lines.len();
        if !permitted || unanswered > MAX_UNANSWERED || !budget.take_commands(lines.len()) {
            return Err(CallError::Denied);
        }
        self.unanswered = unanswered;
        self.greeting.end();
        deadlines.restart();
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
