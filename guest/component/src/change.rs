//! Changes of files on the server other than storing: names, times, permissions, removal.

use crate::bindings::exports::ftp_uploader::upload::upload::{Argument as Which, Renaming, UploadError};
use crate::capabilities::Step as Stage;
use crate::error;
use crate::session::{Conversation, argument};
use ftp_protocol::command::Command;
use ftp_protocol::step::Step;
use ftp_protocol::timestamp::Timestamp;

impl Conversation {
    /// Gives the file called `name` the name `to`.
    pub fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError> {
        self.receives_nothing()?;
        let (name, to) = (argument(name, Which::Name)?, argument(to, Which::Name)?);
        self.announce_utf8(to)?;
        self.progress.entered(Stage::Renaming);
        match self.control.ask(Step::Rnfr, Command::Rnfr(name)) {
            Err(UploadError::Refused(refusal)) if refusal.code != 421 => return Ok(Renaming::NotFrom(refusal)),
            asked => drop(asked?),
        }
        match self.control.ask(Step::Rnto, Command::Rnto(to)) {
            Err(UploadError::Refused(refusal)) if refusal.code != 421 => Ok(Renaming::NotTo(refusal)),
            asked => asked.map(|_| Renaming::Done),
        }
    }

    /// Removes the file called `name`.
    pub fn remove(&mut self, name: &[u8]) -> Result<(), UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.progress.entered(Stage::Renaming);
        self.control.ask(Step::Dele, Command::Dele(name)).map(|_| ())
    }

    /// Sets the time of last modification, in seconds since 1970.
    pub fn set_time(&mut self, name: &[u8], time: u64) -> Result<(), UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        let time = Timestamp::from_unix(time).ok_or(UploadError::Invalid(Which::Time))?;
        self.progress.entered(Stage::Attributes);
        if self.features().mfmt {
            return self.control.ask(Step::Attributes, Command::Mfmt(time, name)).map(|_| ());
        }
        match self.control.ask(Step::Attributes, Command::MdtmSet(time, name)) {
            Err(error) if !error::is_final(&error) => {
                self.control.ask(Step::Attributes, Command::SiteUtime(time, name)).map(|_| ())
            }
            set => set.map(|_| ()),
        }
    }

    /// Sets the permissions to the lowest nine bits of `mode`.
    pub fn set_mode(&mut self, name: &[u8], mode: u16) -> Result<(), UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.progress.entered(Stage::Attributes);
        self.control.ask(Step::Attributes, Command::SiteChmod(mode, name)).map(|_| ())
    }
}
