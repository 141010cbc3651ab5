//! A file that is stored: the account of it, and its time and permissions.

use ftp_delivery::{Left, Proof};
use ftp_protocol::timestamp::Timestamp;

use crate::report::error::UploadError;
use crate::report::event::Note;
use crate::report::summary::{StoredFile, Verification};
use crate::run::put_file::PutFile;
use crate::run::worker::Worker;
use crate::sandbox::guest::GuestSession;

impl PutFile<'_> {
    /// The account of a file that has its name on the server.
    pub(super) fn receipt(&mut self, worker: &mut Worker<'_>, proof: Proof, aside: Left) -> StoredFile {
        let stored = self.stored.take();
        let whole = stored.is_none().then(|| self.source.length());
        let receipt = StoredFile {
            file: self.source.path().to_owned(),
            sent: stored.as_ref().map_or(0, |receipt| receipt.sent),
            resumed_at: whole.unwrap_or(self.from),
            stored_as: stored.and_then(|receipt| receipt.name),
            verified: match (proof, self.algorithm) {
                (Proof::Reply | Proof::SameSize, _) | (Proof::Hash, None) => Verification::None,
                (Proof::Size, _) => Verification::Size,
                (Proof::Hash, Some(algorithm)) => Verification::Hash(algorithm),
            },
        };
        self.tell_old_remains(worker, aside);
        self.set_attributes(worker, &receipt);
        receipt
    }

    /// The file is stored; an attribute that cannot be set is a note, not a failure.
    fn set_attributes(&self, worker: &mut Worker<'_>, receipt: &StoredFile) {
        // Under a name that nobody has told, it cannot be found; under its own there may be another file.
        let name = match (&receipt.stored_as, worker.run.request.delivery.unique) {
            (Some(name), _) => name.as_slice(),
            (None, false) => self.source.name(),
            (None, true) => return,
        };
        if worker.run.request.delivery.preserve_time
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

    /// Sets one attribute; a note, if that cannot be done.
    fn set(
        &self,
        worker: &mut Worker<'_>,
        note: fn(UploadError) -> Note,
        set: impl FnOnce(&mut GuestSession) -> Result<(), UploadError>,
    ) {
        let Some(Err(error)) = worker.session.as_mut().map(set) else { return };
        worker.apply_consequence(&error);
        worker.note(self.source.path(), &note(error));
    }
}
