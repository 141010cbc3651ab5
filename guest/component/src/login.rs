//! The first commands of a session, in the order of RFC 959 and 4217: greeting, TLS, user, password, account, and the
//! protection of data connections.

use crate::bindings::exports::ftp_uploader::upload::upload::{Protection, UploadError};
use crate::capabilities::{Secret, Step as Stage};
use crate::error;
use crate::session::Conversation;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::{Meaning, Step};

impl Conversation {
    /// Waits for the greeting, with TLS before or after it. If the requested protection cannot be established, the
    /// session fails.
    pub(crate) fn greet(&mut self) -> Result<(), UploadError> {
        if self.protection == Protection::Implicit {
            self.progress.entered(Stage::Protection);
            self.control.secure()?;
        }
        self.progress.entered(Stage::Greeting);
        self.control.await_reply(Step::Greeting)?;
        if self.protection == Protection::Explicit {
            self.progress.entered(Stage::Protection);
            self.control.ask(Step::Auth, Command::AuthTls)?;
            self.control.secure()?;
        }
        Ok(())
    }

    /// RFC 4217 §9: data connections are in clear until PROT says otherwise.
    pub(crate) fn protect_data(&mut self, flight: bool) -> Result<(), UploadError> {
        if self.protection == Protection::Clear {
            return Ok(());
        }
        self.progress.entered(Stage::Protection);
        // RFC 4217 §9 requires PBSZ; only the reply to PROT decides.
        let commands = [(Step::Pbsz, Command::Pbsz), (Step::Prot, Command::ProtPrivate)];
        let outcomes = self.control.ask_all(&commands, if flight { commands.len() } else { 1 })?;
        match (self.protection, outcomes.into_iter().last()) {
            (Protection::Explicit, Some(Err(error))) => Err(error),
            // Servers with implicit TLS may not know PROT, and protect data connections nevertheless.
            (Protection::Explicit | Protection::Implicit | Protection::Clear, _) => Ok(()),
        }
    }

    /// RFC 959 §6, login diagram. Each command is sent only once.
    pub(crate) fn log_in(
        &mut self,
        user: Argument,
        password: &Secret,
        account: Option<Argument>,
    ) -> Result<(), UploadError> {
        let mut answer = self.control.ask(Step::User, Command::User(user))?;
        if answer.meaning == Meaning::NeedPassword {
            answer = self.control.send_password(password)?;
        }
        if answer.meaning == Meaning::NeedAccount {
            let account = account.ok_or_else(|| error::refused(Step::Acct, &answer.reply))?;
            self.control.ask(Step::Acct, Command::Acct(account))?;
        }
        Ok(())
    }
}
