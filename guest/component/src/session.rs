//! The session: opened and ended. It knows the features of the server.
//!
//! `ftp_protocol::step` defines the meaning of a reply; `control.rs` sends a command and waits for its reply. The login is
//! in `login.rs`, directories are in `directory.rs`, questions about stored files in `query.rs` and `check.rs`, changes of
//! them in `change.rs`, `announce.rs` and `store.rs`, and of many files in `many.rs` and `renames.rs`; listings in
//! `listing.rs`.

use crate::announce::Announcement;
use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Found, Login, Protection, Refusal, UploadError,
};
use crate::capabilities::{ControlConnection, Notice, Progress, Secret, Step as Stage};
use crate::check::OpenCheck;
use crate::control::{Control, Outcome};
use crate::data_channel::DataChannelMode;
use crate::error;
use crate::listing::ListCommands;
use crate::receiving::Receiving;
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::features::Features;
use ftp_protocol::step::Step;

/// One conversation on one control connection: the `session` of `wit/upload.wit`, which documents its public functions.
pub struct Conversation {
    /// The listing or the file that is being received. It comes first, because its connection must be dropped before the
    /// control connection.
    pub(crate) receiving: Option<Receiving>,
    pub(crate) control: Control,
    pub(crate) data_channel_mode: DataChannelMode,
    pub(crate) progress: Progress,
    pub(crate) protection: Protection,
    /// The STOR that was sent, and that `store` has not continued yet.
    pub(crate) announced: Option<Announcement>,
    /// The check of the last file stored, if it was left for later.
    pub(crate) open_check: Option<OpenCheck>,
    /// The argument of `enter`; empty if no directory was entered.
    pub(crate) entered: Vec<u8>,
    /// The absolute name of the directory that was entered, or the refusal to tell it; none if the server was not asked.
    pub(crate) directory: Option<Result<Vec<u8>, UploadError>>,
    /// The name of the directory that was entered, while the session is in another one.
    pub(crate) way_back: Option<Vec<u8>>,
    /// The forms of listing that this server is known to refuse or to support.
    pub(crate) list_commands: ListCommands,
    utf8_announced: bool,
    /// Present after FEAT was sent.
    features: Option<Features>,
    /// True if the server does not know FEAT.
    pub(crate) refuses_feat: bool,
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
            receiving: None,
            control: Control::new(control),
            data_channel_mode: DataChannelMode::new(login.data_mode),
            progress,
            protection: login.protection,
            announced: None,
            open_check: None,
            entered: Vec::new(),
            directory: None,
            way_back: None,
            list_commands: ListCommands::default(),
            utf8_announced: false,
            features: None,
            refuses_feat: false,
            sizes_known: true,
            sizes_told: false,
            looked_at: None,
        };
        open.greet()?;
        open.progress.entered(Stage::Login);
        open.log_in(user, password, account)?;
        open.protect_data(login.flight)?;
        Ok(open)
    }

    /// Must be called first by every export but those that receive more: nothing may be sent between the command that
    /// asks for data and its final reply.
    pub(crate) fn receives_nothing(&self) -> Result<(), UploadError> {
        if self.receiving.is_some() { Err(UploadError::Invalid(Which::Unfinished)) } else { Ok(()) }
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
        self.receives_nothing()?;
        let parameters = argument(parameters, Which::Site)?;
        self.announce_utf8(parameters)?;
        self.progress.entered(Stage::Site);
        self.control.ask(Step::Site, Command::Site(parameters)).map(|_| ())
    }

    /// RFC 2389 §3. A server that does not know FEAT has no features.
    pub(crate) fn learn_features(&mut self) -> Result<(), UploadError> {
        if self.features.is_none() {
            self.progress.entered(Stage::Features);
            self.control.send(&[(Step::Feat, Command::Feat)])?;
            let told = self.control.await_outcome(Step::Feat)?;
            self.note_features(told);
        }
        Ok(())
    }

    /// Returns true if FEAT was not sent yet.
    pub(crate) fn knows_no_features(&self) -> bool {
        self.features.is_none()
    }

    pub(crate) fn note_features(&mut self, told: Outcome) {
        self.refuses_feat = told.is_err();
        self.features = Some(told.map(|answer| Features::parse(&answer.reply.text)).unwrap_or_default());
    }

    /// Returns the features of the server; none, before FEAT was sent.
    pub(crate) fn features(&self) -> Features {
        self.features.clone().unwrap_or_default()
    }

    /// Sends QUIT, unless something is being received: nothing may be sent then.
    pub fn quit(&mut self) {
        if self.receives_nothing().is_err() {
            return;
        }
        self.progress.entered(Stage::Quit);
        // RFC 959 §4.1.1: every file is stored by now, so a missing reply changes nothing.
        let _ = self.control.ask(Step::Quit, Command::Quit);
    }

    /// Some servers take names for Latin-1 until they receive this option, and some of these ignore it until they know
    /// the client's name. A server that does not know OPTS may refuse.
    pub(crate) fn announce_utf8(&mut self, argument: Argument) -> Result<(), UploadError> {
        if !self.must_announce_utf8(argument) {
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

    /// Returns true if an option must be set before `argument` is sent.
    pub(crate) fn must_announce_utf8(&self, argument: Argument) -> bool {
        !self.utf8_announced && argument.needs_utf8()
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
