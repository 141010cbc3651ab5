//! The conversation, in the order in which RFC 959 and 4217 have it: greet, TLS, log in, change directory, binary,
//! store, confirm.
//!
//! What a reply means is decided in `ftp_protocol::step`; sending a command and waiting for its reply is
//! `control.rs`; getting a data connection is `passive.rs`. Next: `transfer.rs`, the file's bytes.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Login, Protection, Receipt, SizeMismatch, UploadError, Verification,
};
use crate::bindings::ftp_uploader::upload::capabilities::{
    ControlConnection, Progress, Secret, SourceFile, Step as Stage,
};
use crate::control::Control;
use crate::error;
use crate::passive::Passive;
use crate::transfer::{self, Tail};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::step::{Meaning, Step};

/// One conversation on one control connection.
pub(crate) struct Conversation {
    control: Control,
    passive: Passive,
    progress: Progress,
    protection: Protection,
    utf8_announced: bool,
    /// Cleared once the server says that it does not know SIZE.
    sizes_known: bool,
}

impl Conversation {
    pub(crate) fn open(
        control: ControlConnection,
        password: &Secret,
        login: &Login,
        progress: Progress,
    ) -> Result<Self, UploadError> {
        let user = argument(&login.user, Which::User)?;
        let account = login.account.as_deref().map(|bytes| argument(bytes, Which::Account)).transpose()?;
        let mut open = Self {
            control: Control::new(control),
            passive: Passive::default(),
            progress,
            protection: login.protection,
            utf8_announced: false,
            sizes_known: true,
        };
        open.greet()?;
        open.progress.entered(Stage::Login);
        open.log_in(user, password, account)?;
        open.protect_data()?;
        Ok(open)
    }

    /// The greeting, and TLS before or after it. There is no way on without what was asked for.
    fn greet(&mut self) -> Result<(), UploadError> {
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
    fn protect_data(&mut self) -> Result<(), UploadError> {
        if self.protection == Protection::Clear {
            return Ok(());
        }
        self.progress.entered(Stage::Protection);
        // RFC 4217 §9 wants PBSZ; what counts is the answer to PROT.
        self.ask_in_passing(Step::Pbsz, Command::Pbsz)?;
        match self.protection {
            // Servers with implicit TLS may not know PROT, and protect data connections anyway.
            Protection::Implicit => self.ask_in_passing(Step::Prot, Command::ProtPrivate),
            Protection::Explicit | Protection::Clear => self.control.ask(Step::Prot, Command::ProtPrivate).map(|_| ()),
        }
    }

    /// Asks for something that a server may refuse.
    fn ask_in_passing(&mut self, step: Step, command: Command) -> Result<(), UploadError> {
        match self.control.ask(step, command) {
            Err(error) if error::is_final(&error) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// RFC 959 §6, login diagram. Nothing is tried twice.
    fn log_in(&mut self, user: Argument, password: &Secret, account: Option<Argument>) -> Result<(), UploadError> {
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

    pub(crate) fn enter(&mut self, directory: &[u8]) -> Result<(), UploadError> {
        let directory = argument(directory, Which::Directory)?;
        self.progress.entered(Stage::Directory);
        self.announce_utf8(directory)?;
        self.control.ask(Step::Cwd, Command::Cwd(directory))?;
        self.progress.entered(Stage::BinaryType);
        self.control.ask(Step::Type, Command::TypeImage)?;
        Ok(())
    }

    pub(crate) fn store(&mut self, source: &SourceFile, name: &[u8]) -> Result<Receipt, UploadError> {
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        self.progress.entered(Stage::DataConnection);
        let data = self.passive.connect(&mut self.control)?;
        self.progress.entered(Stage::Store);
        self.control.ask(Step::Stor, Command::Stor(name))?;
        self.progress.entered(Stage::Transfer);
        if self.protection != Protection::Clear {
            transfer::secure(&mut self.control, &data)?;
        }
        let tail = transfer::send(&mut self.control, data, source)?;
        self.progress.entered(Stage::Confirmation);
        transfer::confirm(&mut self.control, tail)?;
        self.receipt(name, source.size(), tail)
    }

    pub(crate) fn quit(&mut self) {
        self.progress.entered(Stage::Quit);
        // RFC 959 §4.1.1: every file is stored by now, so a server that does not answer takes nothing away.
        let _ = self.control.ask(Step::Quit, Command::Quit);
    }

    /// Some servers take names for Latin-1 until told otherwise; a server that does not know OPTS may refuse.
    fn announce_utf8(&mut self, argument: Argument) -> Result<(), UploadError> {
        if self.utf8_announced || !argument.needs_utf8() {
            return Ok(());
        }
        self.utf8_announced = true;
        self.ask_in_passing(Step::Opts, Command::OptsUtf8)
    }

    /// What backs up the final reply. A size that differs is a failure; no size, or a nonsensical one, is not.
    fn receipt(&mut self, name: Argument, sent: u64, tail: Tail) -> Result<Receipt, UploadError> {
        match (self.stored_size(name), tail) {
            (Some(stored), _) if stored != sent => Err(UploadError::Mismatch(SizeMismatch { sent, stored })),
            (Some(_), _) => Ok(Receipt { sent, verified: Verification::Size }),
            (None, Tail::Delivered) => Ok(Receipt { sent, verified: Verification::None }),
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

fn argument(bytes: &[u8], which: Which) -> Result<Argument<'_>, UploadError> {
    Argument::new(bytes).map_err(|_| UploadError::Invalid(which))
}
