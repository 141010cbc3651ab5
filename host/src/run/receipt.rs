//! Finishes a file that is stored: makes its [`StoredFile`], and sets its time and permissions.

use ftp_delivery::{Left, Name, Proof};
use ftp_protocol::timestamp::Timestamp;

use crate::report::error::UploadError;
use crate::report::event::Note;
use crate::report::summary::{StoredFile, Verification};
use crate::request::delivery::Delivery;
use crate::run::put_file::PutFile;
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;

impl PutFile {
    /// Returns the report of a file that is stored under its name, after its attributes are set.
    pub(super) fn receipt(&mut self, worker: &mut Worker<'_>, proof: Proof, aside: Left) -> StoredFile {
        let stored = self.stored.take();
        // Without a receipt, the last try sent nothing: the server had every byte already.
        let full_length = stored.is_none().then(|| self.source.length());
        let receipt = StoredFile {
            file: self.source.path().to_owned(),
            remote: self.names.own().to_owned(),
            size: self.source.length(),
            time: self.begun.elapsed(),
            sent: stored.as_ref().map_or(0, |receipt| receipt.sent),
            resumed_at: full_length.unwrap_or(self.from),
            staged_as: self.names.are_staged().then(|| self.names.bytes(Name::Own)),
            stored_as: stored.and_then(|receipt| receipt.name),
            verified: match (proof, self.algorithm) {
                (Proof::Reply | Proof::SameSize, _) | (Proof::Hash, None) => Verification::None,
                (Proof::Size, _) => Verification::Size,
                (Proof::Hash, Some(algorithm)) => Verification::Hash(algorithm),
            },
        };
        self.note_old_remains(worker, aside);
        self.set_attributes(worker, &receipt);
        receipt
    }

    /// Sets the time and the permissions that the request asks for. The file is stored, so an attribute that cannot be
    /// set is a note, and not a failure.
    fn set_attributes(&self, worker: &mut Worker<'_>, receipt: &StoredFile) {
        // If the server chose the name and did not report it, the file cannot be found. Another file may have its own
        // name.
        let name = match (&receipt.stored_as, worker.run.request.delivery.unique) {
            (Some(name), _) => name.as_slice(),
            (None, false) => receipt.staged_as.as_deref().unwrap_or(self.names.own()),
            (None, true) => {
                let Delivery { preserve_time, mode, .. } = worker.run.request.delivery;
                if preserve_time || mode.is_some() {
                    worker.note(self.source.path(), &Note::NameUntold);
                }
                return;
            }
        };
        // The time of a staged file is set when it gets its name.
        if worker.run.request.delivery.preserve_time
            && receipt.staged_as.is_none()
            && let Some(time) = self.source.modified()
        {
            let seconds = u64::try_from(time).ok().filter(|&seconds| Timestamp::from_unix(seconds).is_some());
            match seconds {
                Some(seconds) => self.set(worker, Note::TimeNotSet, |session| session.set_time(name, seconds)),
                None => worker.note(self.source.path(), &Note::TimeOutOfRange),
            }
        }
        if let Some(mode) = worker.run.request.delivery.mode {
            self.set(worker, Note::ModeNotSet, |session| session.set_mode(name, mode));
        }
    }

    /// Sets one attribute, and sends a note if that fails.
    fn set(
        &self,
        worker: &mut Worker<'_>,
        note: fn(UploadError) -> Note,
        set: impl FnOnce(&mut GuestSession) -> Result<(), UploadError>,
    ) {
        // The session may have been lost after the file was confirmed.
        let Err(error) = worker.session().and_then(set) else { return };
        worker.apply_consequence(&error);
        worker.note(self.source.path(), &note(error));
    }
}
