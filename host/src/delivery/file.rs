//! One file, from the first try to the last: what was done to it on the server so far, and so what is to be done next.
//!
//! Whether there is a next try is decided in `mod.rs` and `retry.rs`. One try asks what is there (`inspection.rs`),
//! stores, renames, and sets time and permissions.

use std::sync::Arc;

use ftp_protocol::timestamp::Timestamp;

use super::Delivery;
use super::inspection::{Remains, Start};
use super::temporary_name;
use crate::assurance::Verify;
use crate::bindings::exports::ftp_uploader::upload::upload::{Found, Placement, Plan};
use crate::error::{Cause, SourceProblem, UploadError};
use crate::progress::{Note, Progress, Receipt, Step, Verification};
use crate::request::Request;
use crate::session::Session;
use crate::source::Source;

/// One file on its way.
pub(super) struct FileDelivery<'a> {
    source: &'a Arc<Source>,
    request: &'a Request,
    /// The name under which it is stored at first.
    name: Vec<u8>,
    /// The most bytes that this run has sent, and not thrown away since.
    sent: u64,
    /// What had its name before this run stored anything: not to be taken for ours later.
    before: Option<Found>,
    /// Something of it may lie on the server.
    begun: bool,
    /// Every byte was sent, and why nobody has said that they are there.
    doubt: Option<Cause>,
    /// What was stored is not what was sent; it was begun anew once for that.
    spoilt: bool,
    /// Where the last transfer began.
    from: u64,
    /// The server does not go on where it was cut off.
    from_the_start: bool,
    /// The server was found to rename files.
    can_rename: bool,
    /// It is stored, as this receipt says, and at most its name is still to be changed.
    stored: Option<Receipt>,
    /// A change of its name was asked for, and not answered.
    renaming: bool,
}

impl<'a> FileDelivery<'a> {
    pub(super) fn new(source: &'a Arc<Source>, request: &'a Request) -> Self {
        let name = match (request.atomic, request.resume) {
            (false, _) => source.name().to_vec(),
            (true, false) => temporary_name::that_is_new(source),
            (true, true) => temporary_name::that_is_found_again(source),
        };
        Self {
            source,
            request,
            name,
            sent: 0,
            before: None,
            begun: false,
            doubt: None,
            spoilt: false,
            from: 0,
            from_the_start: false,
            can_rename: false,
            stored: None,
            renaming: false,
        }
    }

    /// Tries once.
    pub(super) fn attempt(&mut self, delivery: &mut Delivery) -> Result<Receipt, UploadError> {
        let progress = Arc::clone(&delivery.progress);
        let session = delivery.session()?;
        if self.stored.is_none() {
            if self.request.atomic && !self.can_rename {
                self.can_rename = session.can_rename(&self.name)?;
                if !self.can_rename {
                    return Err(UploadError::CannotRename);
                }
            }
            self.stored = Some(self.store(session, progress.as_ref())?);
        }
        if self.request.atomic {
            self.rename(session)?;
        }
        let receipt = self.stored.take().ok_or_else(|| UploadError::Fault("a receipt is missing".into()))?;
        self.set_attributes(session, &receipt, progress.as_ref());
        Ok(receipt)
    }

    /// Whether the file's own state allows another try after `error`.
    pub(super) fn may_be_tried_again(&mut self, error: &UploadError) -> bool {
        // Fewer bytes are what is left by a cut that a server took for the end; but not where only the rest was sent.
        let short = matches!(error, UploadError::Mismatch { sent, stored } if stored < sent);
        let cut = short && self.from == 0 && self.doubt.is_none();
        let spoilt = !cut && matches!(error, UploadError::Mismatch { .. } | UploadError::Corrupt { .. });
        let gone = self.source.is_stream() && self.source.length() > 0;
        let again = match (spoilt, &self.doubt) {
            // What may be whole is left alone: it was asked after, and is something else.
            (true, Some(_)) => false,
            (true, None) => !self.spoilt && !gone,
            // A second file would be made; or the bytes are gone.
            (false, None) => !(gone || self.request.unique && self.sent > 0),
            (false, Some(_)) => !self.request.unique,
        };
        self.spoilt |= spoilt;
        if spoilt {
            self.sent = 0;
        }
        again
    }

    /// Nothing more is tried. What lies under a name that means nothing to anyone is taken away, or told of; says whether
    /// it was taken away.
    pub(super) fn give_up(&self, delivery: &mut Delivery) -> bool {
        if !self.request.atomic || !self.begun {
            return false;
        }
        let whole = self.stored.is_some() || self.doubt.is_some();
        let removed = !whole && !self.request.resume && {
            delivery.session.as_mut().is_some_and(|session| session.remove(&self.name).is_ok())
        };
        if !removed {
            delivery.progress.note(self.source.path(), &Note::Leftover { name: self.name.clone() });
        }
        removed
    }

    fn store(&mut self, session: &mut Session, progress: &dyn Progress) -> Result<Receipt, UploadError> {
        let from = match self.start(session)? {
            Start::Complete(verified) => return self.receipt(0, self.source.length(), verified, None),
            Start::At(from) => from,
        };
        if from > 0 {
            progress.resuming(self.source.path(), from);
        }
        if self.before.is_none() && self.will_need_to_know() {
            self.before = Some(session.look(&self.name)?);
        }
        match self.transfer(session, from) {
            // Some servers let one ask for a place to go on at, and then refuse to go on there.
            Err(UploadError::Refused { step: Step::Store, code, .. }) if from > 0 && code != 421 => {
                self.from_the_start = true;
                self.transfer(session, 0)
            }
            transferred => transferred,
        }
    }

    /// Stores what is behind the byte at `from`.
    fn transfer(&mut self, session: &mut Session, from: u64) -> Result<Receipt, UploadError> {
        let placement = match from {
            0 if self.request.unique => Placement::Unique,
            0 => Placement::Replace,
            from => Placement::Rest(from),
        };
        self.doubt = None;
        self.from = from;
        let answer = session.store(self.source, &self.name, Plan { placement, verify: self.request.verify.asked() });
        self.begun |= !matches!(&answer, Err(UploadError::Refused { step: Step::DataConnection | Step::Store, .. }));
        self.sent = self.sent.max(session.delivered().min(self.source.length()));
        let stored = answer.inspect_err(|error| self.doubt = doubt(error))?;
        self.receipt(stored.sent, from, stored.verified, stored.name)
    }

    /// Whether a later try may have to tell what it finds from what was there before. A temporary name is ours alone.
    fn will_need_to_know(&self) -> bool {
        self.request.retry.limit > 0 && !self.request.atomic && !self.request.unique && !self.begun
    }

    fn start(&mut self, session: &mut Session) -> Result<Start, UploadError> {
        if let Some(cause) = self.doubt {
            return self.remains().settle(session, cause);
        }
        let anew = self.spoilt || self.from_the_start || self.request.unique || self.source.is_stream();
        if anew || (self.sent == 0 && !self.request.resume) {
            return Ok(Start::At(0));
        }
        let found = session.look(&self.name)?;
        // The same question, so it is asked once.
        if self.before.is_none() && self.will_need_to_know() {
            self.before = Some(found);
        }
        self.remains().resume(session, found)
    }

    fn remains(&self) -> Remains<'_> {
        let ours_by_name = self.request.atomic && self.request.resume;
        Remains { source: self.source, name: &self.name, sent: self.sent, before: self.before, ours_by_name }
    }

    fn receipt(
        &self,
        sent: u64,
        resumed_at: u64,
        verified: Verification,
        stored_as: Option<Vec<u8>>,
    ) -> Result<Receipt, UploadError> {
        if !self.request.verify.is_met_by(&verified) {
            return Err(UploadError::Unverified);
        }
        // After the last byte was read, and before a temporary file gets its name.
        if self.source.has_changed() {
            return Err(UploadError::Source { file: self.source.path().to_owned(), problem: SourceProblem::Changed });
        }
        Ok(Receipt { file: self.source.path().to_owned(), sent, resumed_at, verified, stored_as })
    }

    /// Gives it the name that it shall have. It is there, whole, under the one or the other.
    fn rename(&mut self, session: &mut Session) -> Result<(), UploadError> {
        let in_doubt = std::mem::replace(&mut self.renaming, true);
        let to = self.source.name();
        match session.rename(&self.name, to) {
            Err(UploadError::Refused { code: 550 | 553, .. }) if in_doubt && self.has_its_name(session)? => Ok(()),
            Err(UploadError::Refused { code: 550 | 553, .. }) if self.request.replace => {
                // It may not be there; then renaming fails again, and that is the reason to give.
                let _ = session.remove(to);
                session.rename(&self.name, to).map_err(|error| self.not_replaced(error))
            }
            renamed => renamed.map_err(|error| self.not_replaced(error)),
        }
    }

    fn has_its_name(&self, session: &mut Session) -> Result<bool, UploadError> {
        let gone = session.look(&self.name)? == Found::Nothing;
        Ok(gone && session.look(self.source.name())? == Found::Bytes(self.source.length()))
    }

    fn not_replaced(&self, error: UploadError) -> UploadError {
        match error {
            UploadError::Refused { step: Step::Renaming, code, text } if code >= 500 => {
                UploadError::NotReplaced { temporary: self.name.clone(), code, text }
            }
            other => other,
        }
    }

    /// The file is stored; what cannot be set is no failure of that.
    fn set_attributes(&self, session: &mut Session, receipt: &Receipt, progress: &dyn Progress) {
        // Under a name that nobody has told, it cannot be found; under its own there may be another file.
        let name = match (&receipt.stored_as, self.request.unique) {
            (Some(name), _) => name.as_slice(),
            (None, false) => self.source.name(),
            (None, true) => return,
        };
        if self.request.preserve_time
            && let Some(note) = self.set_time(session, name)
        {
            progress.note(self.source.path(), &note);
        }
        if let Some(mode) = self.request.mode
            && let Err(error) = session.set_mode(name, mode)
        {
            progress.note(self.source.path(), &Note::ModeNotSet(error));
        }
    }

    /// Gives the stored file the local one's time; a note, if that cannot be done.
    fn set_time(&self, session: &mut Session, name: &[u8]) -> Option<Note> {
        let seconds = u64::try_from(self.source.modified()?).ok();
        match seconds.filter(|&seconds| Timestamp::from_unix(seconds).is_some()) {
            Some(seconds) => session.set_time(name, seconds).err().map(Note::TimeNotSet),
            None => Some(Note::TimeOutOfRange),
        }
    }
}

/// Whether an error leaves open that everything arrived: it came after the last byte was handed over.
fn doubt(error: &UploadError) -> Option<Cause> {
    match error {
        UploadError::Unconfirmed { cause, .. } => Some(*cause),
        // RFC 959 §4.2.2: 426 and its like say that something broke, not that nothing was stored.
        UploadError::Refused { step: Step::Confirmation, code, .. } if *code < 500 || error.is_breakdown() => {
            Some(Cause::Closed)
        }
        UploadError::Broken { step: Step::Confirmation, cause, .. } => Some(*cause),
        _ => None,
    }
}

impl Verify {
    fn is_met_by(self, verified: &Verification) -> bool {
        match self {
            Self::Best | Self::Nothing => true,
            Self::Size => !matches!(verified, Verification::None),
            Self::Hash => matches!(verified, Verification::Hash(_)),
        }
    }
}
