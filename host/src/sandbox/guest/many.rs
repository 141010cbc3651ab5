//! The calls that ask about many files, or change them, in flights.

use ftp_authority::Call;

use crate::report::error::UploadError;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::errors::refusal_of;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::guest::change::renaming_of;
use crate::sandbox::state::{GuestState, authority};
use crate::sandbox::values::{self, Change, Changed, Inquiry, Known, Removal};

impl GuestSession {
    /// Asks about files, at most 64. The result has one entry for each of `names`, in the same order. If `flight` is
    /// true, several commands are sent at once, here and in the functions below.
    pub(crate) fn ask(&mut self, names: &[Vec<u8>], inquiry: Inquiry, flight: bool) -> Result<Vec<Known>, UploadError> {
        let inquiry = values::inquiry(inquiry);
        let known = self.call(Call::Ask(names.to_vec()), |guest, store, conversation| {
            guest.call_ask(store, conversation, names, inquiry, flight)
        })?;
        Ok(one_for_each(known, names.len())?.into_iter().map(Known::from).collect())
    }

    /// Gives files new names, at most 64, in this order. After an error it is unknown which changes were made.
    pub(crate) fn rename_all(&mut self, changes: &[Change], flight: bool) -> Result<Vec<Changed>, UploadError> {
        let call = authority::renaming_all(changes);
        let changes: Vec<wit::Change> = changes.iter().map(wit::Change::from).collect();
        let changed =
            self.call(call, |guest, store, conversation| guest.call_rename_all(store, conversation, &changes, flight))?;
        let state = self.store.data();
        let changed = one_for_each(changed, changes.len())?
            .into_iter()
            .map(|wit::Changed { renaming, time_set }| Changed { renaming: renaming_of(renaming, state), time_set });
        Ok(changed.collect())
    }

    /// Removes files, at most 64. After an error it is unknown which were removed.
    pub(crate) fn remove_all(&mut self, names: &[Vec<u8>], flight: bool) -> Result<Vec<Removal>, UploadError> {
        let removed = self.call(Call::Remove(names.to_vec()), |guest, store, conversation| {
            guest.call_remove_all(store, conversation, names, flight)
        })?;
        self.removals(removed, names.len())
    }

    /// Removes empty directories, at most 64, in this order. After an error it is unknown which were removed.
    pub(crate) fn remove_directories(&mut self, paths: &[Vec<u8>], flight: bool) -> Result<Vec<Removal>, UploadError> {
        let removed = self.call(Call::RemoveDirectories(paths.to_vec()), |guest, store, conversation| {
            guest.call_remove_directories(store, conversation, paths, flight)
        })?;
        self.removals(removed, paths.len())
    }

    fn removals(&self, removed: Vec<wit::Removal>, asked: usize) -> Result<Vec<Removal>, UploadError> {
        let removed = one_for_each(removed, asked)?;
        Ok(removed.into_iter().map(|removal| removal_of(removal, self.store.data())).collect())
    }
}

/// Returns `results` if there is one for each of the `asked` files.
fn one_for_each<T>(results: Vec<T>, asked: usize) -> Result<Vec<T>, UploadError> {
    if results.len() == asked {
        return Ok(results);
    }
    Err(UploadError::Fault("the component reports on other files than it was asked for".into()))
}

fn removal_of(removal: wit::Removal, state: &GuestState) -> Removal {
    match removal {
        wit::Removal::Removed => Removal::Removed,
        wit::Removal::Refused(reply) => Removal::Refused(refusal_of(reply, state)),
    }
}
