//! The calls that change one file on the server other than by storing it: its name, its time, its permissions, and its
//! removal.

use ftp_authority::Call;

use crate::report::error::UploadError;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::errors::refusal_of;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::state::{GuestState, authority};
use crate::sandbox::values::Renaming;

impl GuestSession {
    /// Returns true if the server can rename files.
    pub(crate) fn can_rename(&mut self, name: &[u8]) -> Result<bool, UploadError> {
        self.call(Call::CanRename(name.to_vec()), |guest, store, conversation| {
            guest.call_can_rename(store, conversation, name)
        })
    }

    /// Renames `name` to `to`.
    pub(crate) fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError> {
        let renaming = self.call(authority::renaming(name, to), |guest, store, conversation| {
            guest.call_rename(store, conversation, name, to)
        })?;
        Ok(renaming_of(renaming, self.store.data()))
    }

    /// Deletes the file `name`.
    pub(crate) fn remove(&mut self, name: &[u8]) -> Result<(), UploadError> {
        self.call(Call::Remove(vec![name.to_vec()]), |guest, store, conversation| {
            guest.call_remove(store, conversation, name)
        })
    }

    /// Sets the time of last modification, in seconds since 1970.
    pub(crate) fn set_time(&mut self, name: &[u8], time: u64) -> Result<(), UploadError> {
        self.call(Call::SetTime { name: name.to_vec(), time }, |guest, store, conversation| {
            guest.call_set_time(store, conversation, name, time)
        })
    }

    /// Sets the permissions (`SITE CHMOD`).
    pub(crate) fn set_mode(&mut self, name: &[u8], mode: u16) -> Result<(), UploadError> {
        self.call(Call::SetMode { name: name.to_vec(), mode }, |guest, store, conversation| {
            guest.call_set_mode(store, conversation, name, mode)
        })
    }
}

/// Converts the result of a change of a name.
pub(super) fn renaming_of(renaming: wit::Renaming, state: &GuestState) -> Renaming {
    match renaming {
        wit::Renaming::Done => Renaming::Done,
        wit::Renaming::NotFrom(reply) => Renaming::NotFrom(refusal_of(reply, state)),
        wit::Renaming::NotTo(reply) => Renaming::NotTo(refusal_of(reply, state)),
    }
}
