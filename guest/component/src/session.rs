//! The session: opened, moved to its directory, and ended. It knows the features of the server.
//!
//! `ftp_protocol::step` defines the meaning of a reply; `control.rs` sends a command and waits for its reply. The login is
//! in `login.rs`, questions about stored files are in `query.rs`, changes of them in `change.rs` and `store.rs`.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Found, Login, Protection, Refusal, UploadError,
};
use crate::capabilities::{ControlConnection, Notice, Progress, Secret, Step as Stage};
use crate::control::Control;
use crate::data_channel::DataChannelMode;
use crate::error;
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::features::Features;
use ftp_protocol::step::Step;

/// One conversation on one control connection: the `session` of `wit/upload.wit`, which documents its public functions.
pub struct Conversation {
    pub(crate) control: Control,
    pub(crate) data_channel_mode: DataChannelMode,
    pub(crate) progress: Progress,
    pub(crate) protection: Protection,
    utf8_announced: bool,
    /// Present after FEAT was sent.
    features: Option<Features>,
    /// Cleared when the server says that it does not know SIZE.
    pub(crate) sizes_known: bool,
    /// Set when the server has reported the size of a file.
    pub(crate) sizes_told: bool,
    /// The file of the last call of `look`, and its result.
    pub(crate) looked_at: Option<(Vec<u8>, Found)>,
}

impl Conversation {
    /// Waits for the greeting, protects the connection, and logs in.
    pub fn open(
        control: ControlConnection,
        password: &Secret,
        login: &Login,
        progress: Progress,
    ) -> Result<Self, UploadError> {
        let user = argument(&login.user, Which::User)?;
        let account = login.account.as_deref().map(|bytes| argument(bytes, Which::Account)).transpose()?;
        let mut open = Self {
            control: Control::new(control),
            data_channel_mode: DataChannelMode::new(login.data_mode),
            progress,
            protection: login.protection,
            utf8_announced: false,
            features: None,
            sizes_known: true,
            sizes_told: false,
            looked_at: None,
        };
        open.greet()?;
        open.progress.entered(Stage::Login);
        open.log_in(user, password, account)?;
        open.protect_data()?;
        Ok(open)
    }

    /// Sends a command that the server may refuse.
    pub(crate) fn ask_in_passing(&mut self, step: Step, command: Command) -> Result<(), UploadError> {
        match self.control.ask(step, command) {
            Err(error) if error::is_final(&error) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Sends SITE with parameters that the user gave.
    pub fn site(&mut self, parameters: &[u8]) -> Result<(), UploadError> {
        let parameters = argument(parameters, Which::Site)?;
        self.announce_utf8(parameters)?;
        self.progress.entered(Stage::Site);
        self.control.ask(Step::Site, Command::Site(parameters)).map(|_| ())
    }

    /// Changes into `directory` and selects binary transfer.
    pub fn enter(&mut self, directory: &[u8], create: bool) -> Result<(), UploadError> {
        let directory = argument(directory, Which::Directory)?;
        // The session is already in this directory, and some servers (on printers) do not know CWD.
        if directory.as_bytes() != b"." {
            self.change_directory(directory, create)?;
        }
        self.progress.entered(Stage::BinaryType);
        self.control.ask(Step::Type, Command::TypeImage)?;
        self.learn_features()
    }

    fn change_directory(&mut self, directory: Argument, create: bool) -> Result<(), UploadError> {
        self.announce_utf8(directory)?;
        self.progress.entered(Stage::Directory);
        match self.control.ask(Step::Cwd, Command::Cwd(directory)) {
            Err(error) if create && !error::is_final(&error) => self.make(directory),
            entered => entered.map(|_| ()),
        }
    }

    /// Makes `directory`, part by part, and enters it. A part that cannot be made is ignored: it may exist already, or
    /// another client may just have made it.
    fn make(&mut self, directory: Argument) -> Result<(), UploadError> {
        let bytes = directory.as_bytes();
        let ends = (1..=bytes.len()).filter(|&end| bytes[end - 1] != b'/' && bytes.get(end).is_none_or(|&b| b == b'/'));
        let mut refusal = None;
        for end in ends {
            let part = argument(&bytes[..end], Which::Directory)?;
            match self.control.ask(Step::Mkd, Command::Mkd(part)) {
                Err(error) if error::is_final(&error) => return Err(error),
                made => refusal = made.err(),
            }
        }
        let entered = self.control.ask(Step::Cwd, Command::Cwd(directory));
        entered.map(|_| ()).map_err(|error| if error::is_final(&error) { error } else { refusal.unwrap_or(error) })
    }

    /// RFC 2389 §3. A server that does not know FEAT has no features.
    fn learn_features(&mut self) -> Result<(), UploadError> {
        if self.features.is_none() {
            self.progress.entered(Stage::Features);
            self.features = match self.control.ask(Step::Feat, Command::Feat) {
                Ok(answer) => Some(Features::parse(&answer.reply.text)),
                Err(error) if error::is_final(&error) => return Err(error),
                Err(_) => Some(Features::default()),
            };
        }
        Ok(())
    }

    /// Returns the features of the server; none, before FEAT was sent.
    pub(crate) fn features(&self) -> Features {
        self.features.clone().unwrap_or_default()
    }

    /// Sends QUIT.
    pub fn quit(&mut self) {
        self.progress.entered(Stage::Quit);
        // RFC 959 §4.1.1: every file is stored by now, so a missing reply changes nothing.
        let _ = self.control.ask(Step::Quit, Command::Quit);
    }

    /// Some servers take names for Latin-1 until they receive this option, and some of these ignore it until they know
    /// the client's name. A server that does not know OPTS may refuse.
    pub(crate) fn announce_utf8(&mut self, argument: Argument) -> Result<(), UploadError> {
        if self.utf8_announced || !argument.needs_utf8() {
            return Ok(());
        }
        self.learn_features()?;
        if self.features().clnt {
            self.ask_in_passing(Step::Opts, Command::Clnt)?;
        }
        self.utf8_announced = true;
        match self.control.ask(Step::Opts, Command::OptsUtf8) {
            Err(error) if error::is_final(&error) => return Err(error),
            Err(error) if !self.has_utf8_anyway(&error) => self.progress.noticed(Notice::Utf8Refused),
            Ok(_) | Err(_) => {}
        }
        Ok(())
    }

    /// RFC 2640 §3: names are UTF-8 if FEAT lists UTF8; a server that follows this need not know the option.
    fn has_utf8_anyway(&self, refused: &UploadError) -> bool {
        let unknown = matches!(refused, UploadError::Refused(Refusal { code: 500..=502, .. }));
        unknown && self.features().utf8
    }
}

pub(crate) fn argument(bytes: &[u8], which: Which) -> Result<Argument<'_>, UploadError> {
    Argument::new(bytes).map_err(|_| UploadError::Invalid(which))
}
