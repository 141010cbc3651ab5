//! Questions about files on the server: sizes, times, hashes, and whether they can be renamed.
//!
//! Each function sends one or two commands and evaluates the replies. The embedder, or `store.rs`, decides when to call
//! it.

use crate::bindings::exports::ftp_uploader::upload::upload::{Argument as Which, Comparison, Found, UploadError};
use crate::capabilities::{Algorithm as Computed, SourceFile, Step as Stage};
use crate::error;
use crate::session::{Conversation, argument};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::digest::{Algorithm, Inquiry};
use ftp_protocol::step::Step;
use ftp_protocol::timestamp::Timestamp;

impl Conversation {
    /// Asks for the size of the file called `name`.
    pub fn look(&mut self, name: &[u8]) -> Result<Found, UploadError> {
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        self.progress.entered(Stage::Inspection);
        let found = match self.control.ask(Step::Look, Command::Size(name)) {
            Ok(answer) => self.told(answer.reply.size()),
            Err(error) if error::is_final(&error) => return Err(error),
            Err(UploadError::Refused(refusal)) if refusal.code == 550 => Found::Refused,
            Err(_) => Found::Untold,
        };
        self.looked_at = Some((name.as_bytes().to_vec(), found));
        Ok(found)
    }

    /// Returns true if it is known that, before it was stored, the file called `name` did not exist or had another size
    /// than `total`. Only then is a matching size evidence by itself.
    pub(crate) fn had_another_size(&self, name: Argument, total: u64) -> bool {
        match self.looked_at.as_ref() {
            Some((looked_at, found)) if looked_at == name.as_bytes() => match *found {
                Found::Bytes(there) => there != total,
                Found::Refused => true,
                Found::Untold => false,
            },
            Some(_) | None => false,
        }
    }

    /// Records that this server reports sizes, if it reported one.
    pub(crate) fn told(&mut self, size: Option<u64>) -> Found {
        self.sizes_told |= size.is_some();
        size.map_or(Found::Untold, Found::Bytes)
    }

    /// Asks for the time of last modification of the file called `name`.
    pub fn modified(&mut self, name: &[u8]) -> Result<Option<u64>, UploadError> {
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        self.progress.entered(Stage::Inspection);
        match self.control.ask(Step::Look, Command::Mdtm(name)) {
            Ok(answer) => Ok(answer.reply.modified().map(Timestamp::to_unix)),
            Err(error) if error::is_final(&error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Compares the hash of the file called `name` with the hash of the first `length` bytes of `source`.
    pub fn compare(&mut self, source: &SourceFile, name: &[u8], length: u64) -> Result<Comparison, UploadError> {
        let name = argument(name, Which::Name)?;
        self.progress.entered(Stage::Inspection);
        self.ask_hash(Step::Compare, source, name, length)
    }

    /// Asks for the hash of the whole file called `name`, and compares it with that of the first `length` bytes of
    /// `source`.
    pub(crate) fn ask_hash(
        &mut self,
        step: Step,
        source: &SourceFile,
        name: Argument,
        length: u64,
    ) -> Result<Comparison, UploadError> {
        let Some(inquiry) = self.features().inquiry() else { return Ok(Comparison::Unavailable) };
        if let Inquiry::Hash { algorithm, in_force: false } = inquiry {
            // A server that ignores this command replies with another hash, which is recognised by its length.
            self.ask_in_passing(step, Command::OptsHash(algorithm))?;
        }
        let told = match self.control.ask(step, Command::Hash(inquiry, name)) {
            Ok(answer) => inquiry.answer(&answer.reply.text),
            Err(error) if error::is_final(&error) => return Err(error),
            Err(_) => None,
        };
        let Some(told) = told else { return Ok(Comparison::Unavailable) };
        let algorithm = algorithm(inquiry.algorithm());
        let ours = source.digest(algorithm, length).map_err(UploadError::Unreadable)?;
        Ok(if ours == told { Comparison::Same(algorithm) } else { Comparison::Different(algorithm) })
    }

    /// Returns true if the server supports renaming. RFC 959 §4.2.2: 500 and 502 are for commands that a server does
    /// not implement; another refusal is about the file.
    pub fn can_rename(&mut self, name: &[u8]) -> Result<bool, UploadError> {
        let name = argument(name, Which::Name)?;
        self.progress.entered(Stage::Renaming);
        match self.control.ask(Step::Rnfr, Command::Rnfr(name)) {
            Err(error) if error::is_final(&error) => Err(error),
            Err(error) => Ok(!error::is_unknown_command(&error)),
            // The file exists, and the server now expects RNTO. Some servers refuse the next command, so send one that
            // does nothing.
            Ok(_) => self.ask_in_passing(Step::Rnto, Command::Noop).map(|()| true),
        }
    }
}

/// Converts the algorithm to the type of `capabilities.wit`.
pub(crate) fn algorithm(asked: Algorithm) -> Computed {
    match asked {
        Algorithm::Sha256 => Computed::Sha256,
        Algorithm::Sha1 => Computed::Sha1,
        Algorithm::Md5 => Computed::Md5,
        Algorithm::Crc32 => Computed::Crc32,
    }
}
