//! Questions about files on the server: sizes, times, hashes, and whether they can be renamed.
//!
//! Each function sends one or two commands and evaluates the replies. The embedder, or `store.rs`, decides when to call
//! it.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Comparison, Features as Told, Found, UploadError,
};
use crate::capabilities::{Algorithm as Computed, SourceFile, Step as Stage};
use crate::control::Outcome;
use crate::error;
use crate::session::{Conversation, argument};
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Command;
use ftp_protocol::digest::{Algorithm, Inquiry};
use ftp_protocol::step::Step;
use ftp_protocol::timestamp::Timestamp;

/// The hash of the local file.
#[derive(Clone, Copy)]
pub(crate) enum LocalHash<'a> {
    /// It is computed if the server tells its own.
    Of(&'a SourceFile),
    /// It was computed before.
    Known(&'a [u8]),
}

impl Conversation {
    /// Asks for the size of the file called `name`.
    pub fn look(&mut self, name: &[u8]) -> Result<Found, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        self.progress.entered(Stage::Inspection);
        self.control.send(&[(Step::Look, Command::Size(name))])?;
        let size = self.control.await_outcome(Step::Look)?;
        Ok(self.looked(name, size))
    }

    /// Evaluates the reply to SIZE for the file called `name`, and remembers it.
    pub(crate) fn looked(&mut self, name: Argument, size: Outcome) -> Found {
        let found = match size {
            Ok(answer) => self.told(answer.reply.size()),
            Err(UploadError::Refused(refusal)) if refusal.code == 550 => Found::Refused,
            Err(_) => Found::Untold,
        };
        self.looked_at = Some((name.as_bytes().to_vec(), found));
        found
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

    /// Returns what the server says about itself.
    pub fn told_features(&mut self) -> Result<Told, UploadError> {
        self.receives_nothing()?;
        self.learn_features()?;
        let features = self.features();
        Ok(Told { facts: features.mlsd, tells_times: features.mdtm, sets_times: features.mfmt || features.mdtm })
    }

    /// Asks for the time of last modification of the file called `name`.
    pub fn modified(&mut self, name: &[u8]) -> Result<Option<u64>, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.announce_utf8(name)?;
        self.progress.entered(Stage::Inspection);
        self.control.send(&[(Step::Look, Command::Mdtm(name))])?;
        Ok(Self::time(self.control.await_outcome(Step::Look)?))
    }

    /// Returns the time in the reply to MDTM, in seconds since 1970.
    pub(crate) fn time(told: Outcome) -> Option<u64> {
        told.ok()?.reply.modified().map(Timestamp::to_unix)
    }

    /// Compares the hash of the file called `name` with the hash of the first `length` bytes of `source`.
    pub fn compare(&mut self, source: &SourceFile, name: &[u8], length: u64) -> Result<Comparison, UploadError> {
        self.receives_nothing()?;
        let name = argument(name, Which::Name)?;
        self.progress.entered(Stage::Inspection);
        self.ask_hash(Step::Compare, LocalHash::Of(source), name, length)
    }

    /// Asks for the hash of the whole file called `name`, and compares it with `ours`, which is that of the first
    /// `length` bytes of the local file.
    pub(crate) fn ask_hash(
        &mut self,
        step: Step,
        ours: LocalHash,
        name: Argument,
        length: u64,
    ) -> Result<Comparison, UploadError> {
        let Some(inquiry) = self.features().inquiry() else { return Ok(Comparison::Unavailable) };
        if let Some(option) = option(inquiry) {
            self.ask_in_passing(step, option)?;
        }
        self.control.send(&[(step, Command::Hash(inquiry, name))])?;
        let told = self.control.await_outcome(step)?;
        compared(inquiry, told, ours, length)
    }

    /// Returns true if the server supports renaming. RFC 959 §4.2.2: 500 and 502 are for commands that a server does
    /// not implement; another refusal is about the file.
    pub fn can_rename(&mut self, name: &[u8]) -> Result<bool, UploadError> {
        self.receives_nothing()?;
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

/// Returns the command that selects the algorithm of HASH, if it must be sent. A server that ignores it replies with
/// another hash, which is recognised by its length.
pub(crate) fn option(inquiry: Inquiry) -> Option<Command<'static>> {
    match inquiry {
        Inquiry::Hash { algorithm, in_force: false } => Some(Command::OptsHash(algorithm)),
        Inquiry::Hash { in_force: true, .. } | Inquiry::Extended(_) | Inquiry::Md5 => None,
    }
}

/// Compares the hash in the server's answer with `ours`, which is that of the first `length` bytes.
pub(crate) fn compared(
    inquiry: Inquiry,
    told: Outcome,
    ours: LocalHash,
    length: u64,
) -> Result<Comparison, UploadError> {
    let Some(told) = told.ok().and_then(|answer| inquiry.answer(&answer.reply.text)) else {
        return Ok(Comparison::Unavailable);
    };
    let algorithm = algorithm(inquiry.algorithm());
    let same = match ours {
        LocalHash::Of(source) => source.digest(algorithm, length).map_err(UploadError::Unreadable)? == told,
        LocalHash::Known(hash) => hash == told,
    };
    Ok(if same { Comparison::Same(algorithm) } else { Comparison::Different(algorithm) })
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
